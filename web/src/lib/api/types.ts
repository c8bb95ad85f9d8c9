// The HTTP shapes of the API, by the names that the pages use. They are made from the server's document
// (`npm run generate` writes schema.d.ts); must never hold a shape of its own, or behaviour.
import type { components } from "./schema";

type Schemas = components["schemas"];

/** A list, one page of it. `next_cursor` is null at the end. */
export interface Page<T> {
  items: T[];
  next_cursor: string | null;
}

export type Money = Schemas["Money"];
export type ErrorCode = Schemas["ErrorCode"];
export type Problem = Schemas["Problem"];

export type User = Schemas["User"];
export type Role = Schemas["Role"];
export type Login = Schemas["Login"];
export type SocketTicket = Schemas["SocketTicket"];
/** As administrators see it. */
export type Account = Schemas["Account"];
export type UserAtDoors = Schemas["UserAtDoors"];

export type EventStatus = Schemas["EventStatus"];
export type OrphanRule = Schemas["OrphanRule"];
export type EventSummary = Schemas["Event"];
export type NewEvent = Schemas["NewEvent"];
export type EventChanges = Schemas["EventChanges"];
export type SeatCounts = Schemas["SeatCounts"];
export type Category = Schemas["Category"];
export type Section = Schemas["Section"];
export type SectionSeat = Schemas["SectionSeat"];
export type MapState = Schemas["MapState"];

export type PlanSeat = Schemas["PlanSeat"];
export type PlanSection = Schemas["PlanSection"];
export type PlanCategory = Schemas["PlanCategory"];

type Area = Schemas["PlanArea"];
type KeyOf<Union> = Union extends unknown ? keyof Union : never;

/** An area of any shape: the members of all shapes are there to be looked for, as drawing does. */
export type PlanArea = Pick<Area, "shape" | "x" | "y"> &
  Partial<Pick<Area, "rotation" | "color" | "border_color">> & {
    [Key in Exclude<KeyOf<Area>, keyof Area>]?: Extract<Area, Record<Key, unknown>>[Key];
  } & { text?: Pick<Schemas["PlanText"], "text" | "x" | "y"> & Partial<Schemas["PlanText"]> };

/** What the map reads of a plan. A seat's index in `seats` is its ordinal. */
export type Plan = Pick<Schemas["Plan"], "name" | "seats"> & {
  sections: Pick<PlanSection, "id" | "name">[];
  categories: Pick<PlanCategory, "id" | "name" | "color">[];
  areas: PlanArea[];
};

export type HeldSeat = Schemas["HeldSeat"];
export type HeldSeats = Schemas["HeldSeats"];
export type Cart = Schemas["Cart"];
export type CartSeat = Schemas["CartSeat"];
export type ValidCart = Schemas["ValidCart"];
export type CartToOrder = Schemas["CartToOrder"];

export type Order = Schemas["Order"];
export type OrderStatus = Schemas["OrderStatus"];
export type OrderSeat = Schemas["OrderSeat"];
export type Payment = Schemas["Payment"];
export type PaymentStatus = Schemas["PaymentStatus"];
export type Ticket = Schemas["Ticket"];
export type TicketStatus = Schemas["TicketStatus"];
export type CheckIn = Schemas["Admission"];

export type HoldLine = Schemas["LiveHold"];
export type PastCommand = Schemas["PastCommand"];
export type JournalLine = Schemas["JournalLine"];
export type ChangedSeats = Schemas["ChangedSeats"];
export type Stats = Schemas["Stats"];
export type EventNumbers = Schemas["EventStats"];
export type ServerStats = Schemas["ServerStats"];
export type Readiness = Schemas["Readiness"];
