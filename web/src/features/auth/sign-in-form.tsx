// The form inside the dialog: one for both ways in, because the fields are nearly the same.
import { type FormEvent, useState } from "react";
import { Link } from "react-router";
import { Button } from "../../components/button";
import { TextField } from "../../components/text-field";
import { useServices } from "../../lib/services";
import { signInText } from "./problem-text";
import { useSubmit } from "./use-submit";

export function SignInForm({ reason }: { reason: string }) {
  const { session } = useServices();
  const [isNew, setIsNew] = useState(false);
  const { busy, problem, submit } = useSubmit(signInText);

  async function send(event: FormEvent<HTMLFormElement>) {
    event.preventDefault();
    const form = new FormData(event.currentTarget);
    const field = (name: string) => String(form.get(name) ?? "");
    await submit(() =>
      isNew
        ? session.register(field("name"), field("email"), field("password"))
        : session.signIn(field("email"), field("password")),
    );
  }

  return (
    <form onSubmit={send} className="space-y-4">
      <div>
        <h2 id="sign-in-title" className="text-xl font-semibold">
          {isNew ? "Create an account" : "Sign in"}
        </h2>
        {reason && (
          <p id="sign-in-reason" className="mt-1 text-sm text-muted">
            {reason}
          </p>
        )}
      </div>
      {isNew && (
        <TextField label="Name" name="name" data-testid="name" autoComplete="name" required />
      )}
      <TextField
        label="Email"
        name="email"
        type="email"
        data-testid="email"
        autoComplete="email"
        required
      />
      <TextField
        label="Password"
        name="password"
        type="password"
        data-testid="password"
        autoComplete={isNew ? "new-password" : "current-password"}
        required
      />
      {!isNew && (
        <Link
          to="/forgot-password"
          data-testid="forgot-password"
          onClick={() => session.closePrompt()}
          className="inline-block py-1 text-sm underline underline-offset-4"
        >
          Forgot your password?
        </Link>
      )}
      <p role="alert" className="text-sm text-danger empty:hidden">
        {problem}
      </p>
      <Button
        type="submit"
        look="primary"
        className="w-full"
        disabled={busy}
        data-testid="sign-in-submit"
      >
        {busy ? "One moment…" : isNew ? "Create account" : "Sign in"}
      </Button>
      <Button className="w-full" data-testid="sign-in-switch" onClick={() => setIsNew(!isNew)}>
        {isNew ? "I have an account" : "I am new here"}
      </Button>
    </form>
  );
}
