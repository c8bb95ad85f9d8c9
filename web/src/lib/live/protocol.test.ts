// Both forms of every frame, and what happens to frames that are none.
import { describe, expect, it } from "vitest";
import { decodeBinary } from "./binary-frames";
import { beaconBytes, bytes, deltaBytes, snapshotBytes } from "./frame-bytes.fixture";
import { crc32, hashStates, packStates, unpackStates } from "./packed-states";
import { decodeText, ProtocolError } from "./protocol";

const STATES = Uint8Array.of(1, 0, 2, 3, 1);

describe("packed states", () => {
  it("put seat 0 into the low bits and keep padding zero", () => {
    expect([...packStates(STATES)]).toEqual([0b11_10_00_01, 0b01]);
    expect(unpackStates(packStates(STATES), 5)).toEqual(STATES);
  });

  it("are hashed with CRC-32 (IEEE)", () => {
    expect(crc32(new TextEncoder().encode("123456789"))).toBe(0xcbf43926);
  });
});

describe("binary frames", () => {
  it("decode a snapshot", () => {
    expect(decodeBinary(snapshotBytes("e-1", 300, STATES))).toEqual({
      type: "snapshot",
      epoch: "e-1",
      seq: 300,
      states: STATES,
      hash: hashStates(STATES),
    });
  });

  it("decode a delta whose time stamp needs more than 32 bits", () => {
    const ts_ms = 1_795_370_000_123;
    const changes: [number, number][] = [
      [0, 1],
      [1, 0],
      [700, 3],
    ];
    expect(decodeBinary(deltaBytes(7, ts_ms, changes))).toEqual({
      type: "delta",
      seq: 7,
      ts_ms,
      changes,
    });
  });

  it("decode a beacon with the high bit of the hash set", () => {
    expect(decodeBinary(beaconBytes(9, 0xfedcba98, true))).toEqual({
      type: "beacon",
      seq: 9,
      hash: 0xfedcba98,
      stale: true,
    });
  });

  it("ignore a kind they do not know", () => {
    expect(decodeBinary(bytes(0x7f, 1, 2))).toBeUndefined();
  });

  it("refuse every cut of a good frame, and a frame with a tail", () => {
    const whole = new Uint8Array(snapshotBytes("e-1", 300, STATES));
    for (let length = 0; length < whole.length; length++) {
      expect(() => decodeBinary(whole.slice(0, length).buffer)).toThrow(ProtocolError);
    }
    expect(() => decodeBinary(bytes(...whole, 0))).toThrow(ProtocolError);
  });

  it("refuse a number that never ends or is too large", () => {
    expect(() => decodeBinary(bytes(2, ...Array(12).fill(0xff)))).toThrow(ProtocolError);
  });

  it("refuse a snapshot that promises more seats than it brings", () => {
    const huge = [0xff, 0xff, 0xff, 0xff, 0x7f];
    expect(() => decodeBinary(bytes(1, 0, 1, ...huge, 0, 0, 0, 0, 1))).toThrow(ProtocolError);
  });
});

describe("JSON frames", () => {
  it("decode a snapshot to the same frame as the binary form", () => {
    const states = btoa(String.fromCharCode(...packStates(STATES)));
    const hash = hashStates(STATES).toString(16).padStart(8, "0");
    const text = JSON.stringify({ type: "snapshot", epoch: "e", seq: 4, seats: 5, states, hash });
    expect(decodeText(text)).toEqual(decodeBinary(snapshotBytes("e", 4, STATES)));
  });

  it("pass deltas, carts and replies through", () => {
    const cart = { type: "cart", seats: [{ seat: "D-1", expires_in_ms: 500 }], lost: ["D-2"] };
    const reply = { type: "reply", ref: 1, ok: false, code: "seat_taken", seats: ["D-1"] };
    const delta = { type: "delta", epoch: "e", seq: 2, ts_ms: 5, changes: [[3, 1]] };
    for (const frame of [cart, reply, delta]) {
      expect(decodeText(JSON.stringify(frame))).toEqual(frame);
    }
  });

  it("ignore a type they do not know", () => {
    expect(decodeText('{"type":"news"}')).toBeUndefined();
  });

  it.each([
    "",
    "[]",
    "null",
    "{",
    '{"type":"hello","epoch":1,"seq":0}',
    '{"type":"delta","seq":1,"changes":[[0,4]]}',
    '{"type":"delta","seq":1,"changes":[[-1,0]]}',
    '{"type":"delta","seq":1.5,"changes":[]}',
    '{"type":"snapshot","epoch":"e","seq":1,"seats":9,"states":"AA==","hash":"00000000"}',
    '{"type":"snapshot","epoch":"e","seq":1,"seats":1,"states":"%","hash":"00000000"}',
    '{"type":"beacon","seq":1,"hash":"XYZ"}',
    '{"type":"cart","seats":[{"seat":4}]}',
    '{"type":"cart","seats":[],"lost":"A-1"}',
    '{"type":"cart","seats":[],"lost":[1]}',
  ])("refuse %s", (text) => {
    expect(() => decodeText(text)).toThrow(ProtocolError);
  });
});
