// The seats that a recovery of the server took from me. Stays until it is dismissed: whoever looked
// away for a moment must not find out at the till. The region is always in the page, because one
// that appears together with its text is not read out.
import { Button } from "../../components/button";
import { lostText } from "./refusal-text";

interface Props {
  /** As they are named on the page. */
  lost: readonly string[];
  onDismiss: () => void;
}

export function LostNotice({ lost, onDismiss }: Props) {
  const shown = lost.length > 0;
  const look = "mt-4 rounded-xl border border-warning bg-warning-soft px-4 py-3 text-sm";
  return (
    <div className={shown ? `${look} flex flex-wrap items-center justify-between gap-3` : ""}>
      <p role="status" data-testid="lost-notice" className="min-w-0 wrap-anywhere">
        {shown && lostText(lost)}
      </p>
      {shown && <Button onClick={onDismiss}>I have read this</Button>}
    </div>
  );
}
