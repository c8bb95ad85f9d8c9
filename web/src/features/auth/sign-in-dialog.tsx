// Sign in or register, in a dialog that any part of the page may open through the session. Must
// never keep a password once the dialog is closed.
import { useEffect, useRef } from "react";
import { Button } from "../../components/button";
import { useServices, useSession } from "../../lib/services";
import { SignInForm } from "./sign-in-form";

export function SignInDialog() {
  const { session } = useServices();
  const { prompt } = useSession();
  const dialog = useRef<HTMLDialogElement>(null);
  const open = prompt !== undefined;

  // The native dialog brings the focus trap, Escape and the way back to the opener.
  useEffect(() => {
    if (open) dialog.current?.showModal();
    else dialog.current?.close();
  }, [open]);

  return (
    <dialog
      ref={dialog}
      aria-labelledby="sign-in-title"
      aria-describedby={prompt ? "sign-in-reason" : undefined}
      onClose={() => session.closePrompt()}
      className="m-auto w-[min(26rem,calc(100vw-2rem))] rounded-2xl border border-line bg-surface p-6 text-ink shadow-lg"
    >
      {open && (
        <>
          <SignInForm reason={prompt} />
          <Button look="plain" className="mt-2 w-full" onClick={() => session.closePrompt()}>
            Not now
          </Button>
        </>
      )}
    </dialog>
  );
}
