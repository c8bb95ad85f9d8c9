// What a buyer does with seats, over HTTP and in the socket: hold, release, order, pay. Latencies of holds and orders are
// measured here, so that they mean the same in every scenario.
//
// Must never ask for an order or a payment twice under different keys: that would be two.

import { Counter, Trend } from 'k6/metrics'
import { ask, newKey } from './api.js'
import { tokenOf } from './accounts.js'
import { wrong } from './errors.js'
import { sleep } from './time.js'

// Only what succeeded or lost to somebody else: a refusal by mistake is an error and no latency.
const holdMs = new Trend('hold_ms', true)
const orderMs = new Trend('order_ms', true)
const conflicts = new Counter('holds_lost_to_others')

const SETTLED_MS = 30_000
const LOOK_EVERY_MS = 300

// The seats that were held; null where somebody else was faster, or nothing suitable is left.
export async function hold(base, person, event, seats) {
  return held(await post(base, person, `events/${event}/holds`, { seats }, 'events/{id}/holds', [201, 409]))
}

export async function holdBest(base, person, event, quantity) {
  const name = 'events/{id}/holds/best-available'
  return held(await post(base, person, `events/${event}/holds/best-available`, { quantity }, name, [201, 409]))
}

export async function holdInSocket(socket, seats) {
  const sent = Date.now()
  const reply = await socket.command('hold', { seats })
  if (!reply || (!reply.ok && reply.code !== 'seat_taken')) {
    wrong(`hold in the socket: ${JSON.stringify(reply)}`)
    return null
  }
  holdMs.add(Date.now() - sent)
  if (!reply.ok) conflicts.add(1)
  return reply.ok ? seats : null
}

export async function release(base, person, event, seats) {
  const name = 'events/{id}/holds/release'
  return (await post(base, person, `events/${event}/holds/release`, { seats }, name, [204])).status === 204
}

export async function releaseInSocket(socket, seats) {
  const reply = await socket.command('release', { seats })
  if (!reply?.ok) wrong(`release in the socket: ${JSON.stringify(reply)}`)
  return Boolean(reply?.ok)
}

// An order for just these seats, or null.
export async function order(base, person, event, seats) {
  const options = { token: await tokenOf(person), body: { event_id: event, seats }, key: newKey(), expect: [201] }
  const reply = await ask('POST', base, 'orders', options)
  if (reply.status !== 201) return null
  orderMs.add(reply.ms)
  return reply.body
}

// Tries the cards one after the other; the order as it is in the end. A card that is slow is waited for.
export async function pay(base, person, placed, cards) {
  for (const method of cards) {
    const options = { token: await tokenOf(person), body: { method }, key: newKey(), name: 'payments/{id}/confirm' }
    const path = `payments/${placed.payment.id}/confirm`
    const reply = await ask('POST', base, path, { ...options, expect: [200, 202, 402] })
    if (reply.status === 200) return reply.body
    if (reply.status === 202) return settled(base, person, placed)
  }
  return look(base, person, placed)
}

async function settled(base, person, placed) {
  const until = Date.now() + SETTLED_MS
  for (;;) {
    const now = await look(base, person, placed)
    if (now?.status !== 'awaiting_payment') return now
    if (Date.now() > until) {
      wrong(`the order ${placed.id} was not settled within ${SETTLED_MS / 1000} s`)
      return now
    }
    await sleep(LOOK_EVERY_MS)
  }
}

async function look(base, person, placed) {
  const options = { token: await tokenOf(person), name: 'orders/{id}' }
  return (await ask('GET', base, `orders/${placed.id}`, options)).body
}

function held(reply) {
  if (reply.status !== 201 && reply.status !== 409) return null
  holdMs.add(reply.ms)
  if (reply.status === 201) return reply.body.seats.map(({ seat }) => seat)
  const { code } = reply.body || {}
  if (code === 'seat_taken') conflicts.add(1)
  else if (code !== 'not_enough_seats') wrong(`hold: ${code}`)
  return null
}

async function post(base, person, path, body, name, expect) {
  return ask('POST', base, path, { token: await tokenOf(person), body, name, expect })
}
