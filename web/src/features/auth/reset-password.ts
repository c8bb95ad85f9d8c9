// Sets a new password with the token of a mailed link. Plain TypeScript; must never keep either.
import { confirmPasswordReset } from "../../lib/api/accounts-api";
import { toProblem } from "../../lib/api/problem";
import type { Services } from "../../lib/services";
import { isBadToken, passwordText, resetText } from "./problem-text";

export const PASSWORD_CHANGED = "Your password is changed. Please sign in with the new one.";

export type ResetOutcome =
  | { step: "changed" }
  /** The link is used up, too old, or cut off. */
  | { step: "refused" }
  | { step: "failed"; text: string };

export async function resetPassword(
  { api, session }: Services,
  token: string,
  password: string,
): Promise<ResetOutcome> {
  const weak = passwordText(password);
  if (weak) return { step: "failed", text: weak };
  try {
    await confirmPasswordReset(api, token, password);
  } catch (error) {
    const problem = toProblem(error);
    return isBadToken(problem) ? { step: "refused" } : { step: "failed", text: resetText(problem) };
  }
  // Every login of the account has ended, this browser's too if it was the same account.
  await session.renew(PASSWORD_CHANGED);
  return { step: "changed" };
}
