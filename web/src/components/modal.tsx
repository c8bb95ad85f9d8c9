// A dialog over the page. The native element brings the focus trap, Escape and the way back.
import { type ReactNode, useEffect, useId, useRef } from "react";

interface Props {
  open: boolean;
  title: string;
  onClose: () => void;
  children: ReactNode;
}

export function Modal({ open, title, onClose, children }: Props) {
  const dialog = useRef<HTMLDialogElement>(null);
  const id = useId();

  useEffect(() => {
    if (open && !dialog.current?.open) dialog.current?.showModal();
    else if (!open) dialog.current?.close();
  }, [open]);

  return (
    <dialog
      ref={dialog}
      aria-labelledby={id}
      onClose={onClose}
      className="m-auto w-[min(30rem,calc(100vw-2rem))] rounded-2xl border border-line bg-surface p-6 text-ink shadow-lg"
    >
      {open && (
        <>
          <h2 id={id} className="text-lg font-semibold">
            {title}
          </h2>
          <div className="mt-3 space-y-4">{children}</div>
        </>
      )}
    </dialog>
  );
}
