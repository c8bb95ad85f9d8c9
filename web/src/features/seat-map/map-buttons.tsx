// Everything that fingers and wheels do to the map, as buttons.
import type { SeatMapEngine } from "../../lib/map/seat-map-engine";
import { MapIcon } from "./map-icons";

const STEP = 1.5;

export function MapButtons({ engine }: { engine: SeatMapEngine | undefined }) {
  return (
    <div className="ml-auto flex">
      <MapButton label="Zoom in" icon="plus" onClick={() => engine?.zoomBy(STEP)} />
      <MapButton label="Zoom out" icon="minus" onClick={() => engine?.zoomBy(1 / STEP)} />
      <MapButton label="Show the whole hall" icon="fit" onClick={() => engine?.fit()} />
    </div>
  );
}

function MapButton(props: { label: string; icon: "plus" | "minus" | "fit"; onClick: () => void }) {
  return (
    <button
      type="button"
      aria-label={props.label}
      title={props.label}
      onClick={props.onClick}
      className="grid h-11 w-12 place-items-center border-l border-line hover:bg-sunken focus-visible:-outline-offset-2"
    >
      <MapIcon name={props.icon} />
    </button>
  );
}
