// What every seat looks like right now, as one number a seat that names its stamp, and how many
// seats of each section are free. Must never draw.
import type { SeatLook } from "../live/seat-store";
import type { MapLayout } from "./map-layout";
import type { SeatShape } from "./seat-shapes";

/** Low bits: the shape. Then: dimmed. The rest: index of the colour. */
export type FaceId = number;

const SHAPES: SeatShape[] = [0, 1, 2, 3, "mine", "holding", "releasing", "accessible"];
const CODES = new Map(SHAPES.map((shape, code) => [shape, code]));
const SHAPE_BITS = 7;
const ACCESSIBLE_CODE = 7;
const DIMMED_BIT = 8;
const COLOR_SHIFT = 4;
/** What 16 bits leave for colours. A tint beyond that is not shown. */
const MOST_COLORS = 4_096;

export const shapeOf = (face: FaceId): SeatShape => SHAPES[face & SHAPE_BITS] ?? 0;
export const isFree = (face: FaceId): boolean => {
  const code = face & SHAPE_BITS;
  return code === 0 || code === ACCESSIBLE_CODE;
};
export const isDimmed = (face: FaceId): boolean => (face & DIMMED_BIT) !== 0;
export const colorOf = (face: FaceId): number => face >> COLOR_SHIFT;
/** Mine, or on its way to or from me: a little larger, so drawn after its neighbours. */
export const isOnTop = (face: FaceId): boolean => {
  const code = face & SHAPE_BITS;
  return code > 3 && code !== ACCESSIBLE_CODE;
};

export class SeatFaces {
  readonly ids: Uint16Array;
  /** By section: free seats that the filter lets through, and all that it lets through. */
  readonly free: Uint32Array;
  readonly shown: Uint32Array;
  /** Seats that are mine or on their way. */
  readonly own = new Set<number>();
  /** Set with every change of `own`; whoever has drawn it takes it back. */
  ownChanged = false;
  /** The categories' colours, then the tints as they come up. */
  readonly colors: string[];
  dimmed: ((ordinal: number) => boolean) | undefined;
  tint: ((ordinal: number) => string | undefined) | undefined;

  private readonly layout: MapLayout;
  private readonly look: (ordinal: number) => SeatLook;
  private readonly tints = new Map<string, number>();

  constructor(layout: MapLayout, look: (ordinal: number) => SeatLook) {
    this.layout = layout;
    this.look = look;
    this.ids = new Uint16Array(layout.count);
    this.free = new Uint32Array(layout.sections.length);
    this.shown = new Uint32Array(layout.sections.length);
    this.colors = [...layout.colors];
    this.refreshAll();
  }

  refreshAll(): void {
    this.free.fill(0);
    this.shown.fill(0);
    this.own.clear();
    for (let seat = 0; seat < this.ids.length; seat++) {
      this.ids[seat] = this.faceOf(seat);
      this.count(seat, 1);
    }
  }

  /** Answers whether the seat looks different now. */
  refresh(seat: number): boolean {
    const face = this.faceOf(seat);
    if (seat >= this.ids.length || face === this.ids[seat]) return false;
    this.count(seat, -1);
    this.ids[seat] = face;
    this.count(seat, 1);
    return true;
  }

  private faceOf(seat: number): FaceId {
    const look = this.look(seat);
    const accessible = look === 0 && this.layout.accessible.has(seat);
    const code = accessible ? ACCESSIBLE_CODE : (CODES.get(look) ?? 0);
    // What is mine is never filtered away.
    const dimmed = !isOnTop(code) && this.dimmed?.(seat) ? DIMMED_BIT : 0;
    return (this.colorIndex(seat, look) << COLOR_SHIFT) | dimmed | code;
  }

  /** Only a free seat has its category's colour; the others share a stamp unless they are tinted. */
  private colorIndex(seat: number, look: SeatLook): number {
    const tint = this.tint?.(seat);
    if (tint !== undefined) return this.tintIndex(tint);
    return look === 0 ? (this.layout.categories[seat] ?? 0) : 0;
  }

  private tintIndex(color: string): number {
    const known = this.tints.get(color);
    if (known !== undefined) return known;
    const index = Math.min(this.colors.length, MOST_COLORS - 1);
    this.tints.set(color, index);
    this.colors[index] = color;
    return index;
  }

  isTint(color: number): boolean {
    return color >= this.layout.colors.length;
  }

  private count(seat: number, by: number): void {
    const face = this.ids[seat] ?? 0;
    const section = this.layout.sectionOf[seat] ?? 0;
    if (!isDimmed(face)) {
      this.shown[section] = (this.shown[section] ?? 0) + by;
      if (isFree(face)) this.free[section] = (this.free[section] ?? 0) + by;
    }
    if (!isOnTop(face)) return;
    this.ownChanged = true;
    if (by > 0) this.own.add(seat);
    else this.own.delete(seat);
  }
}
