// One socket that watches an event, as PROTOCOL.md asks of a client: it keeps the map, applies deltas in order, compares
// every beacon with its own seq and hash, and asks for a snapshot when in doubt.
//
// What a correct server never does is counted here for all scenarios: a gap between deltas, a hash that is not the map's, a
// close that nobody asked for. It must never repair silently: a `sync` follows only what was counted.

import { WebSocket } from 'k6/experimental/websockets'
import { Counter, Trend } from 'k6/metrics'
import { socketTicket } from './accounts.js'
import { wrong } from './errors.js'
import { SeatMap } from './seat-map.js'
import { after } from './time.js'

const gaps = new Counter('delta_gaps')
const mismatches = new Counter('map_mismatches')
const matches = new Counter('beacons_in_sync')
const fanOut = new Trend('fan_out_ms', true)
const received = new Counter('deltas_received')

// For every scenario with sockets.
export const IN_ORDER = { delta_gaps: ['count==0'], map_mismatches: ['count==0'] }

export class EventSocket {
  // `options`: `resume` (the socket to go on from), `onDelta(frame)`, `onBeacon(inSync)`, `onEnd()` for whoever expects the
  // socket to be lost; without it a close is an error.
  constructor(base, event, options = {}) {
    this.base = base
    this.options = options
    const { epoch, seq, map } = options.resume || {}
    Object.assign(this, { epoch, seq, map, cart: [], closed: false, snapshots: 0, frames: 0 })
    Object.assign(this, { waiting: [], replies: new Map(), lastRef: 0 })
    const resume = map ? `?epoch=${encodeURIComponent(epoch)}&seq=${seq}` : ''
    this.socket = new WebSocket(`${base.replace(/^http/, 'ws')}/ws/v1/events/${event}${resume}`, ['frontrow.v1.json'])
    this.socket.onmessage = (message) => this.guardedReceive(message)
    this.socket.onclose = (close) => this.end(`closed: ${close?.code}`)
    this.socket.onerror = (error) => this.end(`socket: ${error.error}`)
  }

  // Whether a map came within that time.
  ready(ms = 20_000) {
    return this.until(() => this.map !== undefined, ms)
  }

  async signIn(person) {
    const ticket = await socketTicket(this.base, person)
    const reply = ticket && (await this.command('auth', { ticket }))
    if (!reply?.ok) wrong(`auth in the socket: ${JSON.stringify(reply)}`)
    return Boolean(reply?.ok)
  }

  // The reply to a command; null if the connection ended before there was one.
  command(type, fields = {}) {
    if (this.closed) return Promise.resolve(null)
    this.lastRef += 1
    const ref = this.lastRef
    return new Promise((resolve) => {
      this.replies.set(ref, resolve)
      this.socket.send(JSON.stringify({ type, ref, ...fields }))
    })
  }

  // Whether a condition came true within that time; it is looked at after every frame.
  until(condition, ms) {
    if (condition()) return Promise.resolve(true)
    if (this.closed) return Promise.resolve(false)
    return new Promise((resolve) => {
      const entry = { condition }
      const cancel = after(ms, () => entry.settle(false))
      entry.settle = (outcome) => {
        cancel()
        this.waiting = this.waiting.filter((other) => other !== entry)
        resolve(outcome)
      }
      this.waiting.push(entry)
    })
  }

  close() {
    this.leaving = true
    this.socket.close()
  }

  end(why) {
    if (this.closed) return
    this.closed = true
    for (const resolve of this.replies.values()) resolve(null)
    for (const entry of this.waiting) entry.settle(false)
    if (this.leaving) return
    if (this.options.onEnd) this.options.onEnd(why)
    else wrong(`${this.base}: ${why}`)
  }

  guardedReceive(message) {
    // A socket that was left may still have frames in its buffer; its successor goes on from a map that must stay as it was.
    if (this.leaving) return
    this.frames += 1
    try {
      this.receive(JSON.parse(message.data))
    } catch (error) {
      wrong(`a frame: ${error.stack || error}`)
    }
    for (const entry of this.waiting) if (entry.condition()) entry.settle(true)
  }

  receive(frame) {
    if (frame.type === 'hello') this.hello(frame)
    else if (frame.type === 'snapshot') this.snapshot(frame)
    else if (frame.type === 'delta') this.delta(frame)
    else if (frame.type === 'beacon') this.beacon(frame)
    else if (frame.type === 'cart') this.cart = frame.seats
    else if (frame.type === 'reply') this.reply(frame)
    else if (frame.type === 'bye' && !this.options.onEnd) wrong(`${this.base}: bye ${frame.code}`)
  }

  // Another epoch is another room: what was known is worth nothing there, and a snapshot follows.
  hello(frame) {
    if (this.epoch !== frame.epoch) this.map = undefined
    this.epoch = frame.epoch
    this.missedUpTo = frame.seq
  }

  snapshot(frame) {
    this.map = new SeatMap(frame)
    this.seq = frame.seq
    this.snapshots += 1
    if (this.map.hash() !== frame.hash) mismatches.add(1)
  }

  delta(frame) {
    // A snapshot on its way holds it already (S3).
    if (this.map === undefined || frame.seq <= this.seq) return
    if (frame.seq !== this.seq + 1) {
      gaps.add(1)
      this.resync()
      return
    }
    this.seq = frame.seq
    for (const [ordinal, state] of frame.changes) this.map.set(ordinal, state)
    received.add(1)
    // What was missed is sent again with the time of its first sending: old, and not late.
    if (frame.seq > this.missedUpTo) fanOut.add(Math.max(0, Date.now() - frame.ts_ms))
    if (this.options.onDelta) this.options.onDelta(frame)
  }

  beacon(frame) {
    if (this.map === undefined) return
    const inSync = frame.seq === this.seq && frame.hash === this.map.hash()
    if (inSync) {
      matches.add(1)
    } else {
      mismatches.add(1)
      this.resync()
    }
    if (this.options.onBeacon) this.options.onBeacon(inSync)
  }

  // Nothing is believed until the snapshot is there.
  resync() {
    this.map = undefined
    this.command('sync')
  }

  reply(frame) {
    const resolve = this.replies.get(frame.ref)
    this.replies.delete(frame.ref)
    if (resolve) resolve(frame)
    else wrong(`a reply that nobody waits for: ${JSON.stringify(frame)}`)
  }
}
