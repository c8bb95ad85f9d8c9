// Whether something became slower or larger while a run went on.
//
// Must never say "no drift" where there is too little to compare: then the answer is null.

const FEWEST_IN_A_QUARTER = 3

// The median of the last quarter by that of the first; 1 is no change. Both count as at least `noise`.
export function drift(samples, noise) {
  const quarter = Math.floor(samples.length / 4)
  if (quarter < FEWEST_IN_A_QUARTER) return null
  const [first, last] = [samples.slice(0, quarter), samples.slice(-quarter)].map(median)
  return Math.max(last, noise) / Math.max(first, noise)
}

// What Prometheus clients call the memory of a process, from the text of `/metrics`; null if it is not there.
export function residentBytes(text) {
  const line = /^process_resident_memory_bytes(?:\{[^}]*\})? (\S+)/m.exec(text)
  return line ? Number(line[1]) : null
}

function median(samples) {
  return [...samples].sort((one, other) => one - other)[Math.floor(samples.length / 2)]
}
