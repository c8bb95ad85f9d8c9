// The HTTP client: bearer token, silent refresh, typed errors. The access token lives in this
// closure only; it must never reach storage, a URL or a log.
import axios, { type AxiosAdapter, type AxiosRequestConfig, isAxiosError } from "axios";
import { ApiProblem, toProblem } from "./problem";
import type { Login } from "./types";

interface Options {
  baseURL?: string;
  /** Replaces the network in tests. */
  adapter?: AxiosAdapter;
  /** Runs a refresh so that no other tab refreshes at the same time. */
  exclusively?: (task: () => Promise<Login>) => Promise<Login>;
}

/** What the session hears of refreshes, whoever asked for them. */
interface SessionWatcher {
  refreshed: (login: Login) => void;
  /** The server refused the refresh: the login is over. */
  ended: () => void;
}

interface Attempt extends AxiosRequestConfig {
  retried?: boolean;
}

export type ApiClient = ReturnType<typeof createApiClient>;

export function createApiClient(options: Options = {}) {
  const { baseURL = "/api/v1", adapter, exclusively = (task) => task() } = options;
  const config = { baseURL, timeout: 10_000, ...(adapter && { adapter }) };
  const api = axios.create(config);
  // The refresh travels over a second instance without interceptors: a refresh that is answered
  // with 401 must end the session, not start another refresh.
  const bare = axios.create(config);

  let accessToken: string | undefined;
  let refreshing: Promise<Login> | undefined;
  let watcher: SessionWatcher = { refreshed: () => {}, ended: () => {} };
  /** Grows with every sign-in and sign-out: what an older refresh brings is not wanted any more. */
  let era = 0;
  /** The token with which a refusal has led to a look at the role already. */
  let roleAskedWith: string | undefined;

  /** Parallel callers share one refresh: the token rotates, and a second use would look stolen. */
  function refresh(): Promise<Login> {
    if (refreshing) return refreshing;
    const started = era;
    const attempt = exclusively(() => takeNewToken(started)).finally(() => {
      if (refreshing === attempt) refreshing = undefined;
    });
    refreshing = attempt;
    return attempt;
  }

  async function takeNewToken(started: number): Promise<Login> {
    requireSameEra(started);
    try {
      const { data } = await bare.post<Login>("/auth/refresh");
      requireSameEra(started);
      accessToken = data.access_token;
      watcher.refreshed(data);
      return data;
    } catch (error) {
      const problem = toProblem(error);
      // Only a refusal ends the session; a lost connection says nothing about it.
      const isRefused = problem.status === 401 || problem.code === "banned";
      if (isRefused && era === started) {
        accessToken = undefined;
        watcher.ended();
      }
      throw problem;
    }
  }

  /** A role may have been taken away since it was shown: a refresh tells, once for each token. */
  function askForRole(refused: string | undefined): void {
    if (!refused || refused !== accessToken || refused === roleAskedWith) return;
    roleAskedWith = refused;
    refresh().then(
      ({ access_token }) => {
        roleAskedWith = access_token;
      },
      () => {},
    );
  }

  function requireSameEra(started: number): void {
    if (era !== started) throw new ApiProblem(0, "superseded", "The login has changed meanwhile.");
  }

  api.interceptors.request.use(async (request) => {
    await refreshing?.catch(() => {});
    if (accessToken) request.headers.set("Authorization", `Bearer ${accessToken}`);
    return request;
  });

  api.interceptors.response.use(undefined, async (error: unknown) => {
    if (!isAxiosError(error)) throw toProblem(error);
    const attempt: Attempt = error.config ?? {};
    const sent = bearerOf(attempt);
    if (error.response?.status === 403) askForRole(sent);
    if (error.response?.status !== 401) throw toProblem(error);
    if (!sent || attempt.retried) throw toProblem(error);
    attempt.retried = true;
    // Another request may have been refused its refresh, or have refreshed, in the meantime.
    if (!accessToken) throw toProblem(error);
    if (sent === accessToken) await refresh();
    return api.request(attempt);
  });

  return {
    refresh,
    /** After a sign-in, or without a token after a sign-out. */
    setAccessToken(token: string | undefined) {
      era += 1;
      refreshing = undefined;
      accessToken = token;
    },
    watch(by: SessionWatcher) {
      watcher = by;
    },
    async get<T>(path: string, params?: object, signal?: AbortSignal): Promise<T> {
      const response = await api.get<T>(path, { params, ...(signal && { signal }) });
      return response.data;
    },
    /**
     * `key`: an Idempotency-Key. The same key with the same body is done once, however often it is
     * sent. `timeout_ms`: for bodies that take longer than usual to send.
     */
    async post<T>(path: string, body?: object, key?: string, timeout_ms?: number): Promise<T> {
      const options = { ...(key && { headers: keyHeader(key) }), ...timeout(timeout_ms) };
      const response = await api.post<T>(path, body, options);
      return response.data;
    },
    async patch<T>(path: string, body: object): Promise<T> {
      const response = await api.patch<T>(path, body);
      return response.data;
    },
    /** A file or a picture that only its owner may see: an `<img>` cannot carry the token. */
    async getBlob(path: string, signal?: AbortSignal): Promise<Blob> {
      const options = { responseType: "blob" as const, ...(signal && { signal }) };
      return (await api.get<Blob>(path, options)).data;
    },
    /**
     * For routes that need no login, whose 401 means "wrong password" or "bad token" and nothing
     * else. It waits for a refresh on its way, whose late cookie would replace that of a sign-in.
     */
    async postBare<T>(path: string, body?: object): Promise<T> {
      await refreshing?.catch(() => {});
      const response = await bare.post<T>(path, body).catch((error: unknown) => {
        throw toProblem(error);
      });
      return response.data;
    },
  };
}

function keyHeader(key: string) {
  return { "Idempotency-Key": key };
}

function timeout(timeout_ms: number | undefined) {
  return timeout_ms === undefined ? {} : { timeout: timeout_ms };
}

function bearerOf(attempt: Attempt): string | undefined {
  const header = attempt.headers?.Authorization;
  return typeof header === "string" ? header.replace(/^Bearer /, "") : undefined;
}
