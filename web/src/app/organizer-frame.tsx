// The frame of the pages about one event for those who run it: where they are, and the way between
// them. Somebody else's event is said to be that once, here, and not differently on every page.
import { NavLink, Outlet, useParams } from "react-router";
import { ButtonLink } from "../components/button";
import { EmptyState } from "../components/empty-state";
import { listEventOrders } from "../lib/api/organizer-api";
import { useServices } from "../lib/services";
import { useLoad } from "../lib/use-load";

const PAGES = [
  { to: ".", words: "Live" },
  { to: "orders", words: "Orders" },
  { to: "log", words: "Log" },
  { to: "settings", words: "Settings" },
];

export function OrganizerFrame() {
  const { api } = useServices();
  const { id = "" } = useParams();
  // The event itself is public; whether it is mine is what an organizer's route answers.
  const { problem } = useLoad(id, (signal) => listEventOrders(api, id, {}, signal));
  if (problem?.status === 404) {
    return (
      <EmptyState
        title="Not your event"
        action={<ButtonLink to="/organizer">My events</ButtonLink>}
      >
        Either there is no such event, or somebody else runs it.
      </EmptyState>
    );
  }
  return (
    <>
      <nav
        aria-label="Event"
        className="-mt-2 mb-5 flex flex-wrap gap-x-1 gap-y-1 border-b border-line"
      >
        <NavLink to="/organizer" end className="px-3 py-2.5 text-sm text-muted hover:text-ink">
          ← Events
        </NavLink>
        {PAGES.map(({ to, words }) => (
          <NavLink
            key={to}
            to={to}
            end
            className={({ isActive }) =>
              `border-b-2 px-3 py-2.5 text-sm font-semibold ${isActive ? "border-accent text-ink" : "border-transparent text-muted hover:text-ink"}`
            }
          >
            {words}
          </NavLink>
        ))}
      </nav>
      <Outlet key={id} />
    </>
  );
}
