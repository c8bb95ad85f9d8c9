// The way to the next page of a list, as long as there is one.
import { Button } from "./button";

interface Props {
  more: (() => void) | undefined;
  loading: boolean;
}

export function LoadMore({ more, loading }: Props) {
  if (!more) return null;
  return (
    <div className="flex justify-center pt-2">
      <Button onClick={more} disabled={loading}>
        {loading ? "Loading…" : "Load more"}
      </Button>
    </div>
  );
}
