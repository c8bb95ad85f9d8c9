// The event of a run: a hall of its own, from the demo's plan, so that what is counted afterwards is this run's doing and
// nobody's demo is sold out. For `setup`.
//
// Must never touch an event that it did not create. The event stays when the run is over: its books are compared then.

import { SharedArray } from 'k6/data'
import { ask, newKey } from './api.js'
import { signIn } from './accounts.js'
import { ADMIN, SERVERS, server } from './settings.js'
import { sleep } from './time.js'

// Opened once for all VUs, of which only `setup` reads it.
const PLAN = new SharedArray('plan', () => [open(import.meta.resolve('../../shared/plans/riethsporthalle.json'))])
const FIRST_PRICE = 2500
const PRICE_STEP = 750
const GENERATION_MS = 60_000
const LOOK_EVERY_MS = 200

// Creates an event that is on sale at every server: `{event, seats, admin}`, seats by ordinal. `rules` are fields of
// `POST events`.
export async function openHall(rules) {
  const admin = await signIn(server(0), ADMIN)
  const plan = JSON.parse(PLAN[0])
  const prices = Object.fromEntries(plan.categories.map(({ name }, index) => [name, FIRST_PRICE + index * PRICE_STEP]))
  const body = {
    name: `Load ${newKey().slice(0, 8)}`,
    venue: 'Nowhere',
    starts_at: '2030-06-12T18:00:00Z',
    currency: 'EUR',
    on_sale: true,
    plan,
    prices,
    ...rules,
  }
  const created = await ask('POST', server(0), 'events', { token: admin.token, body, key: newKey(), expect: [202] })
  if (created.status !== 202) throw new Error(`no event was created: ${created.status}`)
  const event = created.body.id
  for (const base of SERVERS) await untilOnSale(base, event)
  return { event, seats: await seatsOf(event), admin }
}

// The names of an event's seats, by ordinal.
export async function seatsOf(event) {
  const plan = await ask('GET', server(0), `events/${event}/plan`, { name: 'events/{id}/plan' })
  if (plan.status !== 200) throw new Error(`the event has no plan: ${plan.status}`)
  return plan.body.seats.map(({ seat }) => seat)
}

// Before a server has heard that it is on sale there is no such event.
async function untilOnSale(base, event) {
  const until = Date.now() + GENERATION_MS
  for (;;) {
    const found = await ask('GET', base, `events/${event}`, { name: 'events/{id}', expect: [200, 404] })
    if (found.status === 200 && found.body.status === 'on_sale') return
    if (Date.now() > until) throw new Error(`${base} does not have the event on sale: ${found.status}`)
    await sleep(LOOK_EVERY_MS)
  }
}
