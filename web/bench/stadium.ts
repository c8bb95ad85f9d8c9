// A stadium of any size made of sections of 500 seats in rings around a field. Deterministic, so
// that two runs measure the same hall.
import type { Plan, PlanSeat } from "../src/lib/api/types";

const ROWS = 20;
const SEATS_IN_ROW = 25;
const PITCH = 25;
/** Between rings, and between the sections of a ring, in seats. */
const WALK = 3;
const AISLE = 2.2;

const CATEGORIES = [
  { id: "front", name: "Front", color: "#0b6e99" },
  { id: "middle", name: "Middle", color: "#7a4fa3" },
  { id: "upper", name: "Upper", color: "#2f855a" },
  { id: "top", name: "Top", color: "#b7791f" },
];

export function buildStadium(seatsTotal: number): Plan {
  const sections: { id: string; name: string }[] = [];
  const seats: PlanSeat[] = [];
  for (let ring = 0; seats.length < seatsTotal; ring++) {
    const depth = ring * (ROWS + WALK) * PITCH;
    const [a, b] = [field(seatsTotal).width / 2 + depth, field(seatsTotal).height / 2 + depth];
    const around = Math.PI * (3 * (a + b) - Math.sqrt((3 * a + b) * (a + 3 * b)));
    const inRing = Math.floor(around / ((SEATS_IN_ROW + AISLE) * PITCH));
    for (let place = 0; place < inRing && seats.length < seatsTotal; place++) {
      const id = `${ring + 1}${String(place + 1).padStart(2, "0")}`;
      sections.push({ id, name: id });
      const wanted = Math.min(ROWS * SEATS_IN_ROW, seatsTotal - seats.length);
      for (const seat of sectionSeats(id, ring, a, b, place / inRing, around)) {
        if (seats.length < seatsTotal && wanted > 0) seats.push(seat);
      }
    }
  }
  return {
    name: "Stadium",
    seats,
    sections,
    categories: CATEGORIES,
    areas: [fieldArea(seatsTotal)],
  };
}

function* sectionSeats(
  section: string,
  ring: number,
  a: number,
  b: number,
  start: number,
  around: number,
): Iterable<PlanSeat> {
  const category = CATEGORIES[Math.min(ring, CATEGORIES.length - 1)]?.id ?? "";
  for (let row = 0; row < ROWS; row++) {
    const out = row * PITCH;
    for (let number = 0; number < SEATS_IN_ROW; number++) {
      const angle = angleAt(start + (number * PITCH) / around, a, b);
      const label = String.fromCharCode(65 + row);
      yield {
        seat: `${section}-${label}-${number + 1}`,
        section,
        row: label,
        number: String(number + 1),
        category,
        x: Math.cos(angle) * (a + out),
        y: Math.sin(angle) * (b + out),
      };
    }
  }
}

/** Where a share of the way around an ellipse is: equal shares are equally long. */
function angleAt(share: number, a: number, b: number): number {
  const steps = arcSteps(a, b);
  const wanted = (share % 1) * (steps.at(-1) ?? 0);
  let [low, high] = [0, steps.length - 1];
  while (high - low > 1) {
    const middle = (low + high) >> 1;
    if ((steps[middle] ?? 0) <= wanted) low = middle;
    else high = middle;
  }
  const [from = 0, to = 1] = [steps[low], steps[high]];
  return ((low + (wanted - from) / (to - from)) / (steps.length - 1)) * Math.PI * 2;
}

const arcs = new Map<string, number[]>();

function arcSteps(a: number, b: number): number[] {
  const key = `${a}:${b}`;
  const known = arcs.get(key);
  if (known) return known;
  const steps = [0];
  for (let step = 1; step <= 2_048; step++) {
    const [t, u] = [step, step - 1].map((each) => (each / 2_048) * Math.PI * 2) as [number, number];
    const dx = a * (Math.cos(t) - Math.cos(u));
    const dy = b * (Math.sin(t) - Math.sin(u));
    steps.push((steps.at(-1) ?? 0) + Math.hypot(dx, dy));
  }
  arcs.set(key, steps);
  return steps;
}

/** Large enough for about four rings. */
function field(seatsTotal: number) {
  const size = Math.sqrt(seatsTotal) * PITCH;
  return { width: size * 0.95, height: size * 0.52 };
}

function fieldArea(seatsTotal: number): Plan["areas"][number] {
  const { width, height } = field(seatsTotal);
  const [w, h] = [width * 0.78, height * 0.72];
  const text = { text: "Field", x: 0, y: 0, size: h * 0.22, color: "#2d5a3a" };
  const shape = { shape: "rectangle", x: -w / 2, y: -h / 2, width: w, height: h } as const;
  return { ...shape, color: "#dcecdf", border_color: "#9cc3a5", text };
}
