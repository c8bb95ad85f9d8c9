// The frame around every page: header, what the visitor must know of the account, content, dialog.
import { Link, Outlet } from "react-router";
import { AccountMenu } from "../features/auth/account-menu";
import { SessionNotice } from "../features/auth/session-notice";
import { SignInDialog } from "../features/auth/sign-in-dialog";
import { VerifyEmailHint } from "../features/auth/verify-email-hint";

export function Layout() {
  return (
    <div className="flex min-h-dvh flex-col">
      <a
        href="#content"
        className="sr-only focus:not-sr-only focus:absolute focus:z-20 focus:bg-surface focus:p-3"
      >
        Skip to content
      </a>
      <header className="border-b border-line bg-surface">
        <div className="mx-auto flex h-14 max-w-7xl items-center justify-between gap-4 px-4 sm:px-6">
          <Link
            to="/"
            className="flex shrink-0 items-center gap-2 py-1 font-semibold tracking-tight"
          >
            <img src="/favicon.svg" alt="" width={24} height={24} />
            Frontrow
          </Link>
          <AccountMenu />
        </div>
      </header>
      <SessionNotice />
      <VerifyEmailHint />
      <main id="content" className="mx-auto w-full max-w-7xl flex-1 px-4 py-6 sm:px-6">
        <Outlet />
      </main>
      <SignInDialog />
    </div>
  );
}
