// Scenario `watch`: many sockets watch one event while one signed-in buyer holds and releases its seats.
//
// It proves three things: every socket receives a snapshot, every socket sees every delta in order, and how long it takes
// until a socket has heard of a change: from the moment the hold is sent over HTTP (`hold_to_delta_ms`), and from the
// server's own time in the delta (`fan_out_ms`, which needs clocks that agree if k6 runs on another machine).
//
// All sockets live in one VU on purpose: k6's VUs share no memory, and the delay can only be measured where the moment of
// the hold is known. One event loop reads them all; where it becomes the bottleneck is in loadtest/README.md.
//
// Must never leave seats held: every hold is released, the last one before the sockets close.
//
// Environment: FRONTROW_BUYERS, SOCKETS, SECONDS, CHANGES_PER_S (holds and releases together), and lib/settings.js.

import { Counter, Trend } from 'k6/metrics'
import { signIn, tokenOf } from './lib/accounts.js'
import { ask } from './lib/api.js'
import { NO_ERRORS, guarded } from './lib/errors.js'
import { EventSocket, IN_ORDER } from './lib/event-socket.js'
import { seatsOf } from './lib/hall.js'
import { HELD } from './lib/seat-map.js'
import { BUYER, number, server } from './lib/settings.js'
import { COMMON, summaryOf } from './lib/summary.js'
import { sleep } from './lib/time.js'

const SOCKETS = number('SOCKETS', 100)
const SECONDS = number('SECONDS', 20)
// A hold and its release are two changes. Ten a second are far below the account's rate limit.
const HOLD_EVERY_MS = 2000 / number('CHANGES_PER_S', 10)
// A socket that has not heard of a hold by then has missed it.
const HEARD_WITHIN_MS = 2000
// Two missed beacons, so a socket that stays silent after connecting is seen as broken.
const SETTLE_MS = 4000

const holdToDelta = new Trend('hold_to_delta_ms', true)
const snapshots = new Counter('sockets_with_snapshot')
const missed = new Counter('missed_deltas')
const heard = new Counter('heard_deltas')

export const options = {
  ...COMMON,
  scenarios: {
    watch: { executor: 'per-vu-iterations', vus: 1, iterations: 1, maxDuration: `${SECONDS + 60}s` },
  },
  thresholds: {
    ...NO_ERRORS,
    ...IN_ORDER,
    sockets_with_snapshot: [`count==${SOCKETS}`],
    missed_deltas: ['count==0'],
    heard_deltas: ['count>0'],
    hold_to_delta_ms: ['p(95)<500', 'p(99)<1000'],
    fan_out_ms: ['p(95)<300'],
  },
}
export const handleSummary = summaryOf('watch')

export async function setup() {
  const buyer = await signIn(server(0), BUYER)
  const events = await ask('GET', server(0), 'events?status=on_sale', { name: 'events' })
  const [found] = events.body.items
  if (!found) throw new Error('no event is on sale')
  const state = { buyer, event: found.id, seats: await seatsOf(found.id) }
  await emptyCart(state)
  return state
}

export default guarded(async (state) => {
  // Ordinal of a seat -> when its hold was sent, and how many sockets have heard of it.
  const pending = new Map()
  const onDelta = (frame) => note(frame, pending)
  const sockets = Array.from({ length: SOCKETS }, (_, index) => new EventSocket(server(index), state.event, { onDelta }))
  await sleep(SETTLE_MS)
  for (const socket of sockets) if (socket.snapshots > 0) snapshots.add(1)
  await changeSeats(state, pending)
  await sleep(2000)
  for (const ordinal of [...pending.keys()]) settle(pending, ordinal)
  for (const socket of sockets) socket.close()
})

function note(frame, pending) {
  for (const [ordinal, seat] of frame.changes) {
    const hold = seat === HELD && pending.get(ordinal)
    if (!hold) continue
    holdToDelta.add(Date.now() - hold.sent)
    hold.heard += 1
  }
}

// One hold after the other, each on another seat, so that a delta names exactly one hold.
async function changeSeats(state, pending) {
  const end = Date.now() + SECONDS * 1000
  for (let round = 0; Date.now() < end; round += 1) {
    const ordinal = round % state.seats.length
    const body = { seats: [state.seats[ordinal]] }
    settle(pending, ordinal)
    pending.set(ordinal, { sent: Date.now(), heard: 0 })
    const held = await change(state, 'holds', body, [201, 409])
    await sleep(HOLD_EVERY_MS)
    // Given back before it was sent to everybody, it might never be seen (PROTOCOL.md, S10), and nothing would be wrong.
    if (held.status !== 409) await heardByAll(pending.get(ordinal))
    // Somebody else's seat: nothing to measure, nothing wrong.
    if (held.status === 409) pending.delete(ordinal)
    else await change(state, 'holds/release', body, [204])
  }
}

async function heardByAll(hold) {
  const until = Date.now() + HEARD_WITHIN_MS
  while (hold.heard < SOCKETS && Date.now() < until) await sleep(5)
}

// Counts who has heard of a hold, before its seat is held again and when all is over.
function settle(pending, ordinal) {
  const hold = pending.get(ordinal)
  if (!hold) return
  pending.delete(ordinal)
  heard.add(hold.heard)
  missed.add(SOCKETS - hold.heard)
}

// What an interrupted earlier run may have left in the buyer's cart.
async function emptyCart(state) {
  const token = await tokenOf(state.buyer)
  const cart = await ask('GET', server(0), `cart?event_id=${state.event}`, { token, name: 'cart' })
  const seats = cart.body.seats.map(({ seat }) => seat)
  if (seats.length > 0) await change(state, 'holds/release', { seats }, [204])
}

async function change(state, verb, body, expect) {
  const options = { token: await tokenOf(state.buyer), body, expect, name: `events/{id}/${verb}` }
  return ask('POST', server(0), `events/${state.event}/${verb}`, options)
}
