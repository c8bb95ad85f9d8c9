// The form inside the dialog: one for both ways in, because the fields are nearly the same.
import { type FormEvent, useRef, useState } from "react";
import { Link } from "react-router";
import { Button } from "../../components/button";
import { TextField } from "../../components/text-field";
import { useServices } from "../../lib/services";
import { PasswordField } from "./password-field";
import { PASSWORD_HINT, signInText } from "./problem-text";
import { checkFields, FIELDS, type FieldErrors, serverErrors } from "./sign-in-fields";
import { useSubmit } from "./use-submit";

export function SignInForm({ reason }: { reason: string }) {
  const { session } = useServices();
  const form = useRef<HTMLFormElement>(null);
  const [isNew, setIsNew] = useState(false);
  const [errors, setErrors] = useState<FieldErrors>({});
  const { busy, problem, setProblem, submit } = useSubmit((problem) => {
    const found = serverErrors(problem);
    showErrors(found);
    return Object.keys(found).length > 0 ? "" : signInText(problem);
  });

  /** The keyboard goes to the first field that is wrong; its sentence is read out with it. */
  function showErrors(found: FieldErrors) {
    setErrors(found);
    const first = FIELDS.find((name) => found[name]);
    const field = first && form.current?.elements.namedItem(first);
    if (field instanceof HTMLInputElement) field.focus();
  }

  async function send(event: FormEvent<HTMLFormElement>) {
    event.preventDefault();
    const data = new FormData(event.currentTarget);
    const field = (name: string) => String(data.get(name) ?? "");
    const [name, email, password] = [field("name"), field("email").trim(), field("password")];
    const found = checkFields({ name, email, password }, isNew);
    showErrors(found);
    if (Object.keys(found).length > 0) return;
    await submit(() =>
      isNew ? session.register(name, email, password) : session.signIn(email, password),
    );
  }

  function change() {
    setIsNew(!isNew);
    setErrors({});
    setProblem("");
  }

  return (
    <form ref={form} onSubmit={send} noValidate className="space-y-4">
      <Heading isNew={isNew} reason={reason} />
      <Fields isNew={isNew} errors={errors} />
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
      <p role="alert" data-testid="sign-in-problem" className="text-sm text-danger empty:hidden">
        {problem}
      </p>
      <Button
        type="submit"
        look="primary"
        size="large"
        className="w-full"
        disabled={busy}
        data-testid="sign-in-submit"
      >
        {busy ? "One moment…" : isNew ? "Create account" : "Sign in"}
      </Button>
      <Button className="w-full" data-testid="sign-in-switch" onClick={change}>
        {isNew ? "I have an account" : "I am new here"}
      </Button>
    </form>
  );
}

function Fields({ isNew, errors }: { isNew: boolean; errors: FieldErrors }) {
  return (
    <>
      {isNew && (
        <TextField
          label="Name"
          name="name"
          data-testid="name"
          autoComplete="name"
          error={errors.name}
          required
        />
      )}
      <TextField
        label="Email"
        name="email"
        type="email"
        data-testid="email"
        autoComplete="email"
        error={errors.email}
        required
      />
      <PasswordField
        // A new field for a new kind of password: what was shown is hidden again.
        key={String(isNew)}
        label="Password"
        name="password"
        data-testid="password"
        autoComplete={isNew ? "new-password" : "current-password"}
        error={errors.password}
        {...(isNew && { hint: PASSWORD_HINT })}
        required
      />
    </>
  );
}

function Heading({ isNew, reason }: { isNew: boolean; reason: string }) {
  return (
    <div>
      <h2 id="sign-in-title" className="font-display text-2xl font-semibold tracking-tight">
        {isNew ? "Create an account" : "Sign in"}
      </h2>
      {reason && (
        <p id="sign-in-reason" className="mt-1 text-sm text-muted">
          {reason}
        </p>
      )}
    </div>
  );
}
