// Scenario `on-sale`: the sale opens and people arrive, more and more of them, whether or not the server keeps up with those
// who are there (an arrival rate, not a number of users). They browse, hold one to four seats, leave, give back, order and
// pay with good, declined and slow cards: see lib/shopper.js.
//
// It proves that nothing but the named refusals happens under that mixture, and how long holds and orders take meanwhile.
// That nobody owns a seat twice is checked afterwards by `frontrow-load check`, from the server's own books.
//
// Environment: RATE (arrivals a second at the peak), SECONDS, and lib/settings.js.

import { Counter } from 'k6/metrics'
import exec from 'k6/execution'
import { accounts } from './lib/accounts.js'
import { NO_ERRORS, guarded } from './lib/errors.js'
import { IN_ORDER } from './lib/event-socket.js'
import { openHall } from './lib/hall.js'
import { number, server } from './lib/settings.js'
import { shop } from './lib/shopper.js'
import { COMMON, summaryOf } from './lib/summary.js'

const RATE = number('RATE', 5)
const SECONDS = number('SECONDS', 60)
const RULES = { hold_ttl_s: 20, payment_window_s: 15, max_seats_per_user: 50 }
// A visit lasts some three seconds, with a slow card seven; on a server that is slow, longer. Beyond this many people at
// once arrivals are dropped, and the run was not what it says: a threshold.
const MOST_AT_ONCE = Math.ceil(RATE * 25)
// An account is used again only when the holds of whoever had it before have lapsed.
const ACCOUNTS = Math.ceil(RATE * Math.min(SECONDS, RULES.hold_ttl_s + 40))

const done = new Counter('visits_to_the_end')

export const options = {
  ...COMMON,
  scenarios: {
    arrivals: {
      executor: 'ramping-arrival-rate',
      startRate: 0,
      timeUnit: '10s',
      preAllocatedVUs: Math.ceil(RATE * 6),
      maxVUs: MOST_AT_ONCE,
      gracefulStop: '60s',
      stages: [
        { target: RATE * 10, duration: `${0.3 * SECONDS}s` },
        { target: RATE * 10, duration: `${0.5 * SECONDS}s` },
        { target: 0, duration: `${0.2 * SECONDS}s` },
      ],
    },
  },
  thresholds: {
    ...NO_ERRORS,
    ...IN_ORDER,
    http_req_failed: ['rate==0'],
    dropped_iterations: ['count==0'],
    visits_to_the_end: ['count>0'],
    seats_sold: ['count>0'],
    hold_ms: ['p(95)<500', 'p(99)<1500'],
    order_ms: ['p(95)<1000', 'p(99)<2500'],
  },
}
export const handleSummary = summaryOf('on-sale')

export async function setup() {
  const buyers = await accounts(ACCOUNTS)
  const { event, seats } = await openHall(RULES)
  return { event, seats, buyers }
}

export default guarded(async (state) => {
  const arrival = exec.scenario.iterationInTest
  await shop(state, server(arrival), state.buyers[arrival % ACCOUNTS])
  done.add(1)
})
