// Shows the passing messages. The region is always in the page: one that appears together with its
// text is not read out.
import { useEffect, useState, useSyncExternalStore } from "react";
import { type Toast, toasts } from "../lib/toasts";

const SHOWN_MS = 8_000;
/** Something can be done about it: that takes longer to read and to reach. */
const SHOWN_WITH_ACTION_MS = 15_000;

const TONES: Record<Toast["tone"], string> = {
  info: "bg-stage text-on-stage",
  good: "bg-accent text-on-accent",
  danger: "bg-danger-soft text-ink border border-danger",
};

/** `--bottom-bar` is the height of whatever is fixed to the lower edge of the page, if anything. */
export function Toaster() {
  const shown = useSyncExternalStore(toasts.subscribe, toasts.getSnapshot);
  return (
    <div
      role="status"
      data-testid="message"
      className="no-print pointer-events-none fixed inset-x-4 bottom-[calc(1rem+var(--bottom-bar,0px))] z-30 flex flex-col items-center gap-2"
    >
      {shown.map((toast) => (
        <Line key={toast.id} toast={toast} />
      ))}
    </div>
  );
}

function Line({ toast }: { toast: Toast }) {
  const { id, text, tone, action } = toast;
  // Whoever points at a message, or has reached its button, is still reading it.
  const [read, setRead] = useState(false);

  useEffect(() => {
    if (read) return;
    const shownMs = action ? SHOWN_WITH_ACTION_MS : SHOWN_MS;
    const timer = setTimeout(() => toasts.dismiss(id), shownMs);
    return () => clearTimeout(timer);
  }, [id, action, read]);

  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: it only notices that it is being read
    <div
      onPointerEnter={() => setRead(true)}
      onPointerLeave={() => setRead(false)}
      onFocus={() => setRead(true)}
      onBlur={() => setRead(false)}
      className={`pointer-events-auto flex max-w-lg items-center rounded-xl shadow-lg ${TONES[tone]}`}
    >
      <div className="flex flex-wrap items-center gap-x-4 gap-y-2 py-3 pl-4 text-sm">
        <p>{text}</p>
        {action && <ActionButton toastId={id} action={action} />}
      </div>
      <button
        type="button"
        aria-label="Dismiss message"
        onClick={() => toasts.dismiss(id)}
        className="mx-2 size-8 shrink-0 rounded-lg text-xl leading-none outline-current! hover:opacity-70"
      >
        ×
      </button>
    </div>
  );
}

function ActionButton(props: { toastId: number; action: NonNullable<Toast["action"]> }) {
  const { toastId, action } = props;
  return (
    <button
      type="button"
      data-testid={action.testId}
      onClick={() => {
        toasts.dismiss(toastId);
        action.run();
      }}
      className="min-h-9 rounded-lg border border-current px-3 text-left font-semibold outline-current! hover:opacity-80"
    >
      {action.label}
    </button>
  );
}
