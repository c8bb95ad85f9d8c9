// Scenario `watch`: many sockets watch one event while one signed-in buyer holds and releases its seats.
//
// It proves three things: every socket receives a snapshot, every socket sees every delta in order, and how long it takes
// from the moment a hold is sent over HTTP until a socket has heard of it.
//
// All sockets live in one VU on purpose: k6's VUs share no memory, and the delay can only be measured where the moment of
// the hold is known. One event loop reads them all, so beyond some thousand sockets the number tells more about k6.
//
// Must never leave seats held: every hold is released, the last one before the sockets close.
//
// Environment: FRONTROW_URL, FRONTROW_BUYERS (`EMAIL:PASSWORD,...`, the first one is used), SOCKETS, SECONDS.

import http from 'k6/http'
import { fail } from 'k6'
import { WebSocket } from 'k6/experimental/websockets'
import { Counter, Trend } from 'k6/metrics'

const BASE = (__ENV.FRONTROW_URL || 'http://127.0.0.1:8080').split(',')[0]
const BUYER = (__ENV.FRONTROW_BUYERS || '').split(',')[0]
const SOCKETS = Number(__ENV.SOCKETS || 100)
const SECONDS = Number(__ENV.SECONDS || 20)
// Slow enough that the buyer's two requests a round stay far below the account's rate limit.
const HOLD_EVERY_MS = 200
// Two missed beacons, so a socket that stays silent after connecting is seen as broken.
const SETTLE_MS = 4000
const HELD = 1

const holdToDelta = new Trend('hold_to_delta_ms', true)
const snapshots = new Counter('sockets_with_snapshot')
const gaps = new Counter('delta_gaps')
const errors = new Counter('errors')
const missed = new Counter('missed_deltas')

export const options = {
  scenarios: {
    watch: { executor: 'per-vu-iterations', vus: 1, iterations: 1, maxDuration: `${SECONDS + 60}s` },
  },
  thresholds: {
    sockets_with_snapshot: [`count==${SOCKETS}`],
    delta_gaps: ['count==0'],
    errors: ['count==0'],
    missed_deltas: ['count==0'],
    hold_to_delta_ms: ['p(95)<500', 'p(99)<1000'],
  },
}

export function setup() {
  const [email, password] = BUYER.split(':')
  const login = http.post(`${BASE}/api/v1/auth/login`, JSON.stringify({ email, password }), json())
  if (login.status !== 200) fail(`cannot sign in as ${email}: ${login.status} ${login.body}`)
  const events = http.get(`${BASE}/api/v1/events?status=on_sale`)
  const event = events.status === 200 && events.json('items.0')
  if (!event) fail(`no event is on sale: ${events.status} ${events.body}`)
  const plan = http.get(`${BASE}/api/v1/events/${event.id}/plan`).json('seats')
  const state = { token: login.json('access_token'), event: event.id, seats: plan.map((seat) => seat.seat) }
  release(state, heldByBuyer(state))
  return state
}

export default function (state) {
  // Ordinal of a seat -> when its hold was sent, and how many sockets have heard of it.
  const pending = new Map()
  const sockets = Array.from({ length: SOCKETS }, () => watch(state.event, pending))
  setTimeout(() => buyer(state, pending), SETTLE_MS)
  setTimeout(() => finish(sockets, pending), SETTLE_MS + SECONDS * 1000 + 2000)
}

function watch(event, pending) {
  const url = `${BASE.replace(/^http/, 'ws')}/ws/v1/events/${event}`
  const socket = new WebSocket(url, ['frontrow.v1.json'])
  const view = { socket, seq: null, closing: false }
  socket.onmessage = (message) => receive(view, JSON.parse(message.data), pending)
  socket.onerror = (error) => problem(view, `socket: ${error.error}`)
  socket.onclose = (close) => problem(view, `closed: ${close.code}`)
  return view
}

function problem(view, text) {
  if (view.closing) return
  errors.add(1)
  console.error(text)
}

function receive(view, frame, pending) {
  if (frame.type === 'snapshot') {
    if (view.seq === null) snapshots.add(1)
    view.seq = frame.seq
  } else if (frame.type === 'delta') {
    if (view.seq !== null && frame.seq !== view.seq + 1) gaps.add(1)
    view.seq = frame.seq
    for (const [ordinal, seat] of frame.changes) {
      const hold = seat === HELD && pending.get(ordinal)
      if (!hold) continue
      holdToDelta.add(Date.now() - hold.sent)
      hold.heard += 1
    }
  } else if (frame.type === 'bye') {
    problem(view, `bye: ${frame.code}`)
  }
}

// One hold after the other, each on another seat, so that a delta names exactly one hold.
async function buyer(state, pending) {
  const end = Date.now() + SECONDS * 1000
  for (let round = 0; Date.now() < end; round += 1) {
    const ordinal = round % state.seats.length
    const seats = JSON.stringify({ seats: [state.seats[ordinal]] })
    pending.set(ordinal, { sent: Date.now(), heard: 0 })
    const path = `${BASE}/api/v1/events/${state.event}/holds`
    const held = await http.asyncRequest('POST', path, seats, json(state.token))
    await sleep(HOLD_EVERY_MS)
    if (held.status === 409) {
      // Somebody else's seat: nothing to measure, nothing wrong.
      pending.delete(ordinal)
      continue
    }
    const released = await http.asyncRequest('POST', `${path}/release`, seats, json(state.token))
    if (held.status !== 201 || released.status !== 204) {
      errors.add(1)
      console.error(`hold ${held.status}, release ${released.status}: ${held.body}`)
    }
  }
}

function finish(sockets, pending) {
  for (const hold of pending.values()) missed.add(SOCKETS - hold.heard)
  for (const view of sockets) {
    view.closing = true
    view.socket.close()
  }
}

// What an interrupted earlier run may have left in the buyer's cart.
function heldByBuyer(state) {
  const cart = http.get(`${BASE}/api/v1/cart?event_id=${state.event}`, json(state.token))
  return cart.status === 200 ? cart.json('seats').map((seat) => seat.seat) : []
}

function release(state, seats) {
  if (seats.length === 0) return
  const path = `${BASE}/api/v1/events/${state.event}/holds/release`
  http.post(path, JSON.stringify({ seats }), json(state.token))
}

function json(token) {
  const headers = { 'Content-Type': 'application/json' }
  if (token) headers.Authorization = `Bearer ${token}`
  return { headers }
}

function sleep(ms) {
  return new Promise((resolve) => setTimeout(resolve, ms))
}
