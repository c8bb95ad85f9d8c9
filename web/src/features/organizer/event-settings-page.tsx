// Everything that can be changed about an event, in parts that are saved one by one: a mistake in a
// price must not hold up closing the sale.
import { useState } from "react";
import { useParams } from "react-router";
import { LoadProblem } from "../../components/load-problem";
import { LoadingLines } from "../../components/skeleton";
import { getEvent } from "../../lib/api/events-api";
import type { EventSummary } from "../../lib/api/types";
import { useServices } from "../../lib/services";
import { useLoad } from "../../lib/use-load";
import { DetailsCard } from "./settings/details-card";
import { PricesCard } from "./settings/prices-card";
import { SaleCard } from "./settings/sale-card";
import { StatusCard } from "./settings/status-card";

export function Component() {
  const { api } = useServices();
  const { id = "" } = useParams();
  const [attempt, setAttempt] = useState(0);
  const { data, problem } = useLoad(`${id} ${attempt}`, (signal) => getEvent(api, id, signal));
  return (
    <>
      <title>Settings – Frontrow</title>
      <h1 className="text-title font-semibold">Settings</h1>
      <div className="mt-5">
        {problem && (
          <LoadProblem problem={problem} what="event" onRetry={() => setAttempt(attempt + 1)} />
        )}
        {!data && !problem && <LoadingLines />}
        {data && <Settings loaded={data} />}
      </div>
    </>
  );
}

function Settings({ loaded }: { loaded: EventSummary }) {
  const [event, setEvent] = useState(loaded);
  return (
    <div className="max-w-4xl space-y-6">
      <p className="text-lg font-semibold break-words">{event.name}</p>
      <StatusCard event={event} onChanged={setEvent} />
      <PricesCard event={event} onChanged={setEvent} />
      <DetailsCard event={event} onChanged={setEvent} />
      <SaleCard event={event} onChanged={setEvent} />
    </div>
  );
}
