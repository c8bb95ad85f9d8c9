// The end of every part of the settings: save, and what the server said.
import { Button } from "../../../components/button";

interface Props {
  busy: boolean;
  said: string | undefined;
  words: string;
}

export function SaveRow({ busy, said, words }: Props) {
  return (
    <div className="flex flex-wrap items-center gap-4 pt-1">
      <Button type="submit" look="primary" disabled={busy}>
        {busy ? "One moment…" : words}
      </Button>
      <p role="alert" className="text-sm font-medium text-danger">
        {said}
      </p>
    </div>
  );
}
