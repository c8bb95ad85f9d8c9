// The frames of `frontrow.v1`: their types, which are the API document's, and decoding of the JSON
// form. Pure; must never trust a frame: whatever is malformed throws a ProtocolError and changes
// nothing.
import type { components } from "../api/schema";
import { type SeatState, unpackStates } from "./packed-states";

/** Asked for in this order; the server picks one. */
export const SUBPROTOCOLS = ["frontrow.v1.bin", "frontrow.v1.json"];

type Written = components["schemas"];

export type HeldSeatFrame = Written["HeldSeat"];
export type ReplyFrame = Written["ReplyFrame"];
export type EventFrame = Written["EventFrame"];
export type ByeFrame = Written["ByeFrame"];

// Decoded, these are not quite as they are written. The subprotocol says the version already, and a
// null where nothing is lost does no harm. Binary deltas and beacons carry no epoch: they belong to
// the last hello or snapshot.
export type HelloFrame = Omit<Written["HelloFrame"], "protocol">;

export type CartFrame = Omit<Written["CartFrame"], "lost"> & { lost?: string[] | null };

export type SnapshotFrame = Omit<Written["SnapshotFrame"], "seats" | "states" | "hash"> & {
  /** Unpacked: one byte a seat. */
  states: Uint8Array;
  hash: number;
};

export type DeltaFrame = Omit<Written["DeltaFrame"], "epoch" | "changes"> & {
  epoch?: string;
  changes: [ordinal: number, state: SeatState][];
};

export type BeaconFrame = Omit<Written["BeaconFrame"], "epoch" | "hash"> & {
  epoch?: string;
  hash: number;
};

export type ServerFrame =
  | HelloFrame
  | SnapshotFrame
  | DeltaFrame
  | BeaconFrame
  | ReplyFrame
  | CartFrame
  | EventFrame
  | ByeFrame;

export class ProtocolError extends Error {
  override name = "ProtocolError";
}

/** Undefined for a type this client does not know: newer servers may send more. */
export function decodeText(text: string): ServerFrame | undefined {
  const raw = parseObject(text);
  switch (raw.type) {
    case "hello":
      requireText(raw, "epoch");
      requireCount(raw, "seq");
      requireCount(raw, "heartbeat_ms");
      break;
    case "snapshot":
      return decodeSnapshot(raw);
    case "delta":
      requireCount(raw, "seq");
      requireChanges(raw.changes);
      break;
    case "beacon":
      requireCount(raw, "seq");
      return {
        ...(raw as unknown as BeaconFrame),
        stale: raw.stale === true,
        hash: parseHash(raw.hash),
      };
    case "cart":
      requireHeldSeats(raw.seats);
      requireNames(raw.lost ?? []);
      break;
    case "event":
      requireText(raw, "status");
      break;
    case "reply":
    case "bye":
      break;
    default:
      return undefined;
  }
  return raw as unknown as ServerFrame;
}

type Raw = Record<string, unknown>;

function parseObject(text: string): Raw {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw new ProtocolError("not JSON");
  }
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    throw new ProtocolError("not an object");
  }
  return value as Raw;
}

function decodeSnapshot(raw: Raw): SnapshotFrame {
  const epoch = requireText(raw, "epoch");
  const seq = requireCount(raw, "seq");
  const seats = requireCount(raw, "seats");
  const packed = decodeBase64(requireText(raw, "states"));
  if (packed.length !== Math.ceil(seats / 4)) throw new ProtocolError("states: wrong length");
  const states = unpackStates(packed, seats);
  return { type: "snapshot", epoch, seq, states, hash: parseHash(raw.hash) };
}

function decodeBase64(text: string): Uint8Array {
  try {
    return Uint8Array.from(atob(text), (character) => character.charCodeAt(0));
  } catch {
    throw new ProtocolError("states: not base64");
  }
}

function parseHash(hash: unknown): number {
  if (typeof hash !== "string" || !/^[0-9a-f]{8}$/.test(hash)) {
    throw new ProtocolError("hash: not 8 hex digits");
  }
  return Number.parseInt(hash, 16);
}

function requireText(raw: Raw, key: string): string {
  const value = raw[key];
  if (typeof value !== "string") throw new ProtocolError(`${key}: not text`);
  return value;
}

function requireCount(raw: Raw, key: string): number {
  const value = raw[key];
  if (!isCount(value)) throw new ProtocolError(`${key}: not a count`);
  return value;
}

function requireChanges(changes: unknown): void {
  const isChange = (change: unknown) =>
    Array.isArray(change) && isCount(change[0]) && isCount(change[1]) && change[1] <= 3;
  if (!Array.isArray(changes) || !changes.every(isChange)) {
    throw new ProtocolError("changes: not pairs of ordinal and state");
  }
}

function requireHeldSeats(seats: unknown): void {
  if (!Array.isArray(seats) || !seats.every(isHeldSeat)) {
    throw new ProtocolError("seats: not held seats");
  }
}

function requireNames(lost: unknown): void {
  if (!Array.isArray(lost) || !lost.every((seat) => typeof seat === "string")) {
    throw new ProtocolError("lost: not names of seats");
  }
}

export function isHeldSeat(value: unknown): value is HeldSeatFrame {
  const held = value as HeldSeatFrame | null;
  return typeof held?.seat === "string" && typeof held.expires_in_ms === "number";
}

function isCount(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 0;
}
