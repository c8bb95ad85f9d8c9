// The ways to the main pages, as far as they are this visitor's.
import { NavLink } from "react-router";
import { useSession } from "../lib/services";

interface Way {
  to: string;
  words: string;
  /** Whose page it is; everybody's without. */
  roles?: string[];
}

const EVERYBODY = ["customer", "scanner", "organizer", "admin"];

const WAYS: Way[] = [
  { to: "/", words: "Events" },
  { to: "/tickets", words: "My tickets", roles: EVERYBODY },
  { to: "/check-in", words: "Check-in", roles: ["scanner", "organizer", "admin"] },
  { to: "/organizer", words: "Organize", roles: ["organizer", "admin"] },
];

export function MainNavigation() {
  const { user } = useSession();
  const role = user?.role ?? "";
  const ways = WAYS.filter(({ roles }) => !roles || roles.includes(role));
  if (ways.length === 1) return null;
  return (
    <nav
      aria-label="Main"
      className="order-last flex w-full min-w-0 gap-1 overflow-x-auto p-1 -outline-offset-2 sm:order-none sm:w-auto"
    >
      {ways.map(({ to, words }) => (
        <NavLink
          key={to}
          to={to}
          end={to === "/"}
          className={({ isActive }) =>
            `rounded-lg px-2.5 py-2 text-sm font-semibold whitespace-nowrap ${isActive ? "bg-sunken text-ink" : "text-muted hover:text-ink"}`
          }
        >
          {words}
        </NavLink>
      ))}
    </nav>
  );
}
