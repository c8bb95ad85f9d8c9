// Who is signed in, over two tabs of one browser and a server that can end the login: every way
// in, every way out, and the sentence that goes with it.
import { type AxiosAdapter, AxiosError, AxiosHeaders } from "axios";
import { beforeEach, describe, expect, it } from "vitest";
import { createApiClient } from "../api/client";
import type { User } from "../api/types";
import { ENDED_IN_OTHER_TAB, LOGIN_ENDED, ONLY_SIGNED_OUT_HERE, Session } from "./session";
import type { TabNews } from "./tab-channel";

const ADA: User = {
  id: "1",
  email: "ada@example.org",
  name: "Ada",
  role: "customer",
  email_verified: false,
};
const BOB: User = { ...ADA, id: "2", name: "Bob" };

/** What the server knows: whose cookie the browser has, and whether it can be reached. */
let cookieOf: User | undefined;
let reachable: boolean;
let calls: string[];
let bodies: unknown[];
/** Runs while a sign-out is on its way. */
let duringLogout: () => void;
let tabs: ((news: TabNews) => void)[];

const adapter: AxiosAdapter = async (config) => {
  const url = config.url ?? "";
  calls.push(url);
  await Promise.resolve();
  if (!reachable) throw new AxiosError("no network", "ERR_NETWORK", config);
  const answer = (status: number, data: unknown = {}) => {
    const response = { config, status, data, statusText: "", headers: new AxiosHeaders() };
    if (status < 400) return response;
    throw new AxiosError("refused", undefined, config, undefined, response);
  };
  const login = (user: User) => answer(200, { user, access_token: user.id, expires_in: 900 });
  if (url === "/auth/login") {
    cookieOf = ADA;
    return login(ADA);
  }
  if (!cookieOf) return answer(401, { code: "unauthorized" });
  if (url === "/auth/refresh") return login(cookieOf);
  if (url === "/auth/logout") {
    bodies.push(config.data && JSON.parse(config.data));
    cookieOf = undefined;
    duringLogout();
    await Promise.resolve();
    return answer(204);
  }
  return answer(200);
};

function openTab() {
  const api = createApiClient({ adapter });
  let own: (news: TabNews) => void = () => {};
  const session = new Session(api, {
    tell: (news) => {
      for (const listener of tabs) if (listener !== own) listener(news);
    },
    listen: (listener) => {
      own = listener;
      tabs.push(listener);
    },
  });
  return { api, session, state: session.getSnapshot };
}

async function signedInTab() {
  const tab = openTab();
  await tab.session.restore();
  expect(tab.state()).toEqual({ status: "signed_in", user: ADA });
  return tab;
}

/** Lets everything that is on its way arrive. */
const settle = () => new Promise((resolve) => setTimeout(resolve, 0));

beforeEach(() => {
  cookieOf = ADA;
  reachable = true;
  duringLogout = () => {};
  [calls, bodies, tabs] = [[], [], []];
});

describe("coming in", () => {
  it("signs a visitor without a cookie out, without a word", async () => {
    cookieOf = undefined;
    const { session, state } = openTab();
    session.openPrompt("why");
    await session.restore();
    expect(state()).toEqual({ status: "signed_out", prompt: "why" });
    expect(calls).toEqual(["/auth/refresh"]);
  });

  it("closes the dialog and takes the notice away", async () => {
    const { session, state } = await signedInTab();
    cookieOf = undefined;
    await session.renew();
    session.openPrompt();
    await session.signIn("ada@example.org", "secret");
    expect(state()).toEqual({ status: "signed_in", user: ADA });
  });

  it("signs the other tabs in as well", async () => {
    cookieOf = undefined;
    const [a, b] = [openTab(), openTab()];
    await Promise.all([a.session.restore(), b.session.restore()]);
    await a.session.signIn("ada@example.org", "secret");
    await settle();
    expect(b.state()).toEqual({ status: "signed_in", user: ADA });
  });

  it("shows whose login the cookie is, should another tab have changed that", async () => {
    const { api, state } = await signedInTab();
    cookieOf = BOB;
    await api.refresh();
    expect(state().user).toEqual(BOB);
  });
});

describe("signing out", () => {
  it("ends every tab, and says so in the others only", async () => {
    const [a, b] = [await signedInTab(), await signedInTab()];
    await a.session.signOut();
    expect(bodies).toEqual([undefined]);
    expect(a.state()).toEqual({ status: "signed_out" });
    expect(b.state()).toEqual({ status: "signed_out", notice: ENDED_IN_OTHER_TAB });
    await settle();
    await expect(b.api.get("/things")).rejects.toMatchObject({ status: 401 });
    expect(calls.slice(-2)).toEqual(["/auth/logout", "/things"]);
  });

  it("ends every device when asked to", async () => {
    const { session } = await signedInTab();
    await session.signOut(true);
    expect(bodies).toEqual([{ everywhere: true }]);
  });

  it("fails while the server does not hear of it", async () => {
    const { session, state } = await signedInTab();
    reachable = false;
    await expect(session.signOut()).rejects.toMatchObject({ code: "network" });
    expect(state().status).toBe("signed_in");
  });

  it("succeeds without a word when the login had ended already", async () => {
    const { session, state } = await signedInTab();
    cookieOf = undefined;
    await session.signOut();
    expect(state()).toEqual({ status: "signed_out" });
  });

  it("says that other devices were not reached when the login had ended already", async () => {
    const { session, state } = await signedInTab();
    cookieOf = undefined;
    await session.signOut(true);
    expect(state()).toEqual({ status: "signed_out", notice: ONLY_SIGNED_OUT_HERE });
  });

  it("takes the closing of its own socket for no news", async () => {
    const { session, state } = await signedInTab();
    duringLogout = () => void session.renew();
    await session.signOut(true);
    await settle();
    expect(state()).toEqual({ status: "signed_out" });
    expect(calls).toEqual(["/auth/refresh", "/auth/logout"]);
  });

  it("names the better reason when a tab hears of its socket first", async () => {
    const [a, b] = [await signedInTab(), await signedInTab()];
    cookieOf = undefined;
    await b.session.renew();
    expect(b.state().notice).toBe(LOGIN_ENDED);
    await a.session.signOut();
    expect(b.state()).toEqual({ status: "signed_out", notice: ENDED_IN_OTHER_TAB });
  });

  it("lets no refresh that was on its way sign a tab in again", async () => {
    const [a, b] = [await signedInTab(), await signedInTab()];
    const late = b.session.renew();
    await a.session.signOut();
    cookieOf = ADA;
    await late;
    expect(b.state().status).toBe("signed_out");
  });
});

describe("when the server says that the login is over", () => {
  it("stays signed in if one refresh succeeds", async () => {
    const { session, state } = await signedInTab();
    await session.renew();
    expect(state()).toEqual({ status: "signed_in", user: ADA });
    expect(calls).toHaveLength(2);
  });

  it("asks once, signs out with a sentence, and never asks again", async () => {
    const { api, session, state } = await signedInTab();
    cookieOf = undefined;
    await Promise.all([session.renew(), session.renew()]);
    expect(state()).toEqual({ status: "signed_out", notice: LOGIN_ENDED });
    await session.renew();
    await api.get("/things").catch(() => {});
    expect(calls).toEqual(["/auth/refresh", "/auth/refresh", "/things"]);
    session.dismissNotice();
    expect(state()).toEqual({ status: "signed_out" });
  });

  it("says the sentence it was given", async () => {
    const { session, state } = await signedInTab();
    cookieOf = undefined;
    await session.renew("Your password was changed.");
    expect(state().notice).toBe("Your password was changed.");
  });

  it("believes nothing while the server cannot be reached", async () => {
    const { session, state } = await signedInTab();
    reachable = false;
    await session.renew();
    expect(state()).toEqual({ status: "signed_in", user: ADA });
  });

  it("hears it from any request too", async () => {
    const { api, state } = await signedInTab();
    cookieOf = undefined;
    await expect(api.get("/things")).rejects.toMatchObject({ status: 401 });
    expect(state()).toEqual({ status: "signed_out", notice: LOGIN_ENDED });
  });
});

describe("a confirmed address", () => {
  it("shows in this tab and in the others", async () => {
    const [a, b] = [await signedInTab(), await signedInTab()];
    cookieOf = { ...ADA, email_verified: true };
    await a.session.takeUser(cookieOf);
    await settle();
    for (const { state } of [a, b]) expect(state().user?.email_verified).toBe(true);
  });

  it("does not make somebody else of the visitor", async () => {
    const { session, state } = await signedInTab();
    await session.takeUser({ ...BOB, email_verified: true });
    expect(state().user).toEqual(ADA);
  });

  it("waits for the first refresh, which may carry older news", async () => {
    const { session, state } = openTab();
    void session.restore();
    await session.takeUser({ ...ADA, email_verified: true });
    expect(state().user?.email_verified).toBe(true);
  });
});
