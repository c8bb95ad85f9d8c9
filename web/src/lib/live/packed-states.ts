// Two bits a seat: packing, unpacking and the hash both sides compare. Pure arithmetic.

/** 0 available, 1 held (or claimed), 2 sold, 3 blocked. */
export type SeatState = 0 | 1 | 2 | 3;

/** Seat 0 sits in the low bits of byte 0; padding bits stay zero. */
export function packStates(states: Uint8Array): Uint8Array {
  const packed = new Uint8Array(Math.ceil(states.length / 4));
  for (let byte = 0; byte < packed.length; byte++) packed[byte] = packedByte(states, byte * 4);
  return packed;
}

// Plain loops: a hundred thousand seats are unpacked at a reconnect and hashed at every beacon.
export function unpackStates(packed: Uint8Array, seats: number): Uint8Array {
  const states = new Uint8Array(seats);
  for (let seat = 0; seat < seats; seat++) {
    states[seat] = ((packed[seat >> 2] ?? 0) >> ((seat & 3) * 2)) & 3;
  }
  return states;
}

function packedByte(states: Uint8Array, seat: number): number {
  const state = (at: number) => states[at] ?? 0;
  return state(seat) | (state(seat + 1) << 2) | (state(seat + 2) << 4) | (state(seat + 3) << 6);
}

const CRC_TABLE = Uint32Array.from({ length: 256 }, (_, byte) => {
  let crc = byte;
  for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? 0xedb88320 ^ (crc >>> 1) : crc >>> 1;
  return crc;
});

/** CRC-32 (IEEE), as an unsigned number. */
export function crc32(bytes: Uint8Array): number {
  let crc = 0xffffffff;
  for (const byte of bytes) crc = (CRC_TABLE[(crc ^ byte) & 0xff] ?? 0) ^ (crc >>> 8);
  return (crc ^ 0xffffffff) >>> 0;
}

export function hashStates(states: Uint8Array): number {
  return crc32(packStates(states));
}
