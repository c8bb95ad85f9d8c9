// What does not change while an event's page is open: seats, names, prices, the compiled layout. One
// object that everything on the page reads. Must never know the state of a seat.
import type { Category, EventSummary, Money, Plan, PlanSeat } from "../../lib/api/types";
import { formatMoney } from "../../lib/format/format";
import { compileLayout, type MapLayout } from "../../lib/map/map-layout";

export interface HallCategory {
  id: string;
  name: string;
  color: string;
  price: Money | undefined;
  /** Where the layout and the store's counts have it. */
  index: number;
}

export class Hall {
  readonly event: EventSummary;
  readonly plan: Plan;
  readonly layout: MapLayout;
  /** The cheapest first. */
  readonly categories: readonly HallCategory[];
  /** Some seat is marked as accessible: only then there is a choice to offer. */
  readonly hasAccessible: boolean;
  private readonly byId: ReadonlyMap<string, HallCategory>;
  private readonly sectionNames: ReadonlyMap<string, string>;

  constructor(event: EventSummary, plan: Plan, categories: readonly Category[]) {
    this.event = event;
    this.plan = plan;
    this.layout = compileLayout(plan);
    this.byId = new Map(
      plan.categories.map((planned, index) => {
        const found = categories.find(({ id }) => id === planned.id);
        const { id, name } = planned;
        const color = planned.color ?? "";
        return [id, { id, name, color, price: found?.price ?? undefined, index }];
      }),
    );
    this.categories = [...this.byId.values()].sort(byPrice);
    this.hasAccessible = plan.seats.some(({ accessible }) => accessible === true);
    this.sectionNames = new Map(plan.sections.map(({ id, name }) => [id, name]));
  }

  seat(ordinal: number): PlanSeat | undefined {
    return this.plan.seats[ordinal];
  }

  categoryOf(ordinal: number): HallCategory | undefined {
    return this.byId.get(this.seat(ordinal)?.category ?? "");
  }

  priceOf(ordinal: number): Money | undefined {
    return this.categoryOf(ordinal)?.price;
  }

  sectionName(id: string): string {
    return this.sectionNames.get(id) ?? id;
  }

  /** `Block D, row 4, seat 12`; a hall of one section does not repeat its name. */
  nameOf(ordinal: number): string {
    const seat = this.seat(ordinal);
    if (!seat) return "";
    return capital(`${this.rowName(seat)}, seat ${seat.number}`);
  }

  rowName(seat: PlanSeat): string {
    const section = this.sectionNames.size > 1 ? `${this.sectionName(seat.section)}, ` : "";
    return `${section}row ${seat.row}`;
  }

  /** `Kategorie II, €55.00, accessible`: everything but where it is and whether it is free. */
  aboutOf(ordinal: number): string {
    const category = this.categoryOf(ordinal);
    const price = category?.price && formatMoney(category.price);
    const accessible = this.seat(ordinal)?.accessible && "accessible";
    return [category?.name, price, accessible].filter(Boolean).join(", ");
  }
}

export function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}

/** A category without a price comes last. */
function byPrice(a: HallCategory, b: HallCategory): number {
  const amount = ({ price }: HallCategory) => price?.amount ?? Number.POSITIVE_INFINITY;
  return amount(a) === amount(b) ? a.index - b.index : amount(a) - amount(b);
}
