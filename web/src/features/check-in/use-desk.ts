// The desk at the door: takes codes one after the other, asks the server, remembers the last ones.
// Must never drop a code silently: each ends as one result, whatever happens to the network.
import { useRef, useState } from "react";
import { checkIn } from "../../lib/api/orders-api";
import { toProblem } from "../../lib/api/problem";
import { useServices } from "../../lib/services";
import { RepeatFilter } from "./repeat-filter";
import { admitted, refused, type ScanResult } from "./scan-result";
import { signal } from "./signal";

export interface Scan extends ScanResult {
  id: number;
  code: string;
  /** Unix milliseconds. */
  at: number;
}

const REMEMBERED = 20;

export function useDesk(withSignal: boolean) {
  const { api } = useServices();
  const filter = useRef(new RepeatFilter());
  const queue = useRef(Promise.resolve());
  const [scans, setScans] = useState<readonly Scan[]>([]);
  const [waiting, setWaiting] = useState(0);

  async function ask(code: string): Promise<ScanResult> {
    try {
      return admitted(await checkIn(api, code));
    } catch (error) {
      return refused(toProblem(error), Date.now());
    }
  }

  async function handle(code: string): Promise<ScanResult> {
    const result = await ask(code);
    if (result.kind === "error") filter.current.fail(code);
    const at = Date.now();
    setScans((before) => [
      { ...result, id: (before[0]?.id ?? 0) + 1, code, at },
      ...before.slice(0, REMEMBERED - 1),
    ]);
    setWaiting((count) => count - 1);
    if (withSignal) signal(result.kind);
    return result;
  }

  /** Undefined for a code that was just scanned. Codes are asked for in the order they came. */
  function take(code: string, byHand: boolean): Promise<ScanResult> | undefined {
    if (!filter.current.accepts(code, performance.now(), byHand)) return undefined;
    setWaiting((count) => count + 1);
    const result = queue.current.then(() => handle(code));
    queue.current = result.then(() => {});
    return result;
  }

  return { scans, busy: waiting > 0, take };
}
