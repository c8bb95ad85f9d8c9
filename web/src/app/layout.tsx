// The frame around every page: header, content, sign-in dialog.
import { Link, Outlet } from "react-router";
import { AccountMenu } from "../features/auth/account-menu";
import { SignInDialog } from "../features/auth/sign-in-dialog";

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
          <Link to="/" className="flex items-center gap-2 py-1 font-semibold tracking-tight">
            <img src="/favicon.svg" alt="" width={24} height={24} />
            Frontrow
          </Link>
          <AccountMenu />
        </div>
      </header>
      <main id="content" className="mx-auto w-full max-w-7xl flex-1 px-4 py-6 sm:px-6">
        <Outlet />
      </main>
      <SignInDialog />
    </div>
  );
}
