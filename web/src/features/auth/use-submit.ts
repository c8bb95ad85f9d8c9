// One form that is sent to the server: busy while it is on its way, and the words when it failed.
import { useState } from "react";
import { type ApiProblem, toProblem } from "../../lib/api/problem";

export function useSubmit(text: (problem: ApiProblem) => string) {
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState("");

  /** Answers whether it worked. */
  async function submit(send: () => Promise<unknown>): Promise<boolean> {
    setBusy(true);
    setProblem("");
    try {
      await send();
      return true;
    } catch (error) {
      setProblem(text(toProblem(error)));
      return false;
    } finally {
      setBusy(false);
    }
  }

  return { busy, problem, setProblem, submit };
}
