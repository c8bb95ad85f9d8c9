// What has to be drawn in the next frame. Pure; must never grow while nothing is drawn.

export class Changes {
  /** Everything, because the camera, the theme or a filter has changed. */
  full = true;
  /** Every seat may look different; without it a full frame trusts what is known of the seats. */
  allSeats = false;
  overlay = true;
  private readonly seats = new Set<number>();
  private readonly most: number;

  /** Beyond `most` seats, looking at all of them is cheaper than a list. */
  constructor(most: number) {
    this.most = most;
  }

  addSeats(ordinals: Iterable<number> | "all"): void {
    if (ordinals === "all") this.allSeats = true;
    else for (const ordinal of ordinals) this.seats.add(ordinal);
    if (this.seats.size > this.most) this.allSeats = true;
    if (this.allSeats) this.seats.clear();
  }

  takeSeats(): number[] {
    const seats = [...this.seats];
    this.seats.clear();
    return seats;
  }

  /** Everything is drawn now. */
  clear(): void {
    this.full = false;
    this.allSeats = false;
    this.overlay = false;
  }
}
