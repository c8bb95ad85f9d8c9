// The page of one event: loads what does not change, then hands over to the live part.
import { useParams } from "react-router";
import { Notice } from "../../components/notice";
import { getCategories, getEvent, getPlan } from "../../lib/api/events-api";
import { useServices } from "../../lib/services";
import { useLoad } from "../../lib/use-load";
import { LiveEventView } from "./live-event-view";

export function EventPage() {
  const { api } = useServices();
  const { id = "" } = useParams();
  const { data, problem } = useLoad(id, async (signal) => {
    const [event, plan, categories] = await Promise.all([
      getEvent(api, id, signal),
      getPlan(api, id, signal),
      getCategories(api, id, signal),
    ]);
    return { event, plan, categories: categories.items };
  });

  if (problem) {
    const text = problem.status === 404 ? "There is no such event." : problem.detail;
    return <Notice tone="danger">{text}</Notice>;
  }
  if (!data) return <p className="text-muted">Loading the seat map…</p>;
  return <LiveEventView key={id} {...data} />;
}
