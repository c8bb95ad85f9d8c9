// The right end of the header: who is signed in, and the way in or out.
import { useState } from "react";
import { Button } from "../../components/button";
import { useServices, useSession } from "../../lib/services";

export function AccountMenu() {
  const { session } = useServices();
  const { status, user } = useSession();
  const [failed, setFailed] = useState(false);

  if (status === "restoring") return null;
  if (status === "signed_out") {
    return (
      <Button look="primary" data-testid="sign-in-open" onClick={() => session.openPrompt()}>
        Sign in
      </Button>
    );
  }
  const signOut = () => {
    setFailed(false);
    session.signOut().catch(() => setFailed(true));
  };
  return (
    <div className="flex min-w-0 items-center gap-2">
      <span className="truncate text-sm text-muted" data-testid="account-name">
        {user?.name || user?.email}
      </span>
      <Button className="shrink-0" data-testid="sign-out" onClick={signOut}>
        Sign out
      </Button>
      <span role="status" className="text-sm text-danger">
        {failed && "That did not work. Please try again."}
      </span>
    </div>
  );
}
