// Waiting. Every timer of the scenarios is made here, because k6 1.1 sometimes fires one too early: with many of them in a
// VU, some cleared, a timer can be run at the time of another. One that is early is set again.
//
// Must never leave a timer behind: an iteration lasts until its last timer is gone.

// Runs something once after that time; what is returned cancels it.
export function after(ms, work) {
  const due = Date.now() + ms
  let timer
  const fire = () => {
    const left = due - Date.now()
    if (left > 0) timer = setTimeout(fire, left)
    else work()
  }
  timer = setTimeout(fire, ms)
  return () => clearTimeout(timer)
}

export function sleep(ms) {
  return new Promise((resolve) => after(Math.max(0, ms), resolve))
}

// Until a moment that all VUs agree on: they share the clock of one process, and nothing else.
export function sleepUntil(time) {
  return sleep(time - Date.now())
}
