// Puts the canvas engine on the page: size, theme, buttons, tooltip, card. Must never re-render for
// a seat that changes; the engine redraws itself.
import { type RefObject, useEffect, useRef, useState } from "react";
import type { Point } from "../../lib/map/camera";
import { SeatMapEngine } from "../../lib/map/seat-map-engine";
import { usePalette } from "../../lib/map/use-palette";
import { installDebugHook } from "./debug-hook";
import type { SeatTest } from "./filters";
import type { LiveEvent } from "./live-event";
import { MapButtons } from "./map-buttons";
import { MapLoading } from "./map-loading";
import { SeatCard } from "./seat-card";
import { SeatTooltip } from "./seat-tooltip";
import { StateLegend } from "./state-legend";

const HELP =
  "Seat map. Arrow keys walk from seat to seat, Enter holds or gives back a seat, Page Up and Page Down change the section, plus and minus zoom, 0 shows the whole hall.";

interface Pointed {
  ordinal: number;
  at: Point;
}

type Input = "mouse" | "touch" | "keyboard";

export function SeatMap({ live, passes }: { live: LiveEvent; passes: SeatTest | undefined }) {
  const base = useRef<HTMLCanvasElement>(null);
  const overlay = useRef<HTMLCanvasElement>(null);
  const minimap = useRef<HTMLCanvasElement>(null);
  const input = useRef<Input>("mouse");
  const [focus, setFocus] = useState<Pointed>();
  const [asked, setAsked] = useState<number>();
  const [fitted, setFitted] = useState(true);
  const canvases = { base, overlay, minimap };
  const engine = useEngine(live, canvases, {
    onFocus: (ordinal, at) => setFocus(ordinal >= 0 ? { ordinal, at } : undefined),
    onFitted: setFitted,
    onPick: (ordinal) =>
      needsConfirmation(input.current) ? setAsked(ordinal) : live.pick(ordinal),
  });

  useEffect(() => engine?.setDimmed(passes && ((ordinal) => !passes(ordinal))), [engine, passes]);

  // The ring shows which seat the card is about, after the card has taken the focus from the map.
  useEffect(() => {
    if (asked !== undefined) engine?.focusSeat(asked);
  }, [engine, asked]);

  const closeCard = () => {
    setAsked(undefined);
    engine?.focusSeat(-1);
    base.current?.focus({ preventScroll: true });
  };
  return (
    <div className="absolute inset-0 flex flex-col">
      <div className="relative min-h-0 flex-1">
        {/* biome-ignore lint/a11y/noInteractiveElementToNoninteractiveRole: the map takes arrow keys itself */}
        <canvas
          ref={base}
          data-testid="seat-map"
          role="application"
          tabIndex={0}
          aria-label={HELP}
          onPointerDown={(event) => {
            input.current = event.pointerType === "touch" ? "touch" : "mouse";
          }}
          onKeyDown={() => {
            input.current = "keyboard";
          }}
          className="absolute inset-0 size-full cursor-grab touch-none -outline-offset-2"
        />
        <canvas
          ref={overlay}
          aria-hidden
          className="pointer-events-none absolute inset-0 size-full"
        />
        <canvas
          ref={minimap}
          aria-hidden
          data-testid="minimap"
          className={`absolute bottom-2 left-2 h-18 w-28 touch-none rounded-lg border border-edge bg-surface/95 sm:h-24 sm:w-40 ${fitted ? "invisible" : ""}`}
        />
        <MapLoading live={live} />
        {focus && asked === undefined && <SeatTooltip live={live} {...focus} />}
        <FocusedSeat
          live={live}
          ordinal={input.current === "keyboard" ? focus?.ordinal : undefined}
        />
        {asked !== undefined && <SeatCard live={live} ordinal={asked} onClose={closeCard} />}
      </div>
      <div className="flex flex-wrap-reverse items-center border-t border-line">
        <StateLegend accessible={live.hall.hasAccessible} />
        <MapButtons engine={engine} />
      </div>
    </div>
  );
}

/** A finger may have slipped; a mouse and a keyboard mean what they point at. */
function needsConfirmation(input: Input): boolean {
  if (input === "keyboard") return window.matchMedia("(pointer: coarse)").matches;
  return input === "touch";
}

/** For screen readers: the seat that the arrow keys have reached. */
function FocusedSeat({ live, ordinal }: { live: LiveEvent; ordinal: number | undefined }) {
  return (
    <p role="status" className="sr-only">
      {ordinal !== undefined && live.describe(ordinal)}
    </p>
  );
}

interface Canvases {
  base: RefObject<HTMLCanvasElement | null>;
  overlay: RefObject<HTMLCanvasElement | null>;
  minimap: RefObject<HTMLCanvasElement | null>;
}

interface Handlers {
  onFocus: (ordinal: number, at: Point) => void;
  onFitted: (fitted: boolean) => void;
  onPick: (ordinal: number) => void;
}

/** One engine for as long as the map is shown; it always calls the newest handlers. */
function useEngine(live: LiveEvent, canvases: Canvases, handlers: Handlers) {
  const [engine, setEngine] = useState<SeatMapEngine>();
  const newest = useRef(handlers);
  const { base, overlay, minimap } = canvases;
  const palette = usePalette();

  useEffect(() => {
    newest.current = handlers;
  });

  useEffect(() => {
    if (!base.current || !overlay.current) return;
    const created = new SeatMapEngine({
      base: base.current,
      overlay: overlay.current,
      minimap: minimap.current ?? undefined,
      layout: live.hall.layout,
      look: (ordinal) => live.store.look(ordinal),
      onPick: (ordinal) => newest.current.onPick(ordinal),
      onFocus: (ordinal, at) => newest.current.onFocus(ordinal, at),
      onView: ({ fitted }) => newest.current.onFitted(fitted),
    });
    const leave = [
      live.store.subscribeSeats((changed) => created.seatsChanged(changed)),
      installDebugHook(base.current, live, created),
      live.lendMap({
        show: (ordinals) => created.showSeats(ordinals),
        flash: (ordinals) => created.flash(ordinals),
      }),
    ];
    setEngine(created);
    return () => {
      for (const each of leave) each();
      created.destroy();
    };
  }, [live, base, overlay, minimap]);

  useEffect(() => engine?.setPalette(palette), [engine, palette]);
  return engine;
}
