// The account routes that mails lead to, one line each. Must never keep a token or a password.
import type { ApiClient } from "./client";
import type { User } from "./types";

/** Succeeds for every address, known or not. */
export const requestPasswordReset = (api: ApiClient, email: string) =>
  api.postBare<void>("/auth/password-reset", { email });

/** Ends every login of the account. */
export const confirmPasswordReset = (api: ApiClient, token: string, password: string) =>
  api.postBare<void>("/auth/password-reset/confirm", { token, password });

export const verifyEmail = (api: ApiClient, token: string) =>
  api.postBare<User>("/auth/verify-email", { token });

export const resendVerification = (api: ApiClient) => api.post<void>("/auth/verify-email/resend");
