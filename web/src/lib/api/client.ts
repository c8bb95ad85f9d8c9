// The HTTP client: bearer token, silent refresh, typed errors. The access token lives in this
// closure only; it must never reach storage, a URL or a log.
import axios, { type AxiosAdapter, type AxiosRequestConfig, isAxiosError } from "axios";
import { toProblem } from "./problem";
import type { Login } from "./types";

interface Options {
  baseURL?: string;
  /** Replaces the network in tests. */
  adapter?: AxiosAdapter;
}

interface Attempt extends AxiosRequestConfig {
  retried?: boolean;
}

export type ApiClient = ReturnType<typeof createApiClient>;

export function createApiClient({ baseURL = "/api/v1", adapter }: Options = {}) {
  const config = { baseURL, timeout: 10_000, ...(adapter && { adapter }) };
  const api = axios.create(config);
  // The refresh travels over a second instance without interceptors: a refresh that is answered
  // with 401 must end the session, not start another refresh.
  const bare = axios.create(config);

  let accessToken: string | undefined;
  let refreshing: Promise<Login> | undefined;
  let onSignedOut = () => {};

  /** Parallel callers share one refresh: the token rotates, and a second use would look stolen. */
  function refresh(): Promise<Login> {
    refreshing ??= bare
      .post<Login>("/auth/refresh")
      .then(({ data }) => {
        accessToken = data.access_token;
        return data;
      })
      .catch((error: unknown) => {
        // Only a refusal ends the session; a lost connection says nothing about it.
        if (isAxiosError(error) && error.response?.status === 401) accessToken = undefined;
        throw toProblem(error);
      })
      .finally(() => {
        refreshing = undefined;
      });
    return refreshing;
  }

  api.interceptors.request.use(async (request) => {
    await refreshing?.catch(() => {});
    if (accessToken) request.headers.set("Authorization", `Bearer ${accessToken}`);
    return request;
  });

  api.interceptors.response.use(undefined, async (error: unknown) => {
    if (!isAxiosError(error) || error.response?.status !== 401) throw toProblem(error);
    const attempt: Attempt = error.config ?? {};
    const sent = bearerOf(attempt);
    if (!sent || attempt.retried) throw toProblem(error);
    attempt.retried = true;
    // Another request may have refreshed while this one was on its way.
    if (sent === accessToken) {
      await refresh().catch((problem) => {
        if (!accessToken) onSignedOut();
        throw problem;
      });
    }
    return api.request(attempt);
  });

  return {
    refresh,
    setAccessToken(token: string | undefined) {
      accessToken = token;
    },
    /** Called when the server ended the session during a request. */
    whenSignedOut(callback: () => void) {
      onSignedOut = callback;
    },
    async get<T>(path: string, params?: object, signal?: AbortSignal): Promise<T> {
      const response = await api.get<T>(path, { params, ...(signal && { signal }) });
      return response.data;
    },
    async post<T>(path: string, body?: object): Promise<T> {
      const response = await api.post<T>(path, body);
      return response.data;
    },
    /** For the sign-in routes, whose 401 means "wrong password" and nothing else. */
    async postBare<T>(path: string, body?: object): Promise<T> {
      const response = await bare.post<T>(path, body).catch((error: unknown) => {
        throw toProblem(error);
      });
      return response.data;
    },
  };
}

function bearerOf(attempt: Attempt): string | undefined {
  const header = attempt.headers?.Authorization;
  return typeof header === "string" ? header.replace(/^Bearer /, "") : undefined;
}
