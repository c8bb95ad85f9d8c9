// Lets signed-in people through to the pages below, and others to the sign-in dialog. Convenience
// only: what may be seen is decided by the server, request by request.
import { useEffect } from "react";
import { Outlet } from "react-router";
import { Button, ButtonLink } from "../components/button";
import { EmptyState } from "../components/empty-state";
import { useServices, useSession } from "../lib/services";
import { PageLoading } from "./page-loading";

const REASON = "Sign in to see this page.";

export function RequireSignIn({ roles }: { roles?: string[] }) {
  const { session } = useServices();
  const { status, user } = useSession();

  useEffect(() => {
    if (status === "signed_out") session.openPrompt(REASON);
  }, [status, session]);

  if (status === "restoring") return <PageLoading />;
  if (status === "signed_out") {
    return (
      <EmptyState
        title="Please sign in"
        action={
          <Button look="primary" onClick={() => session.openPrompt(REASON)}>
            Sign in
          </Button>
        }
      >
        This page belongs to an account.
      </EmptyState>
    );
  }
  if (roles && !roles.includes(user?.role ?? "")) {
    return (
      <EmptyState title="Not for this account" action={<ButtonLink to="/">All events</ButtonLink>}>
        These pages are for people who run events. If you are one of them, ask an administrator to
        give {user?.email} the role.
      </EmptyState>
    );
  }
  // Another account is another page: nothing of the former one may stay on the screen.
  return <Outlet key={user?.id} />;
}
