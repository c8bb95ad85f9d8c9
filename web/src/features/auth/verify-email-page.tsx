// The page behind the link that confirms an address. It needs no click and no login.
import { useEffect, useState, useSyncExternalStore } from "react";
import { Link } from "react-router";
import { Button } from "../../components/button";
import { useServices, useSession } from "../../lib/services";
import { AccountPage } from "./account-page";
import { EmailVerification, type VerificationState } from "./email-verification";
import { useLinkToken } from "./link-token";
import { ResendVerification } from "./resend-verification";

export function Component() {
  const { api, session } = useServices();
  const token = useLinkToken();
  const [verification] = useState(() => new EmailVerification({ api, session, token }));
  const { subscribe, getSnapshot } = verification;
  const state = useSyncExternalStore(subscribe, getSnapshot, getSnapshot);

  useEffect(() => void verification.start(), [verification]);

  return (
    <AccountPage title="Your email address">
      <div role="status" data-testid="verification" data-step={state.step}>
        <Outcome state={state} />
      </div>
      {state.step === "failed" && <Button onClick={() => verification.retry()}>Try again</Button>}
      {state.step === "refused" && <WayOn />}
      <Link to="/" className="inline-block py-2 font-medium underline underline-offset-4">
        All events
      </Link>
    </AccountPage>
  );
}

function Outcome({ state }: { state: VerificationState }) {
  const { user } = useSession();
  switch (state.step) {
    case "checking":
      return <p className="text-muted">One moment…</p>;
    case "verified":
      return <p className="wrap-anywhere">{`Thank you. ${state.email} is confirmed.`}</p>;
    case "refused":
      if (user?.email_verified)
        return <p>Your address is confirmed. There is nothing left to do.</p>;
      return (
        <p>
          This link no longer works. It works once, and only for a while. This one was used already,
          is too old, or is not complete.
        </p>
      );
    case "failed":
      return <p className="text-danger">{state.text}</p>;
  }
}

/** A new mail goes to whoever is signed in, so that comes first. */
function WayOn() {
  const { session } = useServices();
  const { status, user } = useSession();
  if (status === "restoring" || user?.email_verified) return null;
  if (!user) {
    return (
      <div className="space-y-3">
        <p>To have a new mail sent, please sign in.</p>
        <Button onClick={() => session.openPrompt("Sign in to have a new mail sent.")}>
          Sign in
        </Button>
      </div>
    );
  }
  return (
    <p className="flex flex-wrap items-center gap-x-3 wrap-anywhere">
      {`We can send a new mail to ${user.email}.`}
      <ResendVerification />
    </p>
  );
}
