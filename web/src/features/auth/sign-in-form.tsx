// The form inside the dialog: one for both ways in, because the fields are nearly the same.
import { type FormEvent, useState } from "react";
import { Button } from "../../components/button";
import { TextField } from "../../components/text-field";
import { type ApiProblem, toProblem } from "../../lib/api/problem";
import { useServices } from "../../lib/services";

export function SignInForm({ reason }: { reason: string }) {
  const { session } = useServices();
  const [isNew, setIsNew] = useState(false);
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState("");

  async function submit(event: FormEvent<HTMLFormElement>) {
    event.preventDefault();
    const form = new FormData(event.currentTarget);
    const field = (name: string) => String(form.get(name) ?? "");
    setBusy(true);
    setProblem("");
    try {
      if (isNew) await session.register(field("name"), field("email"), field("password"));
      else await session.signIn(field("email"), field("password"));
    } catch (error) {
      setProblem(problemText(toProblem(error)));
    } finally {
      setBusy(false);
    }
  }

  return (
    <form onSubmit={submit} className="space-y-4">
      <div>
        <h2 id="sign-in-title" className="text-xl font-semibold">
          {isNew ? "Create an account" : "Sign in"}
        </h2>
        {reason && <p className="mt-1 text-sm text-muted">{reason}</p>}
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

function problemText(problem: ApiProblem): string {
  if (problem.status === 401) return "This email and password do not match.";
  if (problem.status === 429) return "Too many attempts. Please wait a minute.";
  return problem.detail;
}
