// What the account pages put on the screen, rendered to text: labels, live regions, ways on. What
// happens on a click is tested where it is decided, and in a browser.
import { type ComponentType, createElement as h } from "react";
import { renderToStaticMarkup } from "react-dom/server";
import { MemoryRouter } from "react-router";
import { describe, expect, it } from "vitest";
import { createApiClient } from "../../lib/api/client";
import type { User } from "../../lib/api/types";
import { ServicesContext } from "../../lib/services";
import { Session } from "../../lib/session/session";
import { AccountMenu } from "./account-menu";
import { Component as ForgotPasswordPage } from "./forgot-password-page";
import { Component as ResetPasswordPage } from "./reset-password-page";
import { SessionNotice } from "./session-notice";
import { SignInForm } from "./sign-in-form";
import { VerifyEmailHint } from "./verify-email-hint";
import { Component as VerifyEmailPage } from "./verify-email-page";

const ADA: User = {
  id: "1",
  email: "ada@example.org",
  name: "Ada",
  role: "customer",
  email_verified: false,
};

interface Visit {
  user?: User;
  at?: string;
  props?: object;
}

async function show(page: ComponentType<never>, { user, at = "/", props = {} }: Visit = {}) {
  const api = createApiClient({
    adapter: async (config) => ({
      config,
      status: 200,
      statusText: "",
      headers: {},
      data: { access_token: "t", expires_in: 900, user },
    }),
  });
  const session = new Session(api);
  if (user) await session.restore();
  const tree = h(page as ComponentType, props);
  const routed = h(MemoryRouter, { initialEntries: [at] }, tree);
  return renderToStaticMarkup(h(ServicesContext, { value: { api, session } }, routed));
}

/** The input with this label, as text. */
function inputOf(html: string, label: string): string {
  const id = html.match(new RegExp(`<label for="([^"]+)"[^>]*>${label}</label>`))?.[1];
  return html.match(new RegExp(`<input id="${id}"[^>]*>`))?.[0] ?? "";
}

describe("the sign-in form", () => {
  it("leads to a forgotten password", async () => {
    const html = await show(SignInForm, { props: { reason: "why" } });
    expect(html).toContain('href="/forgot-password"');
    expect(html).toContain('id="sign-in-reason"');
  });
});

describe("the account menu", () => {
  it("offers both ways out behind one button", async () => {
    const html = await show(AccountMenu, { user: ADA });
    const panel = html.match(/popoverTarget="([^"]+)"/i)?.[1];
    expect(panel).toBeTruthy();
    expect(html).toContain(`id="${panel}" popover="auto"`);
    for (const words of ["Sign out<", "Sign out everywhere<"]) expect(html).toContain(words);
  });

  it("shows nothing until it is known who is there", async () => {
    expect(await show(AccountMenu)).toBe("");
  });
});

describe("the hint to confirm an address", () => {
  it("is there only while the server says that it is not confirmed", async () => {
    const html = await show(VerifyEmailHint, { user: ADA });
    expect(html).toContain("ada@example.org");
    expect(html).toContain("Send again");
    expect(await show(VerifyEmailHint, { user: { ...ADA, email_verified: true } })).toBe("");
    expect(await show(VerifyEmailHint)).toBe("");
    const { email_verified: _, ...old } = ADA;
    expect(await show(VerifyEmailHint, { user: old as User })).toBe("");
  });
});

describe("the notice of an ended login", () => {
  it("has its live region in the page before it has a text", async () => {
    expect(await show(SessionNotice)).toMatch(/role="status"[^>]*><\/p>/);
  });
});

describe("the page for a forgotten password", () => {
  it("asks for a labelled address", async () => {
    const html = await show(ForgotPasswordPage);
    expect(inputOf(html, "Email")).toMatch(/type="email".*required/);
    expect(html).toMatch(/role="alert"[^>]*><\/p>/);
  });
});

describe("the page for a new password", () => {
  it("asks for one, with the rule read out with the label", async () => {
    const html = await show(ResetPasswordPage, { at: "/reset-password#token=secret-token" });
    const hint = inputOf(html, "New password").match(/aria-describedby="([^"]+)"/)?.[1];
    expect(html).toContain(`<p id="${hint}"`);
    expect(inputOf(html, "New password")).toContain('autoComplete="new-password"');
    expect(html).not.toContain("secret-token");
  });

  it("leads to a new link when there is no token", async () => {
    const html = await show(ResetPasswordPage, { at: "/reset-password" });
    expect(html).toContain("no longer works");
    expect(html).toContain('href="/forgot-password"');
  });
});

describe("the page that confirms an address", () => {
  it("starts as a live region without the token in it", async () => {
    const html = await show(VerifyEmailPage, { at: "/verify-email#token=secret-token" });
    expect(html).toMatch(/role="status"[^>]*data-step="checking"/);
    expect(html).not.toContain("secret-token");
  });
});
