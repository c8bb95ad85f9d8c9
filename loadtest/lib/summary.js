// What a scenario leaves behind: a summary for the terminal, the same numbers as JSON, and as a page that needs nothing else.
//
// Must never write a token: `setup` hands sessions to the scenario, so of its data only the event's id is kept.
//
// FRONTROW_REPORT is the path of both files without their endings; without it there is only the terminal.

import { page, values } from './summary-page.js'

// Spread into every scenario's options, so that all summaries have the same columns.
export const COMMON = { summaryTrendStats: ['count', 'min', 'med', 'p(95)', 'p(99)', 'max'], setupTimeout: '10m' }
// k6's own view of requests and iterations, which the scenarios' metrics name better.
const BORING = [
  /^http_req_(blocked|connecting|sending|receiving|tls_handshaking|waiting)/,
  /^(data_|vus|iteration_duration|ws_session_duration|group_)/,
  /[{]expected_response:/,
]

export function summaryOf(scenario) {
  return (data) => {
    const report = condense(scenario, data)
    const files = { stdout: text(report) }
    const path = __ENV.FRONTROW_REPORT
    if (path) {
      files[`${path}.json`] = JSON.stringify(report, null, 2)
      files[`${path}.html`] = page(report)
    }
    return files
  }
}

// One list of thresholds and one of metrics, from k6's nested data.
function condense(scenario, data) {
  const thresholds = []
  const metrics = {}
  for (const name of Object.keys(data.metrics).sort()) {
    const metric = data.metrics[name]
    for (const [rule, { ok }] of Object.entries(metric.thresholds || {})) thresholds.push({ metric: name, rule, ok })
    if (BORING.some((pattern) => pattern.test(name))) continue
    metrics[name] = { type: metric.type, time: metric.contains === 'time', ...metric.values }
  }
  return {
    scenario,
    event: data.setup_data?.event,
    ok: thresholds.every(({ ok }) => ok),
    seconds: Math.round(data.state.testRunDurationMs / 1000),
    thresholds,
    metrics,
  }
}

function text({ scenario, seconds, thresholds, metrics, ok }) {
  const lines = [`${scenario}: ${seconds} s with setup`]
  for (const name of Object.keys(metrics)) {
    lines.push(`  ${name.padEnd(34)} ${values(metrics[name])}`)
  }
  const failed = thresholds.filter((threshold) => !threshold.ok)
  for (const { metric, rule } of failed) lines.push(`  FAILED  ${metric}: ${rule} (${values(metrics[metric] || {})})`)
  lines.push(`${thresholds.length - failed.length} of ${thresholds.length} thresholds held${ok ? '' : ': FAILED'}`)
  return `${lines.join('\n')}\n`
}
