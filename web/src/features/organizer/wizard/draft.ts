// What has been filled in for a new event, and what the server is sent for it. Pure but for the two
// functions at the end. Must never keep an uploaded plan in storage: it is too large.
import type { NewEvent } from "../../../lib/api/organizer-api";
import type { Plan } from "../../../lib/api/types";
import { type PlanPreview, previewPlan } from "../../../lib/plan-preview";
import {
  type DetailsForm,
  EMPTY_DETAILS,
  type PricesForm,
  type Problems,
  readDetails,
  readPrices,
  readSale,
  type SaleForm,
  USUAL_SALE,
  wholeNumber,
} from "../event-form";
import type { PricedCategory } from "../price-fields";
import { drawHall, HALL_LIMITS, type HallWish, MAX_SEATS, seatsOf } from "./hall-plan";

export const STEPS = ["details", "seats", "prices", "sale", "review"] as const;
export type Step = (typeof STEPS)[number];

export const STEP_WORDS: Record<Step, string> = {
  details: "Details",
  seats: "Seats",
  prices: "Prices",
  sale: "Sale",
  review: "Review",
};

export type HallForm = Record<keyof typeof HALL_LIMITS, string>;

export interface Draft {
  details: DetailsForm;
  source: "file" | "hall";
  hall: HallForm;
  /** The numbers of the hall that was drawn: it can be drawn again after a reload. */
  drawn?: HallForm | undefined;
  currency: string;
  prices: PricesForm;
  sale: SaleForm;
  on_sale: boolean;
}

/** The plan that will be sent. */
export interface ChosenPlan {
  json: unknown;
  /** Differs where the plan differs: a file's name, size and time, or the numbers of a hall. */
  mark: string;
  label: string;
  preview: PlanPreview;
}

export function emptyDraft(timezone: string): Draft {
  return {
    details: { ...EMPTY_DETAILS, timezone },
    source: "file",
    hall: { sections: "3", tiers: "1", rows: "20", seats: "20", arc: "90", categories: "3" },
    currency: "EUR",
    prices: {},
    sale: USUAL_SALE,
    on_sale: false,
  };
}

export function readHall(form: HallForm, name: string) {
  const problems: Problems = {};
  const numbers = {} as Record<keyof HallForm, number>;
  for (const [field, [least, most]] of Object.entries(HALL_LIMITS)) {
    const key = field as keyof HallForm;
    const value = wholeNumber(form[key], least, most);
    if (value === undefined) problems[field] = `A whole number from ${least} to ${most}.`;
    numbers[key] = value ?? least;
  }
  const wish: HallWish = { name: name.trim() || "Hall", ...numbers };
  return { wish, seats: seatsOf(wish), tooMany: seatsOf(wish) > MAX_SEATS, problems };
}

/** Undefined for numbers that make no hall. */
export function planOfHall(form: HallForm, name: string): ChosenPlan | undefined {
  const { wish, tooMany, problems } = readHall(form, name);
  if (tooMany || !isSound(problems)) return undefined;
  const json = drawHall(wish);
  const mark = JSON.stringify(wish);
  return { json, mark, label: "A hall drawn here", preview: previewPlan(json) };
}

/** Categories with seats: only they need a price. */
export function pricedCategories({ seats, categories }: Plan): PricedCategory[] {
  const totals = new Map<string, number>();
  for (const { category } of seats) totals.set(category, (totals.get(category) ?? 0) + 1);
  return categories
    .map((category) => ({ ...category, total: totals.get(category.id) ?? 0 }))
    .filter(({ total }) => total > 0);
}

/** The body, as far as it can be made, and what is wrong by step and field. */
export function readDraft(draft: Draft, plan: ChosenPlan | undefined) {
  const details = readDetails(draft.details);
  const sale = readSale(draft.sale);
  const categories = plan ? pricedCategories(plan.preview.plan).map(({ id }) => id) : [];
  const prices = readPrices(draft.prices, categories, draft.currency);
  const problems: Record<Step, Problems> = {
    details: details.problems,
    seats: seatsProblems(draft, plan),
    prices: prices.problems,
    sale: sale.problems,
    review: {},
  };
  const body = {
    ...details.values,
    ...sale.values,
    currency: draft.currency,
    prices: prices.values,
    on_sale: draft.on_sale,
  };
  return { body, problems };
}

function seatsProblems({ source, hall, drawn }: Draft, plan: ChosenPlan | undefined): Problems {
  if (!plan) return { plan: "Choose a plan or draw a hall." };
  const changed = source === "hall" && drawn && JSON.stringify(hall) !== JSON.stringify(drawn);
  return changed ? { plan: "The numbers have changed since: draw the hall again." } : {};
}

/** The wish and the text that tells it from others without spelling a plan of megabytes. */
export function wishOf(draft: Draft, plan: ChosenPlan): { wish: NewEvent; text: string } {
  const { body } = readDraft(draft, plan);
  const { genre, ends_at, refundable_until, ...rest } = body;
  const wish = {
    ...rest,
    ...(genre && { genre }),
    ...(ends_at && { ends_at }),
    ...(refundable_until && { refundable_until }),
    plan: plan.json,
  };
  return { wish, text: JSON.stringify({ ...body, plan: plan.mark }) };
}

export function isSound(problems: Problems): boolean {
  return Object.keys(problems).length === 0;
}
