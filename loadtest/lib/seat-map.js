// The states of all seats as a client keeps them: packed, two bits a seat (PROTOCOL.md, S1), because the hash of a beacon is
// of just these bytes.

import { b64decode } from 'k6/encoding'

export const [AVAILABLE, HELD, SOLD, BLOCKED] = [0, 1, 2, 3]

const CRC_TABLE = Array.from({ length: 256 }, (_, byte) => {
  let crc = byte
  for (let bit = 0; bit < 8; bit += 1) crc = crc & 1 ? (crc >>> 1) ^ 0xedb88320 : crc >>> 1
  return crc >>> 0
})

export class SeatMap {
  // From a snapshot frame, or from the answer of `events/{id}/state`.
  constructor({ seats, states }) {
    this.seats = seats
    this.bytes = new Uint8Array(b64decode(states))
  }

  get(ordinal) {
    return (this.bytes[ordinal >> 2] >> ((ordinal & 3) * 2)) & 3
  }

  set(ordinal, state) {
    const shift = (ordinal & 3) * 2
    this.bytes[ordinal >> 2] = (this.bytes[ordinal >> 2] & ~(3 << shift)) | (state << shift)
  }

  // As a beacon has it: CRC-32 of the packed states, eight lower-case hex digits.
  hash() {
    let crc = 0xffffffff
    for (const byte of this.bytes) crc = CRC_TABLE[(crc ^ byte) & 0xff] ^ (crc >>> 8)
    return ((crc ^ 0xffffffff) >>> 0).toString(16).padStart(8, '0')
  }

  // So many free seats that follow each other, looked for from some ordinal on; fewer, or none, if there are not so many.
  freeFrom(first, count) {
    for (let step = 0; step < this.seats; step += 1) {
      const ordinal = (first + step) % this.seats
      if (this.get(ordinal) !== AVAILABLE) continue
      const run = [ordinal]
      while (run.length < count && ordinal + run.length < this.seats) {
        if (this.get(ordinal + run.length) !== AVAILABLE) break
        run.push(ordinal + run.length)
      }
      return run
    }
    return []
  }
}
