// The preview of a plan on the same engine that buyers see. Must never pick a seat: nothing is for
// sale yet.
import { useEffect, useMemo, useRef, useState } from "react";
import { Button } from "../../../components/button";
import type { Plan } from "../../../lib/api/types";
import { formatCount } from "../../../lib/format/format";
import { compileLayout } from "../../../lib/map/map-layout";
import { SeatMapEngine } from "../../../lib/map/seat-map-engine";
import { usePalette } from "../../../lib/map/use-palette";

export function PlanMap({ plan }: { plan: Plan }) {
  const base = useRef<HTMLCanvasElement>(null);
  const overlay = useRef<HTMLCanvasElement>(null);
  const [engine, setEngine] = useState<SeatMapEngine>();
  const layout = useMemo(() => compileLayout(plan), [plan]);
  const palette = usePalette();

  useEffect(() => {
    if (!base.current || !overlay.current) return;
    const created = new SeatMapEngine({
      base: base.current,
      overlay: overlay.current,
      layout,
      look: () => 0,
      onPick: () => {},
      onFocus: () => {},
      mode: "watch",
    });
    setEngine(created);
    return () => created.destroy();
  }, [layout]);

  useEffect(() => engine?.setPalette(palette), [engine, palette]);

  return (
    <div className="overflow-hidden rounded-2xl border border-line bg-surface">
      <div className="relative h-80 sm:h-96">
        <canvas
          ref={base}
          role="img"
          aria-label={`Drawing of the plan with ${formatCount(plan.seats.length)} seats. The tables below count them.`}
          className="absolute inset-0 size-full cursor-grab touch-none"
        />
        <canvas
          ref={overlay}
          aria-hidden
          className="pointer-events-none absolute inset-0 size-full"
        />
      </div>
      <div className="flex justify-end gap-2 border-t border-line p-2">
        <Button size="small" aria-label="Zoom in" onClick={() => engine?.zoomBy(1.5)}>
          +
        </Button>
        <Button size="small" aria-label="Zoom out" onClick={() => engine?.zoomBy(1 / 1.5)}>
          −
        </Button>
        <Button size="small" onClick={() => engine?.fit()}>
          Whole plan
        </Button>
      </div>
    </div>
  );
}
