// A new password: what is sent, what is not, and what the page learns of it.
import { beforeEach, expect, it, vi } from "vitest";
import { ApiProblem } from "../../lib/api/problem";
import type { Services } from "../../lib/services";
import { PASSWORD_CHANGED, resetPassword } from "./reset-password";

const postBare = vi.fn<(path: string, body?: object) => Promise<void>>();
const renew = vi.fn<(sentence: string) => Promise<void>>();
const services = { api: { postBare }, session: { renew } } as unknown as Services;

beforeEach(() => {
  postBare.mockReset().mockResolvedValue();
  renew.mockReset().mockResolvedValue();
});

it("sends token and password, and has the session look whether it has ended", async () => {
  expect(await resetPassword(services, "t1", "long enough")).toEqual({ step: "changed" });
  expect(postBare.mock.calls).toEqual([
    ["/auth/password-reset/confirm", { token: "t1", password: "long enough" }],
  ]);
  expect(renew.mock.calls).toEqual([[PASSWORD_CHANGED]]);
});

it("does not send a password that breaks the rule", async () => {
  expect(await resetPassword(services, "t1", "short")).toMatchObject({ step: "failed" });
  expect(postBare).not.toHaveBeenCalled();
});

it.each([
  [new ApiProblem(401, "bad_token", "used"), { step: "refused" }],
  [new ApiProblem(503, "unavailable", "Later."), { step: "failed", text: "Later." }],
])("tells a refused link from other failures: %s", async (problem, outcome) => {
  postBare.mockRejectedValue(problem);
  expect(await resetPassword(services, "t1", "long enough")).toEqual(outcome);
  expect(renew).not.toHaveBeenCalled();
});
