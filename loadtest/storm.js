// Scenario `storm`: many sockets watch, then all are cut in one moment and come back in one moment, while seats go on
// changing. As after a broken line, each tells the server its epoch and seq and wants what it missed.
//
// It proves that a crowd that returns at once is up to date soon: a socket counts as in sync with the first beacon whose seq
// and hash are those of its own map, the map that it had before the cut and that was only told the difference.
//
// Whoever does not get in at once tries again after a growing, random pause, as PROTOCOL.md (C8) asks; the time goes on.
//
// Must never count a socket that was in sync by accident: changes between cut and return are a threshold of their own.
//
// Environment: SOCKETS, ROUNDS, CHANGES_PER_S, and lib/settings.js.

import { Counter, Trend } from 'k6/metrics'
import exec from 'k6/execution'
import { accounts } from './lib/accounts.js'
import { hold, release } from './lib/buyer.js'
import { NO_ERRORS, guarded, wrong } from './lib/errors.js'
import { EventSocket, IN_ORDER } from './lib/event-socket.js'
import { openHall } from './lib/hall.js'
import { number, server } from './lib/settings.js'
import { COMMON, summaryOf } from './lib/summary.js'
import { sleep, sleepUntil } from './lib/time.js'

const SOCKETS = number('SOCKETS', 500)
const ROUNDS = number('ROUNDS', 1)
const CHANGES_PER_S = number('CHANGES_PER_S', 10)
const PER_VU = 50
const VUS = Math.ceil(SOCKETS / PER_VU)
// Everybody is in before the first cut; 10 ms each is a debug build's pace.
const CONNECT_MS = 4000 + 10 * SOCKETS
// From the cut to the return. Long enough for changes to happen, short enough for the server to still have their deltas.
const AWAY_MS = 1500
// Later is never: the last threshold is 30 s.
const GIVE_UP_MS = 35_000
const ROUND_MS = AWAY_MS + GIVE_UP_MS
const FIRST_PAUSE_MS = 200
const LONGEST_PAUSE_MS = 5000
// Holds and releases of one buyer each, far below the limit of an account.
const CHANGERS = Math.ceil(CHANGES_PER_S / 10)

const connected = new Counter('sockets_connected')
const inSync = new Counter('sockets_back_in_sync')
const inSyncMs = new Trend('back_in_sync_ms', true)
const attempts = new Counter('attempts_to_come_back')
const resumed = new Counter('resumed_by_deltas')
const missedMeanwhile = new Counter('deltas_missed_while_away')
const changes = new Counter('changes')

export const options = {
  ...COMMON,
  scenarios: {
    sockets: { executor: 'per-vu-iterations', vus: VUS, iterations: 1, maxDuration: '30m' },
    changes: { executor: 'per-vu-iterations', vus: CHANGERS, iterations: 1, maxDuration: '30m', exec: 'changer' },
  },
  thresholds: {
    ...NO_ERRORS,
    ...IN_ORDER,
    sockets_connected: [`count==${SOCKETS}`],
    sockets_back_in_sync: [`count==${SOCKETS * ROUNDS}`],
    back_in_sync_ms: ['p(95)<10000', 'max<30000'],
    deltas_missed_while_away: ['count>0'],
    changes: ['count>0'],
  },
}
export const handleSummary = summaryOf('storm')

export async function setup() {
  const buyers = await accounts(CHANGERS)
  const { event, seats } = await openHall({ hold_ttl_s: 600 })
  return { event, seats, buyers, first_cut_at_ms: Date.now() + CONNECT_MS }
}

export default guarded(async (state) => {
  const vu = exec.scenario.iterationInTest
  const count = Math.min(PER_VU, SOCKETS - vu * PER_VU)
  const indices = Array.from({ length: count }, (_, offset) => vu * PER_VU + offset)
  await Promise.all(indices.map((index) => guarded(watcher)(state, index)))
})

async function watcher(state, index) {
  let socket = new EventSocket(server(index), state.event)
  if (!(await socket.ready(CONNECT_MS))) return
  connected.add(1)
  for (let round = 0; round < ROUNDS; round += 1) {
    const cutAt = state.first_cut_at_ms + round * ROUND_MS
    if (Date.now() > cutAt) wrong('a socket was not ready for the cut')
    await sleepUntil(cutAt)
    socket.close()
    await sleepUntil(cutAt + AWAY_MS)
    socket = await comeBack(state, socket, index)
    if (!socket) return
  }
  socket.close()
}

// The new socket, once a beacon said that its map is right; undefined if that never happened.
async function comeBack(state, lost, index) {
  const began = Date.now()
  let pause = FIRST_PAUSE_MS
  for (let known = lost; Date.now() < began + GIVE_UP_MS; pause = Math.min(2 * pause, LONGEST_PAUSE_MS)) {
    attempts.add(1)
    let right = false
    const onBeacon = (same) => {
      right = same
    }
    const socket = new EventSocket(server(index), state.event, { resume: known, onBeacon, onEnd: () => {} })
    if (await socket.until(() => right, began + GIVE_UP_MS - Date.now())) {
      inSyncMs.add(Date.now() - began)
      inSync.add(1)
      if (socket.snapshots === 0) resumed.add(1)
      missedMeanwhile.add(socket.seq - lost.seq)
      return socket
    }
    socket.close()
    // What the attempt has learnt is kept: its map was right as far as it went.
    if (socket.map) known = socket
    await sleep(pause * (0.5 + Math.random()))
  }
  wrong(`socket ${index} did not come back in sync`)
  return undefined
}

// Holds and releases one seat after the other until the last socket must be back; VUs cannot tell each other that it is.
export const changer = guarded(async (state) => {
  const vu = exec.scenario.iterationInTest
  const end = state.first_cut_at_ms + (ROUNDS - 1) * ROUND_MS + AWAY_MS + GIVE_UP_MS
  const pause = (2000 * CHANGERS) / CHANGES_PER_S
  for (let seat = vu; Date.now() < end; seat = (seat + CHANGERS) % state.seats.length) {
    const began = Date.now()
    const held = await hold(server(vu), state.buyers[vu], state.event, [state.seats[seat]])
    await sleep(pause / 2)
    if (held && (await release(server(vu), state.buyers[vu], state.event, held))) changes.add(2)
    await sleep(pause - (Date.now() - began))
  }
})
