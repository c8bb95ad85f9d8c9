// Accounts of buyers. Their names are the same in every run, so that a second scenario against the same servers finds them
// and only signs in: hashing a password is the dearest thing that a server does for one request.
//
// Must never be given a real person's address: the names are in a domain that cannot exist.

import { ask, askPatiently } from './api.js'
import { server } from './settings.js'

const PASSWORD = 'front-row-load'
// Hashing is the server's work, two at a time by default; more requests at once only wait.
const AT_ONCE = 4
const BEFORE_THE_END_MS = 60_000

// That many sessions: `{email, password, token, expires_at_ms}`, for `setup`.
export async function accounts(count) {
  const all = []
  for (let first = 0; first < count; first += AT_ONCE) {
    const numbers = Array.from({ length: Math.min(AT_ONCE, count - first) }, (_, offset) => first + offset)
    all.push(...(await Promise.all(numbers.map(enter))))
  }
  return all
}

export async function signIn(base, { email, password }) {
  const reply = await askPatiently('POST', base, 'auth/login', { body: { email, password } })
  if (reply.status !== 200) throw new Error(`cannot sign in as ${email}: ${reply.status}`)
  return session(email, password, reply.body)
}

// A token that is still good for a while. What it learns stays in this VU's copy of the session.
export async function tokenOf(person) {
  if (Date.now() > person.expires_at_ms - BEFORE_THE_END_MS) {
    Object.assign(person, await signIn(server(0), person))
  }
  return person.token
}

// A ticket for one socket. It works at every server, whichever gave it out.
export async function socketTicket(base, person) {
  const reply = await ask('POST', base, 'auth/ws-ticket', { token: await tokenOf(person), expect: [201] })
  return reply.body?.ticket
}

async function enter(number) {
  const [base, email] = [server(number), `k6-${number}@frontrow.test`]
  const body = { email, password: PASSWORD, name: `Buyer ${number}` }
  const reply = await askPatiently('POST', base, 'auth/register', { body, expect: [201, 409] })
  if (reply.status === 201) return session(email, PASSWORD, reply.body)
  return signIn(base, { email, password: PASSWORD })
}

function session(email, password, grant) {
  return { email, password, token: grant.access_token, expires_at_ms: Date.now() + grant.expires_in * 1000 }
}
