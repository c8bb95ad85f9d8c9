// The picture of a ticket's code. Always black on white, in both themes: scanners expect it.
import { Button } from "../../components/button";
import { Skeleton } from "../../components/skeleton";

interface Props {
  seat: string;
  picture: string | undefined;
  missing: boolean;
  onRetry: () => void;
}

export function TicketPicture({ seat, picture, missing, onRetry }: Props) {
  if (picture) {
    return (
      <img
        src={picture}
        alt={`QR code of the ticket for seat ${seat}`}
        width={240}
        height={240}
        data-testid="ticket-picture"
        className="aspect-square w-full max-w-72 rounded-xl bg-white"
      />
    );
  }
  if (missing) {
    return (
      <div className="no-print text-center text-sm text-muted">
        <p>The picture could not be loaded. The code in letters works as well.</p>
        <Button size="small" className="mt-2" onClick={onRetry}>
          Try again
        </Button>
      </div>
    );
  }
  return (
    <>
      <span className="sr-only">Loading the code…</span>
      <Skeleton className="aspect-square w-full max-w-72" />
    </>
  );
}
