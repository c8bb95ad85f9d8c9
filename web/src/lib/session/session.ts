// Who is signed in, and whether the sign-in dialog is open. Plain TypeScript; React subscribes.
// Must never hold a token or a password: the API client keeps the one, nobody keeps the other.
import type { ApiClient } from "../api/client";
import type { Login, User } from "../api/types";

export interface SessionState {
  /** `restoring` until the first refresh has been answered. */
  status: "restoring" | "signed_out" | "signed_in";
  user?: User;
  /** Set while the sign-in dialog is open: the sentence that says why it opened. */
  prompt?: string;
}

export class Session {
  private readonly api: ApiClient;
  private state: SessionState = { status: "restoring" };
  private readonly listeners = new Set<() => void>();

  constructor(api: ApiClient) {
    this.api = api;
    api.whenSignedOut(() => this.set({ status: "signed_out" }));
  }

  getSnapshot = (): SessionState => this.state;

  subscribe = (listener: () => void): (() => void) => {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  };

  /** Tries the refresh cookie once. A visitor without one is simply signed out. */
  async restore(): Promise<void> {
    try {
      await this.accept(await this.api.refresh());
    } catch {
      this.set({ ...this.state, status: "signed_out" });
    }
  }

  async signIn(email: string, password: string): Promise<void> {
    await this.accept(await this.api.postBare<Login>("/auth/login", { email, password }));
  }

  async register(name: string, email: string, password: string): Promise<void> {
    await this.accept(await this.api.postBare<Login>("/auth/register", { name, email, password }));
  }

  async signOut(): Promise<void> {
    // The cookie goes only if the server hears of it, so a failure is the caller's to show.
    await this.api.post("/auth/logout");
    this.api.setAccessToken(undefined);
    this.set({ status: "signed_out" });
  }

  openPrompt(reason = ""): void {
    this.set({ ...this.state, prompt: reason });
  }

  closePrompt(): void {
    const { prompt: _closed, ...rest } = this.state;
    this.set(rest);
  }

  private async accept(login: Login): Promise<void> {
    this.api.setAccessToken(login.access_token);
    const user = login.user ?? (await this.api.get<User>("/auth/me"));
    this.set({ status: "signed_in", user });
  }

  private set(state: SessionState): void {
    this.state = state;
    for (const listener of this.listeners) listener();
  }
}
