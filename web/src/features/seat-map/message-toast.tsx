// The last message, for eyes and for screen readers. The region is always in the page: one that
// appears together with its text is not read out.
import { useEffect, useState } from "react";

const SHOWN_MS = 8_000;

export function MessageToast({ message }: { message: { id: number; text: string } | undefined }) {
  const [dismissed, setDismissed] = useState(0);
  const id = message?.id ?? 0;

  useEffect(() => {
    const timer = setTimeout(() => setDismissed(id), SHOWN_MS);
    return () => clearTimeout(timer);
  }, [id]);

  const shown = message && dismissed !== message.id;
  return (
    <div className="pointer-events-none fixed inset-x-4 bottom-4 z-10 flex justify-center">
      <div className="pointer-events-auto flex max-w-lg items-center rounded-xl bg-ink text-ground shadow-lg">
        <p
          role="status"
          aria-live="polite"
          data-testid="message"
          className={shown ? "px-4 py-3" : ""}
        >
          {shown && message.text}
        </p>
        {shown && (
          <button
            type="button"
            aria-label="Dismiss message"
            onClick={() => setDismissed(message.id)}
            className="mr-2 size-8 shrink-0 rounded-lg text-xl leading-none hover:opacity-70"
          >
            ×
          </button>
        )}
      </div>
    </div>
  );
}
