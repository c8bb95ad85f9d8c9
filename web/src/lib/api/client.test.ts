// The silent refresh: once for many, never for itself, and only when it can help.
import type { AxiosAdapter, InternalAxiosRequestConfig } from "axios";
import { AxiosError, AxiosHeaders } from "axios";
import { beforeEach, describe, expect, it, vi } from "vitest";
import { createApiClient } from "./client";
import { ApiProblem } from "./problem";

type Answer = [status: number, data?: unknown];

let calls: string[];
let validToken: string;
let refreshAnswer: () => Answer;

/** A server that knows one token at a time. */
const adapter: AxiosAdapter = async (config) => {
  calls.push(config.url ?? "");
  await Promise.resolve();
  if (config.url === "/auth/refresh") return respond(config, refreshAnswer());
  const known = config.headers.get("Authorization") === `Bearer ${validToken}`;
  return respond(config, known ? [200, { ok: true }] : [401, { code: "unauthorized" }]);
};

function respond(config: InternalAxiosRequestConfig, [status, data]: Answer) {
  const response = { config, status, data, statusText: "", headers: new AxiosHeaders() };
  if (status < 400) return response;
  throw new AxiosError("refused", undefined, config, undefined, response);
}

const count = (url: string) => calls.filter((call) => call === url).length;

beforeEach(() => {
  calls = [];
  validToken = "new";
  refreshAnswer = () => [200, { access_token: "new", expires_in: 900 }];
});

function signedIn(token = "old") {
  const api = createApiClient({ adapter });
  api.setAccessToken(token);
  return api;
}

describe("the API client", () => {
  it("refreshes once for many parallel 401s and repeats every request", async () => {
    const api = signedIn();
    const answers = await Promise.all([1, 2, 3, 4].map((n) => api.get(`/things/${n}`)));
    expect(answers).toEqual(Array(4).fill({ ok: true }));
    expect(count("/auth/refresh")).toBe(1);
    expect(calls).toHaveLength(4 + 1 + 4);
  });

  it("does not refresh when the refresh itself is refused, and says that the session is over", async () => {
    refreshAnswer = () => [401, { code: "unauthorized" }];
    const api = signedIn();
    const over = vi.fn();
    api.watch({ refreshed: () => {}, ended: over });
    await expect(api.get("/things")).rejects.toMatchObject({ status: 401 });
    expect(calls).toEqual(["/things", "/auth/refresh"]);
    expect(over).toHaveBeenCalledOnce();
  });

  it("keeps the session when the refresh only failed", async () => {
    refreshAnswer = () => [503, { code: "unavailable", detail: "later" }];
    const api = signedIn();
    const over = vi.fn();
    api.watch({ refreshed: () => {}, ended: over });
    await expect(api.get("/things")).rejects.toMatchObject({ status: 503 });
    expect(over).not.toHaveBeenCalled();
    refreshAnswer = () => [200, { access_token: "new" }];
    await expect(api.get("/things")).resolves.toEqual({ ok: true });
  });

  it("repeats a request only once", async () => {
    validToken = "never";
    await expect(signedIn().get("/things")).rejects.toMatchObject({ status: 401 });
    expect(calls).toEqual(["/things", "/auth/refresh", "/things"]);
  });

  it("does not refresh for a visitor who never signed in", async () => {
    await expect(createApiClient({ adapter }).get("/things")).rejects.toBeInstanceOf(ApiProblem);
    expect(calls).toEqual(["/things"]);
  });

  it("lets requests wait for the refresh of the page load", async () => {
    const api = createApiClient({ adapter });
    const restored = api.refresh();
    await expect(api.get("/things")).resolves.toEqual({ ok: true });
    await restored;
    expect(calls).toEqual(["/auth/refresh", "/things"]);
  });

  it("does not ask again once a refresh was refused, not even for requests already sent", async () => {
    refreshAnswer = () => [401, { code: "unauthorized" }];
    const api = signedIn();
    const asked = [api.get("/things/1"), api.get("/things/2")];
    for (const answer of await Promise.allSettled(asked)) expect(answer.status).toBe("rejected");
    await expect(api.get("/things/3")).rejects.toMatchObject({ status: 401 });
    expect(count("/auth/refresh")).toBe(1);
    expect(calls).toHaveLength(3 + 1);
  });

  it("asks once for the role after a refusal, and leaves the refusal as it is", async () => {
    const api = createApiClient({
      adapter: async (config) => {
        if (config.url === "/auth/refresh") return adapter(config);
        calls.push(config.url ?? "");
        return respond(config, [403, { code: "forbidden" }]);
      },
    });
    api.setAccessToken("old");
    const refreshed = vi.fn();
    api.watch({ refreshed, ended: () => {} });
    await expect(api.get("/things/1")).rejects.toMatchObject({ status: 403 });
    await vi.waitFor(() => expect(refreshed).toHaveBeenCalledOnce());
    await expect(api.get("/things/2")).rejects.toMatchObject({ status: 403 });
    await Promise.resolve();
    expect(count("/auth/refresh")).toBe(1);
  });

  it("drops what a refresh brings after a sign-out", async () => {
    const api = signedIn();
    const watcher = { refreshed: vi.fn(), ended: vi.fn() };
    api.watch(watcher);
    const late = api.refresh();
    api.setAccessToken(undefined);
    await expect(late).rejects.toMatchObject({ code: "superseded" });
    await expect(api.get("/things")).rejects.toMatchObject({ status: 401 });
    expect(watcher.refreshed).not.toHaveBeenCalled();
    expect(watcher.ended).not.toHaveBeenCalled();
  });

  it("keeps a new login when the refresh of the old one is refused", async () => {
    refreshAnswer = () => [401, { code: "unauthorized" }];
    const api = signedIn();
    const late = expect(api.refresh()).rejects.toMatchObject({ status: 401 });
    api.setAccessToken("new");
    await late;
    await expect(api.get("/things")).resolves.toEqual({ ok: true });
  });

  it("refreshes within the lock it was given, and starts a sign-in after that", async () => {
    const order: string[] = [];
    const api = createApiClient({
      adapter,
      exclusively: async (task) => {
        order.push("locked");
        const login = await task();
        order.push("unlocked");
        return login;
      },
    });
    api.watch({ refreshed: () => order.push("refreshed"), ended: () => {} });
    void api.refresh();
    await api.postBare("/auth/login").catch(() => {});
    expect(order).toEqual(["locked", "refreshed", "unlocked"]);
    expect(calls).toEqual(["/auth/refresh", "/auth/login"]);
  });

  it("turns a problem document into a typed problem", async () => {
    refreshAnswer = () => [409, { title: "T", code: "seat_taken", detail: "d", seats: ["A-1"] }];
    const problem = await createApiClient({ adapter })
      .refresh()
      .catch((error) => error);
    expect(problem).toMatchObject({ status: 409, code: "seat_taken", detail: "d" });
    expect(problem.fields).toEqual({ seats: ["A-1"] });
  });

  it("never shows the page of a proxy to a buyer", async () => {
    refreshAnswer = () => [502, "<html>nginx</html>"];
    const problem = await createApiClient({ adapter })
      .refresh()
      .catch((error) => error);
    expect(problem.code).toBe("unexpected");
    expect(problem.detail).not.toContain("nginx");
  });
});
