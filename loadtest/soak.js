// Scenario `soak`: a small, steady mixture for a long time. Some sockets watch from the beginning to the end, a visitor comes
// every other second (lib/shopper.js), and one prober holds and releases a seat every second and writes down how long it took.
//
// It proves that the last quarter of the time is like the first: holds are not slower, and the server has not grown, if its
// `/metrics` say how large it is (`process_resident_memory_bytes`). Most orders are given back by the organizer, so that a hall
// of any size lasts for any time.
//
// The drifts are computed in the prober, because a k6 threshold cannot compare two metrics. Must never pass for lack of
// samples: that the drift was measured is a threshold as well.
//
// Environment: MINUTES, SOCKETS, RATE (visitors a second), and lib/settings.js.

import http from 'k6/http'
import exec from 'k6/execution'
import { Counter, Gauge, Trend } from 'k6/metrics'
import { accounts, tokenOf } from './lib/accounts.js'
import { ask, newKey } from './lib/api.js'
import { hold, release } from './lib/buyer.js'
import { drift, residentBytes } from './lib/drift.js'
import { NO_ERRORS, guarded, wrong } from './lib/errors.js'
import { EventSocket, IN_ORDER } from './lib/event-socket.js'
import { openHall } from './lib/hall.js'
import { SERVERS, number, server } from './lib/settings.js'
import { shop } from './lib/shopper.js'
import { COMMON, summaryOf } from './lib/summary.js'
import { sleep } from './lib/time.js'

const MINUTES = number('MINUTES', 10)
const SOCKETS = number('SOCKETS', 50)
const RATE = number('RATE', 0.5)
const LENGTH_MS = MINUTES * 60_000
const RULES = { hold_ttl_s: 20, payment_window_s: 15, max_seats_per_user: 50 }
const PROBE_EVERY_MS = 1000
const KEEP_ONE_OF = 10
const MOST_AT_ONCE = Math.ceil(RATE * 25) + 5
// The first one is the prober's; the others are for visitors, none of whom meets the holds of the one before.
const ACCOUNTS = 1 + Math.ceil(RATE * Math.min(LENGTH_MS / 1000, RULES.hold_ttl_s + 40))
// Medians below this are as good as equal: at such speeds the difference is the machine's.
const NOISE_MS = 20
const NOISE_BYTES = 32 * 1024 * 1024

const probeMs = new Trend('probe_hold_ms', true)
const holdDrift = new Gauge('hold_drift')
const memoryDrift = new Gauge('memory_drift')
const memory = new Trend('server_memory_mib')
const measured = new Counter('drifts_measured')
const watched = new Counter('sockets_to_the_end')

const once = { executor: 'per-vu-iterations', vus: 1, iterations: 1, maxDuration: `${MINUTES + 5}m` }

export const options = {
  ...COMMON,
  scenarios: {
    watchers: { ...once, exec: 'watchers' },
    prober: { ...once, exec: 'prober' },
    visitors: {
      executor: 'constant-arrival-rate',
      exec: 'visitor',
      rate: Math.max(1, Math.round(RATE * 60)),
      timeUnit: '1m',
      duration: `${Math.round(LENGTH_MS / 1000)}s`,
      preAllocatedVUs: MOST_AT_ONCE,
      gracefulStop: '60s',
    },
  },
  thresholds: {
    ...NO_ERRORS,
    ...IN_ORDER,
    http_req_failed: ['rate==0'],
    dropped_iterations: ['count==0'],
    seats_sold: ['count>0'],
    sockets_to_the_end: [`count==${SOCKETS}`],
    drifts_measured: ['count==1'],
    hold_drift: ['value<1.5'],
    memory_drift: ['value<1.25'],
    hold_ms: ['p(95)<500'],
    order_ms: ['p(95)<1000'],
    fan_out_ms: ['p(95)<300'],
  },
}
export const handleSummary = (data) => {
  // k6 says 0 of a gauge that nobody set, and "held" of its threshold: what was not measured is not in the summary.
  if (!data.metrics.server_memory_mib) delete data.metrics.memory_drift
  return summaryOf('soak')(data)
}

export async function setup() {
  const [prober, ...buyers] = await accounts(ACCOUNTS)
  const { event, seats, admin } = await openHall(RULES)
  return { event, seats, admin, prober, buyers, end_at_ms: Date.now() + LENGTH_MS }
}

export const watchers = guarded(async (state) => {
  const sockets = Array.from({ length: SOCKETS }, (_, index) => new EventSocket(server(index), state.event))
  await sleep(state.end_at_ms - Date.now())
  for (const socket of sockets) {
    if (socket.map !== undefined && !socket.closed) watched.add(1)
    socket.close()
  }
})

export const visitor = guarded(async (state) => {
  const arrival = exec.scenario.iterationInTest
  const base = server(arrival)
  const bought = await shop(state, base, state.buyers[arrival % state.buyers.length])
  if (bought && arrival % KEEP_ONE_OF !== 0) await refund(state, base, bought)
})

export const prober = guarded(async (state) => {
  const [times, sizes] = [[], SERVERS.map(() => [])]
  for (let probe = 0; Date.now() < state.end_at_ms; probe += 1) {
    const began = Date.now()
    const base = server(probe)
    const seats = await hold(base, state.prober, state.event, [state.seats[probe % state.seats.length]])
    const took = Date.now() - began
    if (seats) {
      times.push(took)
      probeMs.add(took)
      await release(base, state.prober, state.event, seats)
    }
    if (probe % 2 === 0) await weigh(sizes)
    await sleep(PROBE_EVERY_MS - (Date.now() - began))
  }
  judge(times, sizes)
})

// How large every server is, if it says so.
async function weigh(sizes) {
  for (const [index, base] of SERVERS.entries()) {
    const reply = await http.asyncRequest('GET', `${base}/metrics`, null, { tags: { name: 'GET /metrics' } })
    const bytes = residentBytes(reply.body || '')
    if (bytes === null) continue
    sizes[index].push(bytes)
    memory.add(bytes / 1024 / 1024)
  }
}

function judge(times, sizes) {
  const ofHolds = drift(times, NOISE_MS)
  if (ofHolds === null) wrong(`${times.length} probes are too few for quarters`)
  else {
    holdDrift.add(ofHolds)
    measured.add(1)
  }
  const ofMemory = sizes.map((bytes) => drift(bytes, NOISE_BYTES)).filter((ratio) => ratio !== null)
  if (ofMemory.length > 0) memoryDrift.add(Math.max(...ofMemory))
  else console.warn('/metrics has no process_resident_memory_bytes, or too few: the memory was not looked at')
}

// The organizer gives an order back; its seats are free for the next visitor.
async function refund(state, base, bought) {
  const body = { reason: 'a load test' }
  const options = { token: await tokenOf(state.admin), body, key: newKey(), name: 'orders/{id}/refund' }
  await ask('POST', base, `orders/${bought.id}/refund`, options)
}
