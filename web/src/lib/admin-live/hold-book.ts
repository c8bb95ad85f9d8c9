// Who holds which seat: a list that was fetched, kept right by the rows that come in. Pure but for
// its own memory; times are arguments, on a clock that only moves forwards.
import type { HoldLine } from "../api/types";
import type { Holder, RowFrame } from "./admin-frames";

export interface HoldRow {
  seat: string;
  /** Section id. */
  section: string;
  state: "held" | "claimed";
  holder: Holder | null;
  /** When it was taken; undefined where the server does not know. */
  heldSince: number | undefined;
  /** When it ends; undefined for what does not end by itself. */
  expiresAt: number | undefined;
  orderId: string | null;
  extended: boolean;
}

export type Holds = ReadonlyMap<string, HoldRow>;

export class HoldBook {
  private rows = new Map<string, HoldRow>();
  /** Which row came last for a seat, by a running number. */
  private readonly touched = new Map<string, number>();
  private version = 0;

  /** The same map until `take` or a fetched list changes it. */
  all(): Holds {
    return this.rows;
  }

  take(frames: readonly RowFrame[], now: number): Holds {
    const rows = new Map(this.rows);
    for (const frame of frames) {
      this.version += 1;
      this.touched.set(frame.seat, this.version);
      if (staysHeld(frame)) rows.set(frame.seat, fromFrame(frame, rows.get(frame.seat), now));
      else rows.delete(frame.seat);
    }
    this.rows = rows;
    return rows;
  }

  /**
   * Call before a list is asked for, and the answer with the list. A row that came in meanwhile is
   * newer than the list, which may have been made before it: such seats stay as the row left them.
   */
  expectList(): (lines: readonly HoldLine[], now: number) => Holds {
    const asked = this.version;
    return (lines, now) => {
      const isNewer = (seat: string) => (this.touched.get(seat) ?? 0) > asked;
      const rows = new Map<string, HoldRow>();
      for (const line of lines) {
        if (!isNewer(line.seat)) rows.set(line.seat, fromLine(line, now));
      }
      for (const [seat, row] of this.rows) if (isNewer(seat)) rows.set(seat, row);
      // What every later list will know anyway need not be remembered.
      for (const [seat, version] of this.touched) if (version <= asked) this.touched.delete(seat);
      this.rows = rows;
      return rows;
    };
  }
}

function staysHeld({ type }: RowFrame): boolean {
  return type === "hold" || type === "extended" || type === "claimed";
}

function fromFrame(frame: RowFrame, before: HoldRow | undefined, now: number): HoldRow {
  const { type, seat, section, holder, age_ms, expires_in_ms, order_id } = frame;
  return {
    seat,
    section,
    holder,
    state: type === "claimed" ? "claimed" : "held",
    heldSince: age_ms === null ? before?.heldSince : now - age_ms,
    expiresAt: expires_in_ms === null ? undefined : now + expires_in_ms,
    orderId: order_id,
    extended: type === "extended" || (type === "claimed" && before?.extended === true),
  };
}

function fromLine(line: HoldLine, now: number): HoldRow {
  const { seat, section, state, holder, held_for_ms, expires_in_ms, order_id, extended } = line;
  return {
    seat,
    section,
    state,
    holder,
    heldSince: held_for_ms === null ? undefined : now - held_for_ms,
    expiresAt: now + expires_in_ms,
    orderId: order_id,
    extended: extended ?? false,
  };
}
