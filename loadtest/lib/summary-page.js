// The summary as one HTML page without any file beside it: thresholds first, then every metric, latencies with a bar each.
//
// Must never show a text unescaped: names of metrics may hold whatever a scenario measured.

// Of a rate, `passes` are the requests that did fail: `http_req_failed` asks whether they did.
const ORDER = ['count', 'rate', 'passes', 'fails', 'value', 'min', 'med', 'p(95)', 'p(99)', 'max']
const STYLE = `
:root { color-scheme: light dark; font: 16px/1.5 system-ui, sans-serif }
body { max-width: 60rem; margin: 2rem auto; padding: 0 1rem }
table { border-collapse: collapse; width: 100% }
caption { text-align: left; font-weight: 600; padding: 1rem 0 .25rem }
th, td { text-align: left; padding: .25rem .75rem .25rem 0; border-bottom: 1px solid #8886; vertical-align: top }
td { font-variant-numeric: tabular-nums }
td:not(:last-child) { white-space: nowrap }
td:last-child { min-width: 14rem }
div { overflow-x: auto }
.failed { font-weight: 700 }
svg { width: 100%; min-width: 8rem; height: 1rem }
`

export function page(report) {
  const verdict = report.ok ? 'all thresholds held' : 'FAILED'
  return `<!doctype html>
<html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>${escaped(report.scenario)}: ${verdict}</title><style>${STYLE}</style>
<h1>${escaped(report.scenario)}: ${verdict}</h1>
<p>${report.seconds} s with setup, event ${escaped(report.event || 'unknown')}.</p>
${thresholds(report)}
${latencies(report)}
${others(report)}
</html>
`
}

// A metric's numbers in one line, always in the same order: k6's own is another one every time.
export function values({ type, time, ...numbers }) {
  const shown = type === 'counter' ? ['count'] : ORDER.filter((name) => numbers[name] !== undefined)
  return shown.map((name) => `${name} ${rounded(numbers[name])}${time && name !== 'count' ? ' ms' : ''}`).join(', ')
}

function rounded(value) {
  return Number.isInteger(value) ? value : Number(value.toFixed(value < 1 ? 4 : 2))
}

function thresholds({ thresholds: all, metrics }) {
  const row = ({ metric, rule, ok }) => {
    const cells = [metric, rule, values(metrics[metric] || {})].map((cell) => `<td>${escaped(cell)}</td>`).join('')
    return `<tr${ok ? '' : ' class="failed"'}><td>${ok ? '✓ held' : '✗ failed'}</td>${cells}</tr>`
  }
  const failedFirst = [...all].sort((one, other) => one.ok - other.ok || one.metric.localeCompare(other.metric))
  return table('Thresholds', ['verdict', 'metric', 'must be', 'was'], failedFirst.map(row))
}

// One scale for all bars, so that they can be compared: the dark part ends at p50, the light one at p95, the line at p99.
function latencies({ metrics }) {
  const times = Object.entries(metrics).filter(([, metric]) => metric.time && metric.count > 0)
  const most = Math.max(1, ...times.map(([, metric]) => metric['p(99)']))
  const row = ([name, metric]) => {
    const at = (stat) => ((100 * metric[stat]) / most).toFixed(2)
    const bar = `<svg viewBox="0 0 100 10" preserveAspectRatio="none" aria-hidden="true">
<rect width="${at('p(99)')}" y="4.5" height="1" fill="currentColor"/><rect width="${at('p(95)')}" height="10" fill="#5b8def88"/>
<rect width="${at('med')}" height="10" fill="#2f5fc4"/></svg>`
    return `<tr><td>${escaped(name)}</td><td>${bar}</td><td>${escaped(values(metric))}</td></tr>`
  }
  return table('Latencies', ['metric', 'median, p95, p99', 'milliseconds'], times.map(row))
}

function others({ metrics }) {
  const rest = Object.entries(metrics).filter(([, metric]) => !metric.time)
  const row = ([name, metric]) => `<tr><td>${escaped(name)}</td><td>${escaped(values(metric))}</td></tr>`
  return table('Counts', ['metric', 'values'], rest.map(row))
}

function table(caption, heads, rows) {
  const head = heads.map((text) => `<th scope="col">${text}</th>`).join('')
  const body = `<thead><tr>${head}</tr></thead><tbody>${rows.join('\n')}</tbody>`
  // Wider than a phone: it scrolls by itself, with the keyboard as well.
  return `<div tabindex="0" role="region" aria-label="${caption}"><table><caption>${caption}</caption>${body}</table></div>`
}

function escaped(text) {
  const entities = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' }
  return String(text).replace(/[&<>"]/g, (character) => entities[character])
}
