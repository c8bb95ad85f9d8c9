// Keeps the tabs of one browser from refreshing at the same time: they share one cookie, and every
// refresh replaces it. Must never be the reason why a refresh does not happen.

const LOCK = "frontrow-refresh";
/** Longer than the one request (10 s at most) that another tab makes within the lock. */
const LONGEST_WAIT_MS = 12_000;

type Locks = Pick<LockManager, "request">;

/**
 * Without locks (an old browser, a page over plain HTTP), and when the wait gets too long, the task
 * runs all the same: the server gives parallel tabs the same successor for ten seconds.
 */
export function refreshLock(locks: Locks | undefined, longestWaitMs = LONGEST_WAIT_MS) {
  return async <T>(task: () => Promise<T>): Promise<T> => {
    if (!locks) return task();
    let began = false;
    try {
      return await locks.request(LOCK, { signal: AbortSignal.timeout(longestWaitMs) }, () => {
        began = true;
        return task();
      });
    } catch (error) {
      if (began) throw error;
      return task();
    }
  };
}
