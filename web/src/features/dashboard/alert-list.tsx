// What somebody should look at now. Its place is always there, so that an alarm moves nothing but
// itself. Never frozen by a pause.
import { useSyncExternalStore } from "react";
import type { AdminAlert } from "../../lib/admin-live/admin-frames";
import { useDesk } from "./dashboard-context";
import { Mark } from "./marks";

const TITLES: Record<string, string> = {
  oversold: "Oversold",
  engine_down: "An engine is down",
  stale: "The map may be old",
  provider_down: "Payments are down",
  expiry_late: "Holds end late",
  drift: "Seats differed",
  outbox_lag: "The log lags behind",
  fanout_slow: "Updates are slow",
};

export function AlertList() {
  const alerts = useAlerts();
  const critical = alerts.filter(({ level }) => level === "critical");
  const warnings = alerts.filter(({ level }) => level !== "critical");
  return (
    <section aria-label="Alerts" className="min-h-9 space-y-2">
      <div role="alert" className="space-y-2 empty:hidden">
        {critical.map((alert) => (
          <AlertLine key={alert.code} alert={alert} />
        ))}
      </div>
      {warnings.map((alert) => (
        <AlertLine key={alert.code} alert={alert} />
      ))}
      {alerts.length === 0 && (
        <p className="flex min-h-9 items-center gap-2 rounded-xl border border-line px-3 text-xs text-muted">
          <Mark name="good" className="text-accent" />
          No alerts
        </p>
      )}
    </section>
  );
}

/** The same list until an alert comes, goes or changes its words: new ones come every second. */
function useAlerts(): readonly AdminAlert[] {
  const { store } = useDesk().live;
  const text = useSyncExternalStore(store.subscribe, () =>
    JSON.stringify(store.latest().stats?.alerts ?? []),
  );
  return JSON.parse(text) as AdminAlert[];
}

function AlertLine({ alert: { code, level, text } }: { alert: AdminAlert }) {
  const isCritical = level === "critical";
  const look =
    code === "oversold"
      ? "border-danger bg-danger py-3 text-base text-surface [--mark-ground:var(--color-danger)]"
      : isCritical
        ? "border-danger bg-danger-soft py-1.5 text-sm"
        : "border-warning bg-warning-soft py-1.5 text-sm";
  const markColor = code === "oversold" ? "" : isCritical ? "text-danger" : "text-warning";
  return (
    <p
      data-testid={`alert-${code}`}
      className={`flex min-h-9 items-center gap-2 rounded-xl border px-3 ${look}`}
    >
      <Mark name={isCritical ? "alarm" : "warning"} className={markColor} />
      <span>
        <strong>
          {isCritical ? "Critical" : "Warning"}: {TITLES[code] ?? code}.
        </strong>{" "}
        {text}
      </span>
    </p>
  );
}
