// The frame around every page: header, what the visitor must know of the account, content, footer,
// dialog and messages.
import { Link, Outlet, ScrollRestoration } from "react-router";
import { Toaster } from "../components/toaster";
import { AccountMenu } from "../features/auth/account-menu";
import { SessionNotice } from "../features/auth/session-notice";
import { SignInDialog } from "../features/auth/sign-in-dialog";
import { VerifyEmailHint } from "../features/auth/verify-email-hint";
import { Footer } from "./footer";
import { MainNavigation } from "./main-navigation";

export function Layout() {
  return (
    <div className="flex min-h-dvh flex-col">
      <a
        href="#content"
        className="sr-only focus:not-sr-only focus:absolute focus:z-20 focus:bg-surface focus:p-3"
      >
        Skip to content
      </a>
      <header className="no-print border-b border-line bg-surface">
        <div className="mx-auto flex min-h-16 max-w-7xl flex-wrap items-center gap-x-6 px-4 sm:px-6">
          <Link
            to="/"
            className="flex shrink-0 items-center gap-2.5 py-3 font-display text-lg font-bold tracking-tight"
          >
            <img src="/favicon.svg" alt="" width={28} height={28} />
            Frontrow
          </Link>
          <MainNavigation />
          <div className="ml-auto flex min-w-0 items-center py-2">
            <AccountMenu />
          </div>
        </div>
      </header>
      <SessionNotice />
      <VerifyEmailHint />
      <main id="content" className="mx-auto w-full max-w-7xl flex-1 px-4 py-6 sm:px-6">
        <Outlet />
      </main>
      <Footer />
      <SignInDialog />
      <Toaster />
      <ScrollRestoration />
    </div>
  );
}
