// An event while its seats are being written: asked for again until it is done. Must never ask on
// for an event that is finished, or after the page has gone.
import { useEffect, useState } from "react";
import { getEvent } from "../../lib/api/events-api";
import { type ApiProblem, toProblem } from "../../lib/api/problem";
import type { EventSummary } from "../../lib/api/types";
import { useServices } from "../../lib/services";

const ASK_AGAIN_MS = 700;
const AFTER_FAILURE_MS = 3_000;

/** `known`: the event as a list had it; without one it is asked for at once. */
export function useGeneration(id: string, known?: EventSummary) {
  const { api } = useServices();
  const [event, setEvent] = useState(known);
  const [problem, setProblem] = useState<ApiProblem>();
  const finished = event !== undefined && event.status !== "generating";

  useEffect(() => {
    if (finished) return;
    const abort = new AbortController();
    let timer: ReturnType<typeof setTimeout>;
    const ask = async () => {
      try {
        const answer = await getEvent(api, id, abort.signal);
        setEvent(answer);
        setProblem(undefined);
        timer = setTimeout(ask, ASK_AGAIN_MS);
      } catch (error) {
        if (abort.signal.aborted) return;
        const failure = toProblem(error);
        setProblem(failure);
        // It may be a restart of the server; only a missing event will not come back.
        if (failure.status !== 404) timer = setTimeout(ask, AFTER_FAILURE_MS);
      }
    };
    void ask();
    return () => {
      abort.abort();
      clearTimeout(timer);
    };
  }, [api, id, finished]);

  return { event, problem, setEvent };
}
