// One request for one link, whatever the page does, and a word for every answer.
import { beforeEach, expect, it, vi } from "vitest";
import type { ApiClient } from "../../lib/api/client";
import { ApiProblem } from "../../lib/api/problem";
import type { User } from "../../lib/api/types";
import type { Session } from "../../lib/session/session";
import { EmailVerification } from "./email-verification";

const USER = { id: "1", email: "ada@example.org", email_verified: true } as User;

const postBare = vi.fn<(path: string, body?: object) => Promise<User>>();
const takeUser = vi.fn<(user: User) => Promise<void>>();

function open(token = "t1") {
  const api = { postBare } as unknown as ApiClient;
  return new EmailVerification({ api, session: { takeUser } as unknown as Session, token });
}

beforeEach(() => {
  postBare.mockReset().mockResolvedValue(USER);
  takeUser.mockReset().mockResolvedValue();
});

it("asks once, however often it is started, and tells the session", async () => {
  const verification = open();
  expect(verification.getSnapshot()).toEqual({ step: "checking" });
  await Promise.all([verification.start(), verification.start()]);
  await verification.retry();
  expect(postBare.mock.calls).toEqual([["/auth/verify-email", { token: "t1" }]]);
  expect(takeUser.mock.calls).toEqual([[USER]]);
  expect(verification.getSnapshot()).toEqual({ step: "verified", email: USER.email });
});

it("does not try a refused link again", async () => {
  postBare.mockRejectedValue(new ApiProblem(401, "bad_token", "used"));
  const verification = open();
  await verification.start();
  await verification.retry();
  expect(verification.getSnapshot()).toEqual({ step: "refused" });
  expect(postBare).toHaveBeenCalledOnce();
  expect(takeUser).not.toHaveBeenCalled();
});

it("does not ask without a token", async () => {
  const verification = open("");
  await verification.start();
  expect(verification.getSnapshot()).toEqual({ step: "refused" });
  expect(postBare).not.toHaveBeenCalled();
});

it("may be tried again when there was no verdict", async () => {
  postBare.mockRejectedValueOnce(new ApiProblem(503, "unavailable", "Later, please."));
  const verification = open();
  const seen: string[] = [];
  verification.subscribe(() => seen.push(verification.getSnapshot().step));
  await verification.start();
  expect(verification.getSnapshot()).toEqual({ step: "failed", text: "Later, please." });
  await verification.retry();
  expect(seen).toEqual(["failed", "checking", "verified"]);
});
