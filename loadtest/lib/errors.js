// What must not happen, counted in one place: every scenario has the threshold `errors: count==0`.
//
// k6 itself ends a run well however many exceptions its callbacks throw, so whatever runs on its own (an iteration, a
// socket's callback) has to be wrapped in `guarded`.

import { Counter } from 'k6/metrics'

export const NO_ERRORS = { errors: ['count==0'] }

const errors = new Counter('errors')
// A server that is gone would fill the terminal with one sentence; the counter has all of them.
const MOST_LINES = 5
let lines = 0

export function wrong(text) {
  errors.add(1)
  lines += 1
  if (lines <= MOST_LINES) console.error(text)
}

// The same function, whose exceptions are errors of the run.
export function guarded(work) {
  return async (...args) => {
    try {
      return await work(...args)
    } catch (error) {
      wrong(`${error.stack || error}`)
      return undefined
    }
  }
}
