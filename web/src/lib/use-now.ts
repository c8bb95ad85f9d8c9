// A clock for countdowns. Monotonic: a wrong or changed wall clock must never move a deadline.
import { useEffect, useState } from "react";

/** `performance.now()`, again every half second while `active`. */
export function useNow(active: boolean): number {
  const [now, setNow] = useState(() => performance.now());
  useEffect(() => {
    if (!active) return;
    const tick = () => setNow(performance.now());
    tick();
    const timer = setInterval(tick, 500);
    return () => clearInterval(timer);
  }, [active]);
  return now;
}
