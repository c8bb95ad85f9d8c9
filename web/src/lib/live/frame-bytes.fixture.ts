// Writes the binary frames that the server would send. For tests only.
import { hashStates, packStates } from "./packed-states";

function varint(value: number): number[] {
  const bytes: number[] = [];
  let rest = value;
  for (; rest >= 128; rest = Math.floor(rest / 128)) bytes.push((rest % 128) + 128);
  return [...bytes, rest];
}

function u32(value: number): number[] {
  return [0, 8, 16, 24].map((shift) => (value >>> shift) & 0xff);
}

export function bytes(...parts: number[]): ArrayBuffer {
  return new Uint8Array(parts).buffer;
}

export function snapshotBytes(
  epoch: string,
  seq: number,
  states: Uint8Array,
  packed = packStates(states),
  hash = hashStates(states),
): ArrayBuffer {
  const name = Array.from(epoch, (character) => character.charCodeAt(0));
  const head = [1, name.length, ...name, ...varint(seq), ...varint(states.length)];
  return bytes(...head, ...u32(hash), ...packed);
}

export function deltaBytes(seq: number, tsMs: number, changes: [number, number][]): ArrayBuffer {
  let previous = -1;
  const entries = changes.flatMap(([ordinal, state]) => {
    const gap = ordinal - previous - 1;
    previous = ordinal;
    return varint(gap * 4 + state);
  });
  return bytes(2, ...varint(seq), ...varint(tsMs), ...varint(changes.length), ...entries);
}

export function beaconBytes(seq: number, hash: number, stale: boolean): ArrayBuffer {
  return bytes(3, stale ? 1 : 0, ...varint(seq), ...u32(hash));
}
