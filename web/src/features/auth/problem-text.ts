// Why something about an account did not work, in words for a visitor. Pure; must never say whether
// an address is registered, nor show a code.
import type { ApiProblem } from "../../lib/api/problem";

const TOO_MANY = "Too many attempts. Please wait a minute.";

export function signInText(problem: ApiProblem): string {
  if (problem.status === 401) return "This email and password do not match.";
  if (problem.code === "banned") {
    return "This account was banned. Please ask the box office if you think that this is a mistake.";
  }
  return accountText(problem);
}

export function accountText(problem: ApiProblem): string {
  return problem.status === 429 ? TOO_MANY : problem.detail;
}

/** The link of a mail is used up, too old, or cut off. */
export function isBadToken(problem: ApiProblem): boolean {
  return problem.code === "bad_token";
}

const PASSWORD_MIN = 8;
const PASSWORD_MAX = 128;

export const PASSWORD_HINT = `${PASSWORD_MIN} to ${PASSWORD_MAX} characters.`;

/** What is wrong with a new password; empty when nothing is. Counts characters as the server does. */
export function passwordText(password: string): string {
  const length = [...password].length;
  if (length < PASSWORD_MIN) return `Please use at least ${PASSWORD_MIN} characters.`;
  if (length > PASSWORD_MAX) return `Please use at most ${PASSWORD_MAX} characters.`;
  return "";
}

export function resetText(problem: ApiProblem): string {
  if (problem.code === "invalid_field") {
    return `This password cannot be used. It needs ${PASSWORD_HINT.toLowerCase()}`;
  }
  return accountText(problem);
}

/** What is wrong with an address before anybody is asked; undefined when nothing is. */
export function emailText(email: string): string | undefined {
  if (!email.trim()) return "Please enter your email address.";
  if (/^\S+@\S+$/.test(email.trim())) return undefined;
  return "This is not an email address: it needs a name, an @ and a domain.";
}
