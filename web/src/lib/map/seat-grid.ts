// Finds seats by place: a uniform grid over the plan in two flat arrays. Built once, never changed.
import { type Box, clamp } from "./camera";
import { Groups } from "./groups";

export class SeatGrid {
  private readonly xs: Float32Array;
  private readonly ys: Float32Array;
  private readonly box: Box;
  private readonly cell: number;
  private readonly columns: number;
  private readonly rows: number;
  private readonly cells: Groups;

  constructor(xs: Float32Array, ys: Float32Array, box: Box, cellSize: number) {
    this.xs = xs;
    this.ys = ys;
    this.box = box;
    const width = box.maxX - box.minX;
    const height = box.maxY - box.minY;
    // A plan with far-flung seats must not cost a cell for every bit of nothing in between.
    const mostCells = 4 * xs.length + 64;
    this.cell = Math.max(cellSize, Math.sqrt((width * height) / mostCells), width / 4096, 1e-6);
    this.columns = Math.floor(width / this.cell) + 1;
    this.rows = Math.floor(height / this.cell) + 1;
    const cellOf = new Uint32Array(xs.length);
    for (let seat = 0; seat < xs.length; seat++) {
      cellOf[seat] = this.row(ys[seat] ?? 0) * this.columns + this.column(xs[seat] ?? 0);
    }
    this.cells = new Groups(cellOf, this.columns * this.rows);
  }

  /** Every seat whose centre may lie in the box, and a few neighbours; always in the same order. */
  forEachIn(area: Box, visit: (seat: number) => void): void {
    const { starts, items } = this.cells;
    const firstColumn = this.column(area.minX);
    const lastColumn = this.column(area.maxX);
    const lastRow = this.row(area.maxY);
    for (let row = this.row(area.minY); row <= lastRow; row++) {
      const first = row * this.columns;
      const to = starts[first + lastColumn + 1] ?? 0;
      for (let at = starts[first + firstColumn] ?? 0; at < to; at++) visit(items[at] ?? 0);
    }
  }

  /**
   * The nearest seat within `reach`, or -1. Of seats in the very same place `prefer` decides: real
   * plans do stack seats, and a free one below a sold one should still be sold.
   */
  nearest(x: number, y: number, reach: number, prefer: (seat: number) => boolean = () => false) {
    let best = -1;
    let bestDistance = reach * reach;
    const area = { minX: x - reach, minY: y - reach, maxX: x + reach, maxY: y + reach };
    this.forEachIn(area, (seat) => {
      const distance = ((this.xs[seat] ?? 0) - x) ** 2 + ((this.ys[seat] ?? 0) - y) ** 2;
      if (distance > bestDistance) return;
      if (distance === bestDistance && best >= 0 && !prefer(seat)) return;
      best = seat;
      bestDistance = distance;
    });
    return best;
  }

  private column(x: number): number {
    return clamp(Math.floor((x - this.box.minX) / this.cell), 0, this.columns - 1);
  }

  private row(y: number): number {
    return clamp(Math.floor((y - this.box.minY) / this.cell), 0, this.rows - 1);
  }
}
