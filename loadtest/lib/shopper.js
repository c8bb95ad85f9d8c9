// One visitor of a sale, from the list of events to the ticket or to wherever they lose interest. `on-sale` lets them in by
// the dozen, `soak` a few at a time for hours.
//
// What visitors do is chance, with the shares below. Whatever they do must end in a state that the server promised: a
// confirmed order has a ticket for each of its seats, and the seats are sold on the visitor's own map.
//
// Must never share an account with a visitor who is still there: both would order the same cart.

import { Counter } from 'k6/metrics'
import { ask } from './api.js'
import { hold, holdBest, holdInSocket, order, pay, release, releaseInSocket } from './buyer.js'
import { wrong } from './errors.js'
import { EventSocket } from './event-socket.js'
import { SOLD } from './seat-map.js'
import { sleep } from './time.js'

// Of a hundred visitors with seats in the cart; the others order.
const LEAVE_WITH_HOLDS = 10
const GIVE_BACK = 15
// Of a hundred orders.
const WALK_AWAY = 5
const CARDS = [
  [12, ['card_declined', 'card_ok']],
  [17, ['card_declined', 'card_declined', 'card_declined']],
  [30, ['card_slow']],
  [100, ['card_ok']],
]
const MOST_SEATS = 4
const ATTEMPTS = 4
const SOLD_ON_MAP_MS = 5000

// How visits ended, and what was sold.
const WELL = ['bought', 'card_declined', 'walked_away', 'gave_back', 'left_with_holds', 'nothing_found']
const BADLY = ['no_order', 'no_socket', 'wrong']
const ends = Object.fromEntries([...WELL, ...BADLY].map((how) => [how, new Counter(`visits_${how}`)]))
const sold = new Counter('seats_sold')
const confirmed = new Counter('orders_confirmed')

// `state` is what `setup` returned. The confirmed order, if there is one.
export async function shop(state, base, person) {
  await browse(base, state.event)
  const socket = new EventSocket(base, state.event)
  try {
    const ready = await socket.ready()
    if (!ready) wrong(`${base}: a socket got no map but ${socket.frames} frames, state ${socket.socket.readyState}`)
    if (!ready || !(await socket.signIn(person))) return end('no_socket')
    return await buy(state, socket, person)
  } finally {
    socket.close()
  }
}

async function browse(base, event) {
  await ask('GET', base, 'events?status=on_sale&limit=20', { name: 'events' })
  await think(200, 800)
  await ask('GET', base, `events/${event}`, { name: 'events/{id}' })
  await ask('GET', base, `events/${event}/plan`, { name: 'events/{id}/plan', unread: true })
}

async function buy(state, socket, person) {
  const seats = await fillCart(state, socket, person)
  if (!seats) return end('nothing_found')
  await think(300, 1500)
  const mind = lot()
  if (mind < LEAVE_WITH_HOLDS) return end('left_with_holds')
  if (mind < GIVE_BACK) return giveBack(state, socket, person, seats)
  const placed = await order(socket.base, person, state.event, seats)
  if (!placed) return end('no_order')
  await think(300, 1500)
  if (lot() < WALK_AWAY) return end('walked_away')
  const drawn = lot()
  const [, cards] = CARDS.find(([below]) => drawn < below)
  const paid = await pay(socket.base, person, placed, cards)
  return settle(state, socket, seats, paid, cards.includes('card_slow') || cards.includes('card_ok'))
}

// One to four seats: the best ones, or hand-picked on the map, in the socket or over HTTP. Whoever is too late looks again.
async function fillCart(state, socket, person) {
  const wish = 1 + Math.floor(Math.random() * MOST_SEATS)
  for (let attempt = 0; attempt < ATTEMPTS; attempt += 1) {
    const way = lot()
    const first = Math.floor(Math.random() * state.seats.length)
    const picked = socket.map ? socket.map.freeFrom(first, wish).map((ordinal) => state.seats[ordinal]) : []
    let seats = null
    if (way < 40) seats = await holdBest(socket.base, person, state.event, wish)
    else if (picked.length === 0) return null
    else if (way < 70) seats = await holdInSocket(socket, picked)
    else seats = await hold(socket.base, person, state.event, picked)
    if (seats) return seats
    await think(50, 400)
  }
  return null
}

async function giveBack(state, socket, person, seats) {
  if (lot() < 50) await releaseInSocket(socket, seats)
  else await release(socket.base, person, state.event, seats)
  return end('gave_back')
}

// Compares what the server promised with what it shows.
async function settle(state, socket, seats, paid, cardIsGood) {
  const status = paid ? paid.status : 'unknown'
  if (status !== (cardIsGood ? 'confirmed' : 'failed')) {
    wrong(`an order with ${cardIsGood ? 'a good card' : 'three bad cards'} is ${status}`)
    return end('wrong')
  }
  if (status === 'failed') return end('card_declined')
  const ticketed = (paid.tickets || []).map(({ seat }) => seat).sort()
  if (ticketed.join() !== [...seats].sort().join()) wrong(`tickets for ${ticketed}, not for ${seats}`)
  const ordinals = seats.map((seat) => state.seats.indexOf(seat))
  const shown = () => socket.map !== undefined && ordinals.every((ordinal) => socket.map.get(ordinal) === SOLD)
  if (!(await socket.until(shown, SOLD_ON_MAP_MS))) wrong(`${seats} are bought, and not sold on the map`)
  confirmed.add(1)
  sold.add(seats.length)
  end('bought')
  return paid
}

function end(how) {
  ends[how].add(1)
  return null
}

function lot() {
  return Math.random() * 100
}

function think(fromMs, toMs) {
  return sleep(fromMs + Math.random() * (toMs - fromMs))
}
