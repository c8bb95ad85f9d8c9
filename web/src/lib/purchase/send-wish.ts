// Sends a wish under its key and tidies the key up. Must never send a second wish under a new key
// while the fate of the first is unknown.
import { toProblem } from "../api/problem";
import { isFinal, type WishKeys } from "./wish-keys";

const IN_FLIGHT_TRIES = 6;
const IN_FLIGHT_PAUSE_MS = 1_000;

interface Options<T> {
  keys: WishKeys;
  name: string;
  wish: unknown;
  /** Whether this answer is the last word. One that is not (202) leaves the key. */
  isLast?: (answer: T) => boolean;
}

/** Waits while an earlier sending of the same wish is still being worked on. Throws an `ApiProblem`. */
export async function sendWish<T>(
  options: Options<T>,
  send: (key: string) => Promise<T>,
): Promise<T> {
  const { keys, name, wish, isLast = () => true } = options;
  const key = keys.keyFor(name, wish);
  for (let tries = 1; ; tries++) {
    try {
      const answer = await send(key);
      if (isLast(answer)) keys.settle(name);
      return answer;
    } catch (error) {
      const problem = toProblem(error);
      if (isFinal(problem)) keys.settle(name);
      if (problem.code !== "idempotency_in_flight" || tries === IN_FLIGHT_TRIES) throw problem;
      await new Promise((resume) => setTimeout(resume, IN_FLIGHT_PAUSE_MS));
    }
  }
}
