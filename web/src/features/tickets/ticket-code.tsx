// The code of a ticket in letters, for a door whose camera fails, and a way to copy it.
import { useState } from "react";
import { Button } from "../../components/button";

export function TicketCode({ code, seat }: { code: string; seat: string }) {
  const [said, setSaid] = useState("");

  async function copy() {
    try {
      await navigator.clipboard.writeText(code);
      setSaid("Copied.");
    } catch {
      // No clipboard without https, or the visitor refused it: the letters can be selected.
      setSaid("Please select the code and copy it.");
    }
  }

  return (
    <details className="group text-sm print:hidden">
      <summary className="w-fit rounded-lg py-1 text-muted hover:text-ink">Code in letters</summary>
      <p
        className="mt-2 rounded-lg bg-sunken p-3 font-mono text-xs leading-relaxed break-all select-all"
        data-testid="ticket-code"
      >
        {code}
      </p>
      <div className="mt-2 flex flex-wrap items-center gap-3">
        <Button
          size="small"
          onClick={copy}
          aria-label={`Copy the code of seat ${seat}`}
          data-testid="ticket-copy"
        >
          Copy
        </Button>
        <span role="status">{said}</span>
      </div>
    </details>
  );
}
