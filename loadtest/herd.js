// Scenario `herd`: everybody clicks one seat. All sockets are signed in and send `hold` for the same seat at the same moment;
// the winner gives it back, half of the times in the socket and half over HTTP, and all turn to the next seat.
//
// It proves that a seat has one holder however many want it at once: exactly one winner in every round, every loser is told
// `seat_taken` with that seat, and sees it held in its own map.
//
// The sockets are shared out among VUs, each with an event loop of its own, so that the commands do arrive together. VUs
// share nothing but the clock: rounds are moments that `setup` has fixed, and the winners of a round are counted by k6.
//
// Must never let one account have two sockets: a seat that I hold already is held again without a loser.
//
// Environment: SOCKETS, ROUNDS, ROUND_MS, and lib/settings.js.

import { Counter, Trend } from 'k6/metrics'
import exec from 'k6/execution'
import { accounts } from './lib/accounts.js'
import { release, releaseInSocket } from './lib/buyer.js'
import { NO_ERRORS, guarded, wrong } from './lib/errors.js'
import { EventSocket, IN_ORDER } from './lib/event-socket.js'
import { openHall } from './lib/hall.js'
import { AVAILABLE, HELD } from './lib/seat-map.js'
import { number, server } from './lib/settings.js'
import { COMMON, summaryOf } from './lib/summary.js'
import { sleepUntil } from './lib/time.js'

const SOCKETS = number('SOCKETS', 100)
const ROUNDS = number('ROUNDS', 10)
const ROUND_MS = number('ROUND_MS', 2000)
const PER_VU = 25
const VUS = Math.ceil(SOCKETS / PER_VU)
// Everybody connects and signs in before the first round; 50 ms each is a debug build's pace.
const CONNECT_MS = 3000 + 50 * SOCKETS
// The part of a round after which its winner gives the seat back; by then all losers must have seen it held.
const HELD_FOR_MS = ROUND_MS * 0.6
const LOSERS = ROUNDS * (SOCKETS - 1)

const winners = new Counter('round_winners')
const losersTold = new Counter('losers_told')
const losersSaw = new Counter('losers_saw_it_held')
const allSawFree = new Counter('saw_it_free_again')
const answerMs = new Trend('answer_ms', true)
const seenMs = new Trend('click_to_seen_held_ms', true)

const everyRound = Array.from({ length: ROUNDS }, (_, round) => [`round_winners{round:${round}}`, ['count==1']])

export const options = {
  ...COMMON,
  scenarios: {
    herd: { executor: 'per-vu-iterations', vus: VUS, iterations: 1, maxDuration: '30m' },
  },
  thresholds: {
    ...NO_ERRORS,
    ...IN_ORDER,
    ...Object.fromEntries(everyRound),
    losers_told: [`count==${LOSERS}`],
    losers_saw_it_held: [`count==${LOSERS}`],
    saw_it_free_again: [`count==${ROUNDS * SOCKETS}`],
    answer_ms: ['p(95)<1000'],
    click_to_seen_held_ms: ['p(95)<1000'],
  },
}
export const handleSummary = summaryOf('herd')

export async function setup() {
  const buyers = await accounts(SOCKETS)
  const { event, seats } = await openHall({ hold_ttl_s: 600 })
  return { event, seats, buyers, first_at_ms: Date.now() + CONNECT_MS }
}

export default guarded(async (state) => {
  const first = (exec.vu.idInTest - 1) * PER_VU
  const mine = state.buyers.slice(first, first + PER_VU)
  await Promise.all(mine.map((buyer, index) => guarded(clicker)(state, buyer, first + index)))
})

// One buyer through all rounds.
async function clicker(state, buyer, index) {
  const socket = new EventSocket(server(index), state.event)
  if (!(await socket.ready()) || !(await socket.signIn(buyer))) wrong(`socket ${index} was not ready`)
  if (Date.now() > state.first_at_ms) wrong('connecting took longer than the first round waited')
  for (let round = 0; round < ROUNDS; round += 1) {
    const at = state.first_at_ms + round * ROUND_MS
    await sleepUntil(at)
    await click(state, socket, buyer, round, at)
    await sleepUntil(at + ROUND_MS)
  }
  socket.close()
}

async function click(state, socket, buyer, round, at) {
  const ordinal = round % state.seats.length
  const seats = [state.seats[ordinal]]
  const sent = Date.now()
  const seen = socket.until(() => stateOf(socket, ordinal) === HELD, HELD_FOR_MS)
  const reply = await socket.command('hold', { seats })
  answerMs.add(Date.now() - sent)
  const sawIt = (await seen) && Date.now() - sent
  if (sawIt !== false) seenMs.add(sawIt)
  if (reply?.ok) await win(state, socket, buyer, seats, round, at)
  else lose(reply, seats, sawIt)
  if (await socket.until(() => stateOf(socket, ordinal) === AVAILABLE, ROUND_MS)) allSawFree.add(1)
}

async function win(state, socket, buyer, seats, round, at) {
  winners.add(1, { round: String(round) })
  await sleepUntil(at + HELD_FOR_MS)
  if (round % 2 === 0) await releaseInSocket(socket, seats)
  else await release(socket.base, buyer, state.event, seats)
}

function lose(reply, seats, sawIt) {
  const told = reply && reply.code === 'seat_taken' && JSON.stringify(reply.seats) === JSON.stringify(seats)
  if (told) losersTold.add(1)
  else wrong(`neither held nor taken: ${JSON.stringify(reply)}`)
  if (sawIt !== false) losersSaw.add(1)
}

function stateOf(socket, ordinal) {
  return socket.map?.get(ordinal)
}
