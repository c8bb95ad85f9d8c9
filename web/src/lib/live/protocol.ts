// The frames of `frontrow.v1`: their types, and decoding of the JSON form. Pure; must never trust
// a frame: whatever is malformed throws a ProtocolError and changes nothing.
import { type SeatState, unpackStates } from "./packed-states";

/** Asked for in this order; the server picks one. */
export const SUBPROTOCOLS = ["frontrow.v1.bin", "frontrow.v1.json"];

export interface HelloFrame {
  type: "hello";
  epoch: string;
  seq: number;
  heartbeat_ms: number;
}

export interface SnapshotFrame {
  type: "snapshot";
  epoch: string;
  seq: number;
  /** Unpacked: one byte a seat. */
  states: Uint8Array;
  hash: number;
}

/** Binary deltas and beacons carry no epoch: they belong to the last hello or snapshot. */
export interface DeltaFrame {
  type: "delta";
  epoch?: string;
  seq: number;
  ts_ms: number;
  changes: [ordinal: number, state: SeatState][];
}

export interface BeaconFrame {
  type: "beacon";
  epoch?: string;
  seq: number;
  hash: number;
  stale: boolean;
}

export interface HeldSeatFrame {
  seat: string;
  expires_in_ms: number;
}

export interface ReplyFrame {
  type: "reply";
  ref: string | number | null;
  ok: boolean;
  code?: string;
  detail?: string;
  /** Refused: names of seats. Held: seats with their remaining time. */
  seats?: unknown[];
}

export interface CartFrame {
  type: "cart";
  seats: HeldSeatFrame[];
  /** Seats that a recovery of the server took from me. */
  lost?: string[] | null;
}

export interface EventFrame {
  type: "event";
  status: string;
}

export interface ByeFrame {
  type: "bye";
  code: string | number;
  retry_after_ms?: number;
}

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
      return { ...(raw as unknown as BeaconFrame), hash: parseHash(raw.hash) };
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
