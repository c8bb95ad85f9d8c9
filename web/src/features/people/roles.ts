// The roles of accounts in words. Pure; the server decides what each may do.

import type { Role } from "../../lib/api/types";

export const ROLE_WORDS: Record<Role, string> = {
  customer: "Customer",
  scanner: "Scanner",
  organizer: "Organizer",
  admin: "Administrator",
};

export const ROLE_MEANS: Record<Role, string> = {
  customer: "Buys tickets, nothing more. Events they were assigned to as a scanner are taken away.",
  scanner: "Checks tickets in, at the events they are assigned to.",
  organizer: "Creates events and does everything for their own.",
  admin: "May do everything, for every event and every account.",
};
