// Puts the canvas engine on the page: size, theme, zoom buttons, tooltip. Must never re-render for
// a seat that changes; the engine redraws itself.
import { useEffect, useMemo, useRef, useState } from "react";
import type { Category, Plan } from "../../lib/api/types";
import type { Point } from "../../lib/map/camera";
import { compileLayout } from "../../lib/map/map-layout";
import { SeatMapEngine } from "../../lib/map/seat-map-engine";
import { installDebugHook } from "./debug-hook";
import type { LiveEvent } from "./live-event";
import { SeatTooltip } from "./seat-tooltip";
import { usePalette } from "./use-palette";

interface Props {
  live: LiveEvent;
  plan: Plan;
  categories: Category[];
  loaded: boolean;
}

export function SeatMap({ live, plan, categories, loaded }: Props) {
  const canvas = useRef<HTMLCanvasElement>(null);
  const [engine, setEngine] = useState<SeatMapEngine>();
  const [focus, setFocus] = useState<{ ordinal: number; at: Point }>();
  const layout = useMemo(() => compileLayout(plan), [plan]);
  const palette = usePalette();

  useEffect(() => {
    if (!canvas.current) return;
    const created = new SeatMapEngine({
      canvas: canvas.current,
      layout,
      look: (ordinal) => live.store.look(ordinal),
      onPick: (ordinal) => void live.pick(ordinal),
      onFocus: (ordinal, at) => setFocus(ordinal >= 0 ? { ordinal, at } : undefined),
    });
    const unsubscribe = live.store.subscribe(() => created.invalidate());
    const uninstall = installDebugHook(canvas.current, live.store, created);
    setEngine(created);
    return () => {
      uninstall();
      unsubscribe();
      created.destroy();
    };
  }, [live, layout]);

  useEffect(() => engine?.setPalette(palette), [engine, palette]);

  return (
    <div className="flex flex-col overflow-hidden rounded-2xl border border-line bg-surface">
      <div className="relative aspect-[4/3] max-h-[70dvh] min-h-64 lg:aspect-auto lg:h-[calc(100dvh-16rem)]">
        {/* biome-ignore lint/a11y/noInteractiveElementToNoninteractiveRole: the map takes arrow keys itself */}
        <canvas
          ref={canvas}
          data-testid="seat-map"
          role="application"
          tabIndex={0}
          aria-label="Seat map. Arrow keys walk from seat to seat, Enter holds or gives back a seat, plus and minus zoom."
          className="absolute inset-0 size-full cursor-grab touch-none -outline-offset-2"
        />
        {!loaded && (
          <p className="absolute top-3 left-3 rounded-lg bg-surface px-3 py-1.5 text-sm text-muted">
            Waiting for the seats…
          </p>
        )}
        {focus && <SeatTooltip live={live} plan={plan} categories={categories} {...focus} />}
      </div>
      <div className="flex items-center justify-end border-t border-line">
        <p className="hidden flex-1 px-4 text-sm text-muted sm:block">
          Drag to move, scroll or pinch to zoom.
        </p>
        <MapButton label="Zoom in" sign="+" onClick={() => engine?.zoomBy(1.5)} />
        <MapButton label="Zoom out" sign="−" onClick={() => engine?.zoomBy(1 / 1.5)} />
        <MapButton label="Show the whole hall" sign="Fit" onClick={() => engine?.fit()} />
      </div>
    </div>
  );
}

function MapButton(props: { label: string; sign: string; onClick: () => void }) {
  return (
    <button
      type="button"
      aria-label={props.label}
      onClick={props.onClick}
      className="h-11 w-13 border-l border-line text-sm font-medium hover:bg-sunken focus-visible:-outline-offset-2"
    >
      {props.sign}
    </button>
  );
}
