// A number, or a dash that says why there is none. Digits all have one width, so nothing moves.
interface Props {
  value: string | null | undefined;
  /** Why there may be no number. */
  why?: string;
}

const WAITING = "No numbers have come yet.";

export function Figure({ value, why = WAITING }: Props) {
  if (value != null) return <span className="tabular-nums">{value}</span>;
  return (
    <span title={why} className="text-muted">
      <span aria-hidden>–</span>
      <span className="sr-only">{why}</span>
    </span>
  );
}
