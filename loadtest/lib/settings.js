// Where the servers are, who may sign in and how large the run is: everything that comes from the environment, which
// `cargo xtask load` sets.
//
// Must never hold a default that would load somebody else's server: without an address it is this machine's own.
//
// FRONTROW_URL: one address or several with commas between them. FRONTROW_ADMIN_EMAIL, FRONTROW_ADMIN_PASSWORD: who creates
// the run's event. FRONTROW_BUYERS: `EMAIL:PASSWORD,...`, of which `watch` uses the first.

export const SERVERS = (__ENV.FRONTROW_URL || 'http://127.0.0.1:8080').split(',').map((url) => url.replace(/\/$/, ''))
export const ADMIN = { email: __ENV.FRONTROW_ADMIN_EMAIL, password: __ENV.FRONTROW_ADMIN_PASSWORD }
export const BUYER = account((__ENV.FRONTROW_BUYERS || '').split(',')[0])

// Of several servers everybody uses one, in turn: no scenario knows which of them has what.
export function server(index) {
  return SERVERS[index % SERVERS.length]
}

// A size of the run, as a whole or broken number.
export function number(name, fallback) {
  const value = Number(__ENV[name] || fallback)
  if (!(value > 0)) throw new Error(`${name} must be a number above 0, not ${__ENV[name]}`)
  return value
}

function account(text) {
  const at = text.indexOf(':')
  return { email: text.slice(0, at), password: text.slice(at + 1) }
}
