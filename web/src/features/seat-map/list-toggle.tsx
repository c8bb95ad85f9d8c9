// One line of the list that opens: a heading with a button in it, so that a screen reader can jump
// from heading to heading.
import { MapIcon } from "./map-icons";

interface Props {
  level: 3 | 4;
  open: boolean;
  onToggle: () => void;
  title: string;
  aside: string;
}

export function ListToggle({ level, open, onToggle, title, aside }: Props) {
  const Heading = level === 3 ? "h3" : "h4";
  return (
    <Heading>
      <button
        type="button"
        aria-expanded={open}
        onClick={onToggle}
        className={`flex min-h-11 w-full items-center gap-2.5 rounded-lg px-2 text-left hover:bg-sunken focus-visible:-outline-offset-2 ${level === 3 ? "font-semibold" : "text-sm"}`}
      >
        <MapIcon name={open ? "up" : "down"} />
        <span className="min-w-0 flex-1 truncate">{title}</span>
        <span className="text-right text-sm font-normal text-muted tabular-nums">{aside}</span>
      </button>
    </Heading>
  );
}
