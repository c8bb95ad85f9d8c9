// The page behind the link to a new password. Success leads to the sign-in dialog.
import { type FormEvent, useRef, useState } from "react";
import { Link, useNavigate } from "react-router";
import { Button } from "../../components/button";
import { useServices } from "../../lib/services";
import { AccountPage } from "./account-page";
import { useLinkToken } from "./link-token";
import { PasswordField } from "./password-field";
import { PASSWORD_HINT } from "./problem-text";
import { PASSWORD_CHANGED, resetPassword } from "./reset-password";

export function Component() {
  const token = useLinkToken();
  const [refused, setRefused] = useState(token === "");
  if (refused) return <ResetRefused />;
  return <NewPassword token={token} onRefused={() => setRefused(true)} />;
}

function NewPassword({ token, onRefused }: { token: string; onRefused: () => void }) {
  const services = useServices();
  const navigate = useNavigate();
  const field = useRef<HTMLInputElement>(null);
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState("");

  async function send(event: FormEvent<HTMLFormElement>) {
    event.preventDefault();
    const password = String(new FormData(event.currentTarget).get("password") ?? "");
    setBusy(true);
    setProblem("");
    const outcome = await resetPassword(services, token, password);
    setBusy(false);
    if (outcome.step === "refused") return onRefused();
    if (outcome.step === "failed") {
      setProblem(outcome.text);
      // The sentence is read out with the field.
      return field.current?.focus();
    }
    await navigate("/", { replace: true });
    services.session.openPrompt(PASSWORD_CHANGED);
  }

  return (
    <AccountPage title="Choose a new password">
      <form onSubmit={send} noValidate className="space-y-4">
        <PasswordField
          ref={field}
          label="New password"
          hint={PASSWORD_HINT}
          name="password"
          data-testid="new-password"
          autoComplete="new-password"
          error={problem}
          required
        />
        <Button
          type="submit"
          look="primary"
          size="large"
          className="w-full"
          disabled={busy}
          data-testid="new-password-submit"
        >
          {busy ? "One moment…" : "Change the password"}
        </Button>
      </form>
      <p className="text-sm text-muted">You will be signed out on every device.</p>
    </AccountPage>
  );
}

function ResetRefused() {
  return (
    <AccountPage title="This link no longer works">
      <p data-testid="reset-refused">
        A link to a new password works once, and only for a while. This one was used already, is too
        old, or is not complete.
      </p>
      <Link
        to="/forgot-password"
        className="inline-block py-2 font-medium underline underline-offset-4"
      >
        Ask for a new link
      </Link>
    </AccountPage>
  );
}
