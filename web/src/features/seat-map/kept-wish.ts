// What a visitor wanted before they were signed in. It is kept while the sign-in dialog is open and
// done right after; whoever closes the dialog has changed their mind. Plain TypeScript.
import type { Session, SessionState } from "../../lib/session/session";

export type WishStep = "wait" | "ask" | "do" | "drop";

/** `asked`: the dialog has been opened for this wish. */
export function wishStep(session: Omit<SessionState, "user">, asked: boolean): WishStep {
  if (session.status === "restoring" || session.prompt !== undefined) return "wait";
  if (session.status === "signed_in") return "do";
  return asked ? "drop" : "ask";
}

export class KeptWish {
  private readonly session: Pick<Session, "getSnapshot" | "openPrompt">;
  private readonly reason: string;
  private wish: (() => void) | undefined;
  private asked = false;

  constructor(session: Pick<Session, "getSnapshot" | "openPrompt">, reason: string) {
    this.session = session;
    this.reason = reason;
  }

  /** Done at once for somebody who is signed in. A newer wish replaces an older one. */
  want(wish: () => void): void {
    this.wish = wish;
    this.asked = false;
    this.follow();
  }

  /** To be called whenever the session has changed. */
  follow(): void {
    const { wish } = this;
    if (!wish) return;
    const step = wishStep(this.session.getSnapshot(), this.asked);
    if (step === "wait") return;
    if (step === "ask") {
      this.asked = true;
      return this.session.openPrompt(this.reason);
    }
    this.wish = undefined;
    if (step === "do") wish();
  }
}
