// A glass pane over the map on which a rectangle is drawn. Keys can do the same without it: Enter on
// the map selects seat by seat, and the table has a box for every hold.
import { type PointerEvent, useEffect, useRef, useState } from "react";
import type { Point } from "../../lib/map/camera";
import type { Area } from "./live-map";

interface Props {
  /** In CSS pixels from the map's corner. */
  onArea: (area: Area) => void;
  onCancel: () => void;
}

export function AreaPicker({ onArea, onCancel }: Props) {
  const pane = useRef<HTMLDivElement>(null);
  const [area, setArea] = useState<Area>();

  useEffect(() => {
    const cancel = (event: KeyboardEvent) => event.key === "Escape" && onCancel();
    document.addEventListener("keydown", cancel);
    return () => document.removeEventListener("keydown", cancel);
  }, [onCancel]);

  const place = (event: PointerEvent): Point => {
    const corner = pane.current?.getBoundingClientRect();
    return { x: event.clientX - (corner?.left ?? 0), y: event.clientY - (corner?.top ?? 0) };
  };
  const [left, top] = area
    ? [Math.min(area.from.x, area.to.x), Math.min(area.from.y, area.to.y)]
    : [0, 0];
  return (
    <div
      ref={pane}
      data-testid="dash-area"
      className="absolute inset-0 cursor-crosshair touch-none"
      onPointerDown={(event) => {
        pane.current?.setPointerCapture(event.pointerId);
        const from = place(event);
        setArea({ from, to: from });
      }}
      onPointerMove={(event) => area && setArea({ ...area, to: place(event) })}
      onPointerUp={() => area && onArea(area)}
      onPointerCancel={onCancel}
    >
      {area ? (
        <span
          aria-hidden
          className="absolute border-2 border-data-other bg-data-other/15"
          style={{
            left,
            top,
            width: Math.abs(area.to.x - area.from.x),
            height: Math.abs(area.to.y - area.from.y),
          }}
        />
      ) : (
        <p className="pointer-events-none absolute top-2 left-2 rounded-lg bg-ink px-2.5 py-1 text-xs text-ground">
          Draw a rectangle around seats. Escape cancels.
        </p>
      )}
    </div>
  );
}
