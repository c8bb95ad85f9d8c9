// Requests to `/api/v1`. An answer that the caller did not name is an error of the run, wherever it comes from: scenarios
// say what may happen, and everything else fails the threshold.
//
// Never blocks: several sockets live in one VU, and k6's plain `http.get` would stop them all for as long as it takes.

import http from 'k6/http'
import { wrong } from './errors.js'
import { sleep } from './time.js'

// Asks once. `options`: `token`, `body`, `key` (an Idempotency-Key), `expect` (the statuses that may come), `name` (the
// route, so that k6 counts all events and orders as one), `unread` (the body is not wanted).
export async function ask(method, base, path, options = {}) {
  const expect = options.expect || [200]
  const params = {
    headers: headers(options),
    tags: { name: `${method} ${options.name || path}` },
    responseCallback: http.expectedStatuses(...expect),
    responseType: options.unread ? 'none' : 'text',
    timeout: '20s',
  }
  const body = options.body === undefined ? null : JSON.stringify(options.body)
  const response = await http.asyncRequest(method, `${base}/api/v1/${path}`, body, params)
  if (!expect.includes(response.status)) {
    wrong(`${method} ${path}: ${response.status} ${response.error || ''} ${response.body || ''}`.slice(0, 300))
  }
  return {
    status: response.status,
    body: json(response.body),
    ms: response.timings.duration,
    retryAfter: response.headers['Retry-After'],
  }
}

// Asks until it is not told to wait: registering and signing in are limited per address, except where the server trusts it.
export async function askPatiently(method, base, path, options) {
  for (;;) {
    const reply = await ask(method, base, path, { ...options, expect: [...(options.expect || [200]), 429] })
    if (reply.status !== 429) return reply
    await sleep(1000 * Number(reply.retryAfter || 1))
  }
}

export function newKey() {
  return crypto.randomUUID()
}

function headers({ token, body, key }) {
  const all = {}
  if (body !== undefined) all['Content-Type'] = 'application/json'
  if (token) all.Authorization = `Bearer ${token}`
  if (key) all['Idempotency-Key'] = key
  return all
}

// Null where the body is no JSON: an empty 204, or a proxy's page.
function json(text) {
  try {
    return JSON.parse(text)
  } catch {
    return null
  }
}
