// Loads one thing for a component and forgets answers that come too late.
import { useEffect, useEffectEvent, useState } from "react";
import { type ApiProblem, toProblem } from "./api/problem";

interface Loaded<T> {
  key: string;
  data?: T;
  problem?: ApiProblem;
}

/** Loads again when `key` changes; `load` itself may be a new function on every render. */
export function useLoad<T>(key: string, load: (signal: AbortSignal) => Promise<T>) {
  const [loaded, setLoaded] = useState<Loaded<T>>({ key });
  const start = useEffectEvent(load);

  useEffect(() => {
    const abort = new AbortController();
    const keep = (part: Omit<Loaded<T>, "key">) => {
      if (!abort.signal.aborted) setLoaded({ key, ...part });
    };
    start(abort.signal).then(
      (data) => keep({ data }),
      (error: unknown) => keep({ problem: toProblem(error) }),
    );
    return () => abort.abort();
  }, [key]);

  // An answer for another key must not flash up as if it were this one's.
  return loaded.key === key ? loaded : { key };
}
