// Who is signed in, why nobody is any more, and whether the sign-in dialog is open. Plain
// TypeScript; React subscribes. Must never hold a token or a password: the API client keeps the
// one, nobody keeps the other.
import type { ApiClient } from "../api/client";
import { toProblem } from "../api/problem";
import type { Login, User } from "../api/types";
import { NO_OTHER_TABS, type TabChannel, type TabNews } from "./tab-channel";

export interface SessionState {
  /** `restoring` until the first refresh has been answered. */
  status: "restoring" | "signed_out" | "signed_in";
  user?: User;
  /** Set while the sign-in dialog is open: the sentence that says why it opened. */
  prompt?: string;
  /** Set after a sign-out that the visitor did not ask for here: the sentence that says why. */
  notice?: string;
}

export const LOGIN_ENDED = "Your login has ended. Please sign in again.";
export const ENDED_IN_OTHER_TAB = "You signed out in another tab.";
export const ONLY_SIGNED_OUT_HERE =
  "Your login had ended already. To sign out your other devices, please sign in once more.";

export class Session {
  private readonly api: ApiClient;
  private readonly tabs: TabChannel;
  private state: SessionState = { status: "restoring" };
  private restored: Promise<void> = Promise.resolve();
  private leaving: Promise<void> | undefined;
  private readonly listeners = new Set<() => void>();

  constructor(api: ApiClient, tabs: TabChannel = NO_OTHER_TABS) {
    this.api = api;
    this.tabs = tabs;
    api.watch({
      refreshed: ({ user }) => user && this.follow(user),
      ended: () => this.end(LOGIN_ENDED),
    });
    tabs.listen((news) => this.hear(news));
  }

  getSnapshot = (): SessionState => this.state;

  subscribe = (listener: () => void): (() => void) => {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  };

  /** Tries the refresh cookie once. A visitor without one is simply signed out. */
  restore(): Promise<void> {
    this.restored = this.refresh().catch(() => {
      if (this.state.status === "restoring") this.set({ ...this.state, status: "signed_out" });
    });
    return this.restored;
  }

  async signIn(email: string, password: string): Promise<void> {
    await this.begin(await this.api.postBare<Login>("/auth/login", { email, password }));
  }

  async register(name: string, email: string, password: string): Promise<void> {
    await this.begin(await this.api.postBare<Login>("/auth/register", { name, email, password }));
  }

  /** `everywhere`: on every device. The cookie goes only if the server hears of it. */
  signOut(everywhere = false): Promise<void> {
    this.leaving ??= this.leave(everywhere).finally(() => {
      this.leaving = undefined;
    });
    return this.leaving;
  }

  /**
   * The server said that the login is over: one silent refresh finds out. A refusal signs this page
   * out, with `sentence` as the reason; any other failure says nothing about the login.
   */
  async renew(sentence = LOGIN_ENDED): Promise<void> {
    // A sign-out closes sockets before it is answered: no news then.
    if (this.leaving) return this.leaving.catch(() => {});
    if (this.state.status !== "signed_in") return;
    await this.refresh().catch(() => {});
    if (this.state.notice === LOGIN_ENDED) this.set({ ...this.state, notice: sentence });
  }

  /** A fresher description of an account, which may or may not be the one that is signed in. */
  async takeUser(user: User): Promise<void> {
    await this.restored;
    this.tabs.tell("account_changed");
    if (this.state.user?.id === user.id) this.set({ ...this.state, user });
  }

  openPrompt(reason = ""): void {
    this.set({ ...this.state, prompt: reason });
  }

  closePrompt(): void {
    const { prompt: _closed, ...rest } = this.state;
    this.set(rest);
  }

  dismissNotice(): void {
    const { notice: _read, ...rest } = this.state;
    this.set(rest);
  }

  private async begin(login: Login): Promise<void> {
    this.api.setAccessToken(login.access_token);
    this.set({ status: "signed_in", user: await this.userOf(login) });
    this.tabs.tell("account_changed");
  }

  private async refresh(): Promise<void> {
    const login = await this.api.refresh();
    if (!login.user) this.follow(await this.userOf(login));
  }

  private async userOf(login: Login): Promise<User> {
    return login.user ?? (await this.api.get<User>("/auth/me"));
  }

  /** Whose login the cookie belongs to: another tab may have signed in as somebody else. */
  private follow(user: User): void {
    const before = this.state.status === "signed_in" ? this.state : undefined;
    this.set({ ...before, status: "signed_in", user });
  }

  private async leave(everywhere: boolean): Promise<void> {
    const body = everywhere ? { everywhere } : undefined;
    const failure = await this.api.post("/auth/logout", body).then(() => undefined, toProblem);
    // Without a login there is nothing left to end, here at least.
    if (failure && failure.status !== 401) throw failure;
    const notice = failure && everywhere ? ONLY_SIGNED_OUT_HERE : undefined;
    this.api.setAccessToken(undefined);
    this.set({ status: "signed_out", ...(notice && { notice }) });
    this.tabs.tell("signed_out");
  }

  private hear(news: TabNews): void {
    if (news === "account_changed") {
      void this.refresh().catch(() => {});
      return;
    }
    const { status, notice } = this.state;
    // The socket may have heard of it first, and named a lesser reason.
    if (status === "signed_out" && notice) this.set({ ...this.state, notice: ENDED_IN_OTHER_TAB });
    else this.end(ENDED_IN_OTHER_TAB);
  }

  /** Signs this page out without asking the server, which has done so already. */
  private end(notice: string): void {
    const { status } = this.state;
    if (status === "signed_out") return;
    this.api.setAccessToken(undefined);
    // During the first refresh nobody was signed in who could miss it.
    this.set(
      status === "restoring"
        ? { ...this.state, status: "signed_out" }
        : { status: "signed_out", notice },
    );
  }

  private set(state: SessionState): void {
    this.state = state;
    for (const listener of this.listeners) listener();
  }
}
