// Asks for a mail with a link to a new password. Must never show whether an address is known.
import { type FormEvent, useRef, useState } from "react";
import { Button } from "../../components/button";
import { TextField } from "../../components/text-field";
import { requestPasswordReset } from "../../lib/api/accounts-api";
import { useServices } from "../../lib/services";
import { AccountPage } from "./account-page";
import { accountText, emailText } from "./problem-text";
import { useSubmit } from "./use-submit";

export function Component() {
  const { api } = useServices();
  const { busy, problem, submit } = useSubmit(accountText);
  const [sentTo, setSentTo] = useState("");
  const [wrong, setWrong] = useState<string>();
  const field = useRef<HTMLInputElement>(null);

  async function send(event: FormEvent<HTMLFormElement>) {
    event.preventDefault();
    const email = String(new FormData(event.currentTarget).get("email") ?? "").trim();
    const found = emailText(email);
    setWrong(found);
    if (found) return field.current?.focus();
    if (await submit(() => requestPasswordReset(api, email))) setSentTo(email);
  }

  if (sentTo) return <ResetRequested email={sentTo} onAgain={() => setSentTo("")} />;
  return (
    <AccountPage title="Forgot your password?">
      <p className="text-muted">
        Tell us your email address, and we send you a link to a new password.
      </p>
      <form onSubmit={send} noValidate className="space-y-4">
        <TextField
          ref={field}
          label="Email"
          name="email"
          type="email"
          data-testid="forgot-email"
          autoComplete="email"
          error={wrong}
          required
        />
        <p role="alert" className="text-sm text-danger">
          {problem}
        </p>
        <Button
          type="submit"
          look="primary"
          size="large"
          className="w-full"
          disabled={busy}
          data-testid="forgot-submit"
        >
          {busy ? "One moment…" : "Send the link"}
        </Button>
      </form>
    </AccountPage>
  );
}

function ResetRequested({ email, onAgain }: { email: string; onAgain: () => void }) {
  return (
    <AccountPage title="Look into your mail">
      <p data-testid="forgot-sent" className="wrap-anywhere">
        If there is an account for <strong>{email}</strong>, a mail with a link is on its way. It
        may take a minute, and it may end up with the unwanted mail.
      </p>
      <Button onClick={onAgain}>Ask again</Button>
    </AccountPage>
  );
}
