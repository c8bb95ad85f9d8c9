// Finds seats by place: a uniform grid over the plan in two flat arrays. Built once, never changed.
import type { Box } from "./camera";

export class SeatGrid {
  private readonly xs: Float32Array;
  private readonly ys: Float32Array;
  private readonly box: Box;
  private readonly cell: number;
  private readonly columns: number;
  private readonly rows: number;
  /** Seats of cell c: `items[starts[c] .. starts[c + 1]]`. */
  private readonly starts: Uint32Array;
  private readonly items: Uint32Array;

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
    this.starts = new Uint32Array(this.columns * this.rows + 1);
    this.items = new Uint32Array(xs.length);
    this.fill();
  }

  /** Counting sort by cell. */
  private fill(): void {
    const cells = Array.from(this.xs, (x, seat) => this.cellAt(x, this.ys[seat] ?? 0));
    for (const cell of cells) this.starts[cell + 1] = (this.starts[cell + 1] ?? 0) + 1;
    this.starts.forEach((count, cell) => {
      this.starts[cell] = count + (this.starts[cell - 1] ?? 0);
    });
    const next = this.starts.slice();
    cells.forEach((cell, seat) => {
      const place = next[cell] ?? 0;
      this.items[place] = seat;
      next[cell] = place + 1;
    });
  }

  /** Every seat whose centre may lie in the box, and a few neighbours. */
  forEachIn(area: Box, visit: (seat: number) => void): void {
    const lastColumn = this.column(area.maxX);
    const lastRow = this.row(area.maxY);
    for (let row = this.row(area.minY); row <= lastRow; row++) {
      const first = row * this.columns;
      const from = this.starts[first + this.column(area.minX)] ?? 0;
      const to = this.starts[first + lastColumn + 1] ?? 0;
      for (const seat of this.items.subarray(from, to)) visit(seat);
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

  private cellAt(x: number, y: number): number {
    return this.row(y) * this.columns + this.column(x);
  }

  private column(x: number): number {
    return clampIndex((x - this.box.minX) / this.cell, this.columns);
  }

  private row(y: number): number {
    return clampIndex((y - this.box.minY) / this.cell, this.rows);
  }
}

function clampIndex(value: number, count: number): number {
  return Math.min(Math.max(Math.floor(value), 0), count - 1);
}
