// Asks for the confirmation mail once more. The answer is read out where the button was.
import { useState } from "react";
import { resendVerification } from "../../lib/api/accounts-api";
import { useServices } from "../../lib/services";
import { accountText } from "./problem-text";
import { useSubmit } from "./use-submit";

export function ResendVerification() {
  const { api } = useServices();
  const { busy, problem, submit } = useSubmit(accountText);
  const [sent, setSent] = useState(false);

  const send = async () => setSent(await submit(() => resendVerification(api)));
  return (
    <>
      {!sent && (
        <button
          type="button"
          data-testid="resend-verification"
          disabled={busy}
          onClick={send}
          className="py-2 font-medium text-ink underline underline-offset-4 disabled:opacity-50"
        >
          Send again
        </button>
      )}
      <span role="status" className={problem ? "text-danger" : ""}>
        {sent ? "A new mail is on its way." : problem}
      </span>
    </>
  );
}
