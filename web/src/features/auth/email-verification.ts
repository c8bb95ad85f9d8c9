// Confirms the address behind a mailed link, once however often the page asks: the token works a
// single time, and React runs effects twice while developing. Plain TypeScript; React subscribes.
import { verifyEmail } from "../../lib/api/accounts-api";
import type { ApiClient } from "../../lib/api/client";
import { toProblem } from "../../lib/api/problem";
import type { Session } from "../../lib/session/session";
import { accountText, isBadToken } from "./problem-text";

export type VerificationState =
  | { step: "checking" }
  | { step: "verified"; email: string }
  /** The link is used up, too old, or cut off. */
  | { step: "refused" }
  /** No verdict: the link may still work. */
  | { step: "failed"; text: string };

interface Options {
  api: ApiClient;
  session: Session;
  token: string;
}

export class EmailVerification {
  private readonly options: Options;
  private state: VerificationState = { step: "checking" };
  private running: Promise<void> | undefined;
  private readonly listeners = new Set<() => void>();

  constructor(options: Options) {
    this.options = options;
  }

  getSnapshot = (): VerificationState => this.state;

  subscribe = (listener: () => void): (() => void) => {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  };

  start(): Promise<void> {
    this.running ??= this.run();
    return this.running;
  }

  /** Only after a failure without a verdict. */
  retry(): Promise<void> {
    if (this.state.step === "failed") {
      this.running = undefined;
      this.set({ step: "checking" });
    }
    return this.start();
  }

  private async run(): Promise<void> {
    const { api, session, token } = this.options;
    if (!token) return this.set({ step: "refused" });
    try {
      const user = await verifyEmail(api, token);
      this.set({ step: "verified", email: user.email });
      await session.takeUser(user);
    } catch (error) {
      const problem = toProblem(error);
      this.set(
        isBadToken(problem) ? { step: "refused" } : { step: "failed", text: accountText(problem) },
      );
    }
  }

  private set(state: VerificationState): void {
    this.state = state;
    for (const listener of this.listeners) listener();
  }
}
