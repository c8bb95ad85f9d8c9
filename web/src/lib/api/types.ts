// The HTTP shapes this page reads, as CONTRACT and the server's OpenAPI document give them.
// Must never hold behaviour; to be replaced by generated types once the OpenAPI file is served.

export type EventStatus = "generating" | "failed" | "draft" | "on_sale" | "closed" | "cancelled";

export interface Money {
  /** Minor units (cents), always an integer. */
  amount: number;
  currency: string;
}

export interface Page<T> {
  items: T[];
  next_cursor?: string | null;
}

export interface EventSummary {
  id: string;
  name: string;
  description?: string | null;
  genre?: string | null;
  venue: string;
  timezone?: string | null;
  starts_at: string;
  ends_at?: string | null;
  status: EventStatus;
  currency: string;
  max_seats_per_user: number;
  seats_total: number;
  /** Null while the hold store cannot be reached. */
  counts: { available: number; held: number; sold: number; blocked: number } | null;
}

export interface Category {
  id: string;
  name: string;
  color?: string | null;
  total: number;
  available: number;
  price?: Money | null;
}

export interface PlanSeat {
  seat: string;
  section: string;
  row: string;
  number: string;
  category: string;
  x: number;
  y: number;
}

export interface PlanArea {
  shape: "rectangle" | "circle" | "ellipse" | "polygon" | "text";
  x: number;
  y: number;
  width?: number;
  height?: number;
  radius?: number;
  radius_x?: number;
  radius_y?: number;
  points?: [number, number][];
  /** Degrees, clockwise. */
  rotation?: number;
  color?: string;
  border_color?: string;
  text?: { text: string; x: number; y: number; size?: number; color?: string };
}

/** The compiled layout. A seat's index in `seats` is its ordinal. */
export interface Plan {
  name: string;
  seats: PlanSeat[];
  sections: { id: string; name: string }[];
  categories: { id: string; name: string; color?: string | null }[];
  areas: PlanArea[];
}

export interface HeldSeat {
  seat: string;
  expires_in_ms: number;
}

export interface User {
  id: string;
  email: string;
  name: string;
  role: string;
  email_verified: boolean;
}

export interface Login {
  user?: User;
  access_token: string;
  expires_in: number;
}
