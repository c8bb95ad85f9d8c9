// The seats, as a map or as a list: two views of the same store. The way to the list is the first
// thing that a keyboard reaches here, because a canvas is no use to everybody.
import {
  type CSSProperties,
  lazy,
  type RefObject,
  Suspense,
  useEffect,
  useRef,
  useState,
} from "react";
import { flushSync } from "react-dom";
import { LoadingLines } from "../../components/skeleton";
import type { Box } from "../../lib/map/camera";
import type { SeatTest } from "./filters";
import type { LiveEvent } from "./live-event";
import { MapIcon } from "./map-icons";
import { SeatMap } from "./seat-map";
import type { FullScreen } from "./use-full-screen";

type View = "map" | "list";

// Comes after the map, which is what everybody waits for.
const fetchList = () => import("./seat-list").then(({ SeatList }) => ({ default: SeatList }));
const SeatList = lazy(fetchList);

interface Props {
  live: LiveEvent;
  passes: SeatTest | undefined;
  full: FullScreen;
}

export function SeatPicker({ live, passes, full }: Props) {
  const [view, setView] = useState<View>("map");
  const list = useRef<HTMLElement>(null);
  // Fetched before anybody asks: the line may be gone by then.
  useEffect(() => void fetchList().catch(() => {}), []);
  const toList = () => {
    flushSync(() => setView("list"));
    list.current?.focus();
  };
  return (
    <section
      aria-label="Choose seats"
      className="relative flex min-h-0 min-w-0 flex-col overflow-hidden rounded-2xl border border-line bg-surface shadow-card"
    >
      <button
        type="button"
        onClick={toList}
        className="sr-only focus:not-sr-only focus:absolute focus:top-1.5 focus:left-2 focus:z-10 focus:flex focus:min-h-9 focus:items-center focus:rounded-lg focus:bg-ink focus:px-3 focus:text-sm focus:text-ground"
      >
        Choose from a list
      </button>
      <div className="flex items-center justify-between gap-3 border-b border-line px-2 py-1.5">
        <ViewToggle view={view} onChange={setView} />
        <p className="hidden flex-1 text-sm text-muted xl:block">
          {view === "map" && "Scroll to zoom, drag to move, click to hold."}
        </p>
        <button
          type="button"
          onClick={full.toggle}
          aria-pressed={full.on}
          className="flex min-h-9 items-center gap-2 rounded-lg px-2.5 text-sm font-semibold hover:bg-sunken"
        >
          <MapIcon name={full.on ? "shrink" : "expand"} />
          <span className="sr-only sm:not-sr-only">Full screen</span>
        </button>
      </div>
      <Views view={view} live={live} passes={passes} list={list} />
    </section>
  );
}

interface ViewsProps extends Omit<Props, "full"> {
  view: View;
  list: RefObject<HTMLElement | null>;
}

/** The map keeps its size while it is not shown, so that it comes back as it was left. */
function Views({ view, live, passes, list }: ViewsProps) {
  const { width, height } = boxSize(live.hall.layout.bounds);
  // On a phone as high as the hall needs across the whole width, and some room to look around.
  const style = { "--hall": `calc(90vw * ${height / width} + 9rem)` } as CSSProperties;
  const size = "h-[clamp(25rem,var(--hall),70dvh)] lg:h-full";
  const away = view === "list" ? "invisible absolute inset-x-0 top-0" : "relative";
  return (
    <div style={style} className="relative min-h-0 flex-1">
      <div className={`${size} ${away}`}>
        <SeatMap live={live} passes={passes} />
      </div>
      {view === "list" && (
        <section
          ref={list}
          tabIndex={-1}
          aria-label="Seats as a list"
          data-testid="seat-list"
          className="min-h-80 bg-surface outline-none! lg:h-full lg:overflow-y-auto"
        >
          <Suspense fallback={<LoadingLines />}>
            <SeatList live={live} passes={passes} />
          </Suspense>
        </section>
      )}
    </div>
  );
}

function boxSize({ minX, maxX, minY, maxY }: Box) {
  return { width: maxX - minX || 1, height: maxY - minY || 1 };
}

const VIEWS: [View, string][] = [
  ["map", "Map"],
  ["list", "List"],
];

function ViewToggle({ view, onChange }: { view: View; onChange: (view: View) => void }) {
  return (
    // biome-ignore lint/a11y/useSemanticElements: a fieldset would draw a frame around two buttons
    <div role="group" aria-label="Show the seats as" className="flex rounded-xl bg-sunken p-1">
      {VIEWS.map(([each, words]) => (
        <button
          key={each}
          type="button"
          data-testid={`view-${each}`}
          aria-pressed={view === each}
          onClick={() => onChange(each)}
          className={`min-h-8 rounded-lg px-4 text-sm font-semibold ${view === each ? "bg-surface shadow-card" : "text-muted hover:text-ink"}`}
        >
          {words}
        </button>
      ))}
    </div>
  );
}
