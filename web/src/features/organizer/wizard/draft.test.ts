// From what was filled in to the body of the request.
import { describe, expect, it } from "vitest";
import { emptyDraft, planOfHall, pricedCategories, readDraft, readHall, wishOf } from "./draft";

const draft = () => {
  const empty = emptyDraft("Europe/Berlin");
  const details = { ...empty.details, name: "Faust", venue: "Hall", starts_at: "2027-06-12T20:00" };
  return { ...empty, details, prices: { "Category 1": "30", "Category 2": "20" } };
};

const hall = { sections: "1", tiers: "1", rows: "2", seats: "3", arc: "0", categories: "2" };

function planOf() {
  const plan = planOfHall(hall, "Faust");
  if (!plan) throw new Error("these numbers make a hall");
  return plan;
}

describe("the draft of an event", () => {
  it("becomes a body without empty fields", () => {
    const { wish } = wishOf(draft(), planOf());
    expect(JSON.parse(JSON.stringify({ ...wish, plan: undefined }))).toEqual({
      name: "Faust",
      venue: "Hall",
      description: "",
      timezone: "Europe/Berlin",
      starts_at: "2027-06-12T18:00:00Z",
      currency: "EUR",
      prices: { "Category 1": 3000, "Category 2": 2000 },
      hold_ttl_s: 600,
      payment_window_s: 300,
      max_seats_per_user: 8,
      orphan_rule: "off",
      on_sale: false,
    });
  });

  it("is another wish as soon as anything is changed", () => {
    const plan = planOf();
    const { text } = wishOf(draft(), plan);
    expect(wishOf(draft(), plan).text).toBe(text);
    expect(wishOf({ ...draft(), on_sale: true }, plan).text).not.toBe(text);
    expect(wishOf(draft(), { ...plan, mark: "other" }).text).not.toBe(text);
  });

  it("names the step that is not finished", () => {
    const { problems } = readDraft(emptyDraft("UTC"), undefined);
    expect(Object.keys(problems.details)).toEqual(["starts_at", "name", "venue"]);
    expect(Object.keys(problems.seats)).toEqual(["plan"]);
    expect(Object.keys(readDraft({ ...draft(), prices: {} }, planOf()).problems.prices)).toEqual([
      "Category 1",
      "Category 2",
    ]);
  });

  it("asks for prices only where there are seats", () => {
    const plan = planOf().preview.plan;
    plan.categories.push({ id: "Ghost", name: "Ghost", color: "#888888" });
    expect(pricedCategories(plan).map(({ id, total }) => [id, total])).toEqual([
      ["Category 1", 3],
      ["Category 2", 3],
    ]);
  });
});

describe("the numbers of a hall", () => {
  it("have to be drawn again once they are changed", () => {
    const drawn = { ...draft(), source: "hall" as const, hall, drawn: hall };
    expect(readDraft(drawn, planOf()).problems.seats).toEqual({});
    const changed = { ...drawn, hall: { ...hall, rows: "3" } };
    expect(readDraft(changed, planOf()).problems.seats.plan).toContain("draw the hall again");
    expect(planOfHall({ ...hall, rows: "0" }, "")).toBeUndefined();
  });

  it("are checked one by one and together", () => {
    expect(readHall({ ...hall, rows: "0", arc: "999" }, "").problems).toEqual({
      rows: "A whole number from 1 to 100.",
      arc: "A whole number from 0 to 270.",
    });
    const huge = { ...hall, sections: "50", tiers: "9", rows: "100", seats: "200" };
    expect(readHall(huge, "").tooMany).toBe(true);
    expect(readHall(hall, "")).toMatchObject({ seats: 6, tooMany: false, problems: {} });
  });
});
