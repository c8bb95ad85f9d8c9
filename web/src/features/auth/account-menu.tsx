// The right end of the header: who is signed in, and the ways in and out.
import { useRef, useState } from "react";
import { Link } from "react-router";
import { Button } from "../../components/button";
import type { User } from "../../lib/api/types";
import { useServices, useSession } from "../../lib/services";

const PANEL = "account-panel";
const WAYS = [
  { to: "/orders", words: "My orders", testId: "account-orders" },
  { to: "/tickets", words: "My tickets", testId: "account-tickets" },
];
const FAILED = "That did not work. Please try again.";

export function AccountMenu() {
  const { session } = useServices();
  const { status, user } = useSession();
  const signingOut = useRef(false);

  if (status === "restoring") return null;
  if (user) return <Account user={user} onLeaving={(leaving) => (signingOut.current = leaving)} />;
  // The button that was clicked is gone with its panel: the keyboard goes on from here.
  const takeFocus = (button: HTMLButtonElement | null) => {
    if (button && signingOut.current) button.focus();
    signingOut.current = false;
  };
  return (
    <Button
      ref={takeFocus}
      look="primary"
      className="shrink-0"
      data-testid="sign-in-open"
      onClick={() => session.openPrompt()}
    >
      Sign in
    </Button>
  );
}

function Account({ user, onLeaving }: { user: User; onLeaving: (leaving: boolean) => void }) {
  const { session } = useServices();
  const [busy, setBusy] = useState(false);
  const [failed, setFailed] = useState(false);
  const panel = useRef<HTMLElement>(null);

  async function signOut(everywhere: boolean) {
    setBusy(true);
    setFailed(false);
    onLeaving(true);
    await session.signOut(everywhere).catch(() => {
      onLeaving(false);
      setFailed(true);
    });
    setBusy(false);
  }

  // The native popover brings Escape, the click beside it, the way back and `aria-expanded`.
  return (
    <>
      <Button popoverTarget={PANEL} className="min-w-0 gap-2" data-testid="account-menu">
        <span className="truncate" data-testid="account-name">
          {user.name || user.email}
        </span>
        <span aria-hidden className="shrink-0">
          ▾
        </span>
      </Button>
      <section
        id={PANEL}
        ref={panel}
        popover="auto"
        aria-label="Account"
        className="absolute inset-auto top-14 right-[max(1rem,calc((100vw-80rem)/2+1.5rem))] m-0 w-[min(18rem,calc(100vw-2rem))] rounded-2xl border border-line bg-surface p-4 text-ink shadow-lg"
      >
        <p className="text-sm wrap-anywhere text-muted">{user.email}</p>
        <Ways onGo={() => panel.current?.hidePopover()} />
        <Button
          className="mt-3 w-full"
          disabled={busy}
          data-testid="sign-out"
          onClick={() => signOut(false)}
        >
          Sign out
        </Button>
        <Button
          className="mt-2 w-full"
          disabled={busy}
          aria-describedby={`${PANEL}-everywhere`}
          data-testid="sign-out-everywhere"
          onClick={() => signOut(true)}
        >
          Sign out everywhere
        </Button>
        <p id={`${PANEL}-everywhere`} className="mt-2 text-sm text-muted">
          Everywhere means on every device that you are signed in on.
        </p>
        <p role="alert" className="text-sm text-danger">
          {failed && FAILED}
        </p>
      </section>
    </>
  );
}

function Ways({ onGo }: { onGo: () => void }) {
  return (
    <ul className="-mx-2 mt-2 border-y border-line py-2">
      {WAYS.map(({ to, words, testId }) => (
        <li key={to}>
          <Link
            to={to}
            data-testid={testId}
            onClick={onGo}
            className="flex min-h-11 items-center rounded-xl px-2 font-semibold hover:bg-sunken"
          >
            {words}
          </Link>
        </li>
      ))}
    </ul>
  );
}
