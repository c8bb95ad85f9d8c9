// Decoding of the three binary frames of `frontrow.v1.bin`. Pure; reads never pass the end.
//
//   snapshot  01, epoch length u8, epoch, seq varint, seats varint, hash u32 LE, packed states
//   delta     02, seq varint, ts_ms varint, count varint, count * varint(gap << 2 | state)
//   beacon    03, flags u8 (bit 0: stale), seq varint, hash u32 LE
import { type SeatState, unpackStates } from "./packed-states";
import {
  type BeaconFrame,
  type DeltaFrame,
  ProtocolError,
  type ServerFrame,
  type SnapshotFrame,
} from "./protocol";

export function decodeBinary(buffer: ArrayBuffer): ServerFrame | undefined {
  const reader = new Reader(new Uint8Array(buffer));
  const kind = reader.byte();
  const frame =
    kind === 1
      ? readSnapshot(reader)
      : kind === 2
        ? readDelta(reader)
        : kind === 3
          ? readBeacon(reader)
          : undefined;
  if (frame && !reader.atEnd()) throw new ProtocolError("bytes after the end of the frame");
  return frame;
}

function readSnapshot(reader: Reader): SnapshotFrame {
  const epoch = String.fromCharCode(...reader.bytes(reader.byte()));
  const seq = reader.varint();
  const seats = reader.varint();
  const hash = reader.u32();
  const states = unpackStates(reader.bytes(Math.ceil(seats / 4)), seats);
  return { type: "snapshot", epoch, seq, states, hash };
}

function readDelta(reader: Reader): DeltaFrame {
  const seq = reader.varint();
  const ts_ms = reader.varint();
  const count = reader.varint();
  const changes: DeltaFrame["changes"] = [];
  let previous = -1;
  for (let index = 0; index < count; index++) {
    const entry = reader.varint();
    previous += Math.floor(entry / 4) + 1;
    changes.push([previous, (entry % 4) as SeatState]);
  }
  return { type: "delta", seq, ts_ms, changes };
}

function readBeacon(reader: Reader): BeaconFrame {
  const stale = (reader.byte() & 1) === 1;
  return { type: "beacon", stale, seq: reader.varint(), hash: reader.u32() };
}

class Reader {
  private readonly data: Uint8Array;
  private position = 0;

  constructor(data: Uint8Array) {
    this.data = data;
  }

  atEnd(): boolean {
    return this.position === this.data.length;
  }

  byte(): number {
    const value = this.data[this.position];
    if (value === undefined) throw new ProtocolError("the frame ends too early");
    this.position += 1;
    return value;
  }

  bytes(length: number): Uint8Array {
    const end = this.position + length;
    if (end > this.data.length) throw new ProtocolError("the frame ends too early");
    const part = this.data.subarray(this.position, end);
    this.position = end;
    return part;
  }

  u32(): number {
    const [a = 0, b = 0, c = 0, d = 0] = this.bytes(4);
    return (a | (b << 8) | (c << 16) | (d << 24)) >>> 0;
  }

  /** Unsigned LEB128. Multiplies instead of shifting: `<<` would cut a time stamp to 32 bits. */
  varint(): number {
    let value = 0;
    let factor = 1;
    for (;;) {
      const byte = this.byte();
      value += (byte & 0x7f) * factor;
      if (!Number.isSafeInteger(value)) throw new ProtocolError("a number is too large");
      if (byte < 0x80) return value;
      factor *= 128;
      if (factor > 2 ** 56) throw new ProtocolError("a number is too long");
    }
  }
}
