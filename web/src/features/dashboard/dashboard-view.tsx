// The instrument as a whole: where each field has its place. Holds only what somebody chose here; no
// number ever passes through it, so a second's news never renders all of it.
import { useState } from "react";
import { ActionDialog, type SeatOrder } from "./action-dialog";
import { AlertList } from "./alert-list";
import { useSigns } from "./dashboard-context";
import { EventFeed } from "./event-feed";
import { ExpiryForecast } from "./expiry-forecast";
import { FunnelPanel } from "./funnel-panel";
import { PipelinePanel, RealtimePanel } from "./health-panels";
import { HoldsTable } from "./holds-table";
import { InventoryBar } from "./inventory-bar";
import { KpiTiles } from "./kpi-tiles";
import { LiveMap } from "./live-map";
import { RatesChart } from "./rates-chart";
import { SectionsTable } from "./sections-table";
import { SelectionBar } from "./selection-bar";
import { StatusStrip } from "./status-strip";
import { useSelection } from "./use-selection";

// Wider than other pages: all of it is to be seen at once.
const WIDE = "xl:mx-[max(calc(50%-50vw+1.5rem),calc(50%-58rem))]";

export function DashboardView() {
  const [heat, setHeat] = useState(false);
  const [shown, setShown] = useState<{ section: string }>();
  const [order, setOrder] = useState<SeatOrder>();
  const { selected, toggle, add, clear } = useSelection();
  return (
    <div className={`space-y-3 ${WIDE} [&_:focus]:scroll-mt-24`}>
      <StatusStrip />
      <AlertList />
      <Aging>
        <KpiTiles />
        <InventoryBar />
        <div className="grid gap-3 xl:grid-cols-12">
          <div className="flex min-w-0 flex-col xl:col-span-7">
            <LiveMap heat={heat} shown={shown} selected={selected} onToggle={toggle} onAdd={add} />
            <SelectionBar selected={selected} onAct={setOrder} onClear={clear} />
          </div>
          <div className="flex min-w-0 flex-col gap-3 xl:col-span-5">
            <SectionsTable
              heat={heat}
              onHeat={setHeat}
              onShow={(section) => setShown({ section })}
            />
            <ExpiryForecast />
            <FunnelPanel />
          </div>
        </div>
        <div className="grid gap-3 xl:grid-cols-12">
          <div className="min-w-0 xl:col-span-8">
            <HoldsTable selected={selected} onToggle={toggle} onAct={setOrder} />
          </div>
          <div className="min-w-0 xl:col-span-4">
            <EventFeed />
          </div>
        </div>
        <RatesChart />
        <div className="grid gap-3 xl:grid-cols-2">
          <RealtimePanel />
          <PipelinePanel />
        </div>
      </Aging>
      <ActionDialog
        order={order}
        onClose={() => setOrder(undefined)}
        onDone={() => {
          setOrder(undefined);
          clear();
        }}
      />
    </div>
  );
}

/** Numbers that may be wrong lose their colours; their contrast stays. */
function Aging({ children }: { children: React.ReactNode }) {
  const isOld = useSigns(({ freshness }) => freshness === "stale" || freshness === "reconnecting");
  return (
    <div data-testid="dash-numbers" className={`space-y-3 ${isOld ? "grayscale" : ""}`}>
      {children}
    </div>
  );
}
