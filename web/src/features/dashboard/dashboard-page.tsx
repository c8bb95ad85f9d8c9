// The live side of an event for those who run it: loads what does not change, then connects. Who may
// look is the server's decision; this page says so when it is a no.
import { useEffect, useMemo, useState } from "react";
import { useParams } from "react-router";
import { ButtonLink } from "../../components/button";
import { EmptyState } from "../../components/empty-state";
import { LoadProblem } from "../../components/load-problem";
import { LoadingLines } from "../../components/skeleton";
import { AdminLive } from "../../lib/admin-live/admin-live";
import { getEvent, getPlan } from "../../lib/api/events-api";
import type { EventSummary, Plan } from "../../lib/api/types";
import { useServices, useSession } from "../../lib/services";
import { useLoad } from "../../lib/use-load";
import { DeskContext, useSigns } from "./dashboard-context";
import { DashboardView } from "./dashboard-view";

export function Component() {
  const { api } = useServices();
  const { user } = useSession();
  const { id = "" } = useParams();
  const [attempt, setAttempt] = useState(0);
  const { data, problem } = useLoad(`${id} ${attempt}`, async (signal) => {
    const [event, plan] = await Promise.all([getEvent(api, id, signal), getPlan(api, id, signal)]);
    return { event, plan };
  });

  if (problem) {
    return (
      <LoadProblem problem={problem} what="event" onRetry={() => setAttempt((last) => last + 1)} />
    );
  }
  if (!data) return <LoadingLines lines={6} label="Loading the dashboard…" />;
  // Somebody else who signs in here is let in, or not, by a connection of their own.
  return <Connected key={`${id} ${user?.id}`} {...data} />;
}

function Connected({ event, plan }: { event: EventSummary; plan: Plan }) {
  const { api, session } = useServices();
  const [live] = useState(() => {
    const seats = plan.seats.map(({ seat }) => seat);
    return new AdminLive({ api, session, eventId: event.id, seats });
  });
  useEffect(() => {
    live.start();
    return () => live.stop();
  }, [live]);
  const desk = useMemo(() => {
    const names = new Map(plan.sections.map(({ id, name }) => [id, name]));
    return { live, event, plan, sectionName: (id: string) => names.get(id) ?? id };
  }, [live, event, plan]);
  return (
    <DeskContext value={desk}>
      <ForThoseWhoMayLook />
    </DeskContext>
  );
}

function ForThoseWhoMayLook() {
  const { api } = useServices();
  const access = useSigns((signs) => signs.access);
  // A role that was taken away is the other reason; the fresh login says so, and the pages follow.
  useEffect(() => {
    if (access === "forbidden") api.refresh().catch(() => {});
  }, [access, api]);
  if (access === "open") return <DashboardView />;
  return (
    <div role="alert" data-testid="dash-forbidden">
      <EmptyState
        title="Not your event"
        action={<ButtonLink to="/organizer">My events</ButtonLink>}
      >
        The live numbers are for the organizer of this event and for administrators. If that should
        be you, sign in with that account, or ask an administrator.
      </EmptyState>
    </div>
  );
}
