// The hall as it is now, to look at and to choose seats from. React draws the frame once; the engine
// draws seats, and only those that changed.
import { useEffect, useMemo, useRef, useState } from "react";
import { Button } from "../../components/button";
import type { Point } from "../../lib/map/camera";
import { compileLayout } from "../../lib/map/map-layout";
import { SeatMapEngine } from "../../lib/map/seat-map-engine";
import { usePalette } from "../../lib/map/use-palette";
import { useIsDark } from "../../lib/theme";
import { AreaPicker } from "./area-picker";
import { useDesk } from "./dashboard-context";
import { MapLegend } from "./map-legend";
import { MapTinter } from "./map-tinter";
import { MapTooltip } from "./map-tooltip";
import { Mark } from "./marks";
import { Panel } from "./panel";
import { DARK_TINTS, LIGHT_TINTS } from "./seat-tints";

interface Props {
  heat: boolean;
  /** A new object asks anew for the same section. */
  shown: { section: string } | undefined;
  selected: ReadonlySet<string>;
  onToggle: (seat: string) => void;
  onAdd: (seats: string[]) => void;
}

const LABEL =
  "Live seat map. Arrow keys walk from seat to seat, Enter selects a seat, plus and minus zoom, zero shows the whole hall.";

export function LiveMap({ heat, shown, selected, onToggle, onAdd }: Props) {
  const { live, plan, event } = useDesk();
  const holdTtlMs = event.hold_ttl_s * 1000;
  const layout = useMemo(() => compileLayout(plan), [plan]);
  const palette = usePalette();
  const tints = useIsDark() ? DARK_TINTS : LIGHT_TINTS;
  const base = useRef<HTMLCanvasElement>(null);
  const overlay = useRef<HTMLCanvasElement>(null);
  const [parts, setParts] = useState<{ engine: SeatMapEngine; tinter: MapTinter }>();
  const [focus, setFocus] = useState<{ ordinal: number; at: Point }>();
  const [isPicking, setPicking] = useState(false);

  useEffect(() => {
    if (!base.current || !overlay.current) return;
    const engine = new SeatMapEngine({
      base: base.current,
      overlay: overlay.current,
      layout,
      mode: "watch",
      look: (ordinal) => live.seats.state(ordinal),
      onPick: (ordinal) => onToggle(live.seats.seats[ordinal] ?? ""),
      onFocus: (ordinal, at) => setFocus(ordinal >= 0 ? { ordinal, at } : undefined),
    });
    const tinter = new MapTinter({ live, engine, seats: plan.seats, holdTtlMs });
    setParts({ engine, tinter });
    return () => {
      tinter.stop();
      engine.destroy();
    };
  }, [live, layout, plan, holdTtlMs, onToggle]);

  useEffect(() => parts?.engine.setPalette(palette), [parts, palette]);
  useEffect(() => parts?.tinter.show({ tints, heat, selected }), [parts, tints, heat, selected]);
  useEffect(() => {
    if (shown) parts?.engine.showSection(shown.section);
  }, [parts, shown]);

  const engine = parts?.engine;
  const isVisible = (at: Point) => at.x >= 0 && at.y >= 0;
  return (
    <Panel
      title="Live map"
      className="flex-1"
      aside={
        <Button size="small" aria-pressed={isPicking} onClick={() => setPicking(!isPicking)}>
          {isPicking && <Mark name="good" />}
          Select an area
        </Button>
      }
    >
      <div className="relative min-h-80 flex-1 overflow-hidden rounded-lg border border-line lg:min-h-105">
        {/* biome-ignore lint/a11y/noInteractiveElementToNoninteractiveRole: the map takes arrow keys itself */}
        <canvas
          ref={base}
          data-testid="dash-map"
          role="application"
          tabIndex={0}
          aria-label={LABEL}
          className="absolute inset-0 size-full cursor-grab touch-none -outline-offset-2"
        />
        <canvas
          ref={overlay}
          aria-hidden
          className="pointer-events-none absolute inset-0 size-full"
        />
        {isPicking && engine && (
          <AreaPicker
            onArea={(area) => {
              onAdd(seatsIn(area, plan.seats, (ordinal) => engine.positionOf(ordinal)));
              setPicking(false);
            }}
            onCancel={() => setPicking(false)}
          />
        )}
        {focus && isVisible(focus.at) && <MapTooltip {...focus} />}
        <div className="absolute right-2 bottom-2 flex overflow-hidden rounded-lg border border-line bg-surface">
          <MapButton label="Zoom in" sign="+" onClick={() => engine?.zoomBy(1.5)} />
          <MapButton label="Zoom out" sign="−" onClick={() => engine?.zoomBy(1 / 1.5)} />
          <MapButton label="Show the whole hall" sign="Fit" onClick={() => engine?.fit()} />
        </div>
      </div>
      <MapLegend heat={heat} tints={tints} holdTtlMs={holdTtlMs} />
    </Panel>
  );
}

function MapButton(props: { label: string; sign: string; onClick: () => void }) {
  return (
    <button
      type="button"
      aria-label={props.label}
      onClick={props.onClick}
      className="h-8 w-10 border-l border-line text-sm font-medium first:border-0 hover:bg-sunken focus-visible:-outline-offset-2"
    >
      {props.sign}
    </button>
  );
}

export interface Area {
  from: Point;
  to: Point;
}

function seatsIn(area: Area, seats: readonly { seat: string }[], place: (at: number) => Point) {
  const [minX, maxX] = [area.from.x, area.to.x].sort((a, b) => a - b) as [number, number];
  const [minY, maxY] = [area.from.y, area.to.y].sort((a, b) => a - b) as [number, number];
  const isInside = ({ x, y }: Point) => x >= minX && x <= maxX && y >= minY && y <= maxY;
  return seats.filter((_, ordinal) => isInside(place(ordinal))).map(({ seat }) => seat);
}
