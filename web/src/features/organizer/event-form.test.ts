// Typed fields become what the server takes, or a sentence at the right field.
import { describe, expect, it } from "vitest";
import {
  detailsOf,
  EMPTY_DETAILS,
  readDetails,
  readPrices,
  readSale,
  USUAL_SALE,
} from "./event-form";

const details = {
  ...EMPTY_DETAILS,
  name: " Faust ",
  venue: "Schauspielhaus",
  timezone: "Europe/Berlin",
  starts_at: "2027-06-12T20:00",
};

describe("the details of an event", () => {
  it("are sent in UTC, without what was left empty", () => {
    const { values, problems } = readDetails(details);
    expect(problems).toEqual({});
    expect(JSON.parse(JSON.stringify(values))).toEqual({
      name: "Faust",
      venue: "Schauspielhaus",
      description: "",
      timezone: "Europe/Berlin",
      starts_at: "2027-06-12T18:00:00Z",
    });
  });

  it("have a problem at every field that breaks a rule", () => {
    const { problems } = readDetails({
      ...details,
      name: "",
      venue: "x".repeat(201),
      genre: "y".repeat(51),
      ends_at: "2027-06-12T20:00",
      refundable_until: "soon",
    });
    expect(Object.keys(problems).sort()).toEqual(
      ["ends_at", "genre", "name", "refundable_until", "venue"].sort(),
    );
    expect(readDetails(EMPTY_DETAILS).problems.starts_at).toBeTruthy();
  });

  it("are shown again at the venue's clock", () => {
    const event = {
      id: "1",
      name: "Faust",
      venue: "V",
      timezone: "Europe/Berlin",
      starts_at: "2027-06-12T18:00:00Z",
      ends_at: null,
      description: "",
      genre: null,
      refundable_until: null,
      created_at: "2026-11-01T00:00:00Z",
      status: "draft" as const,
      currency: "EUR",
      prices: {},
      orphan_rule: "off" as const,
      hold_ttl_s: 600,
      payment_window_s: 300,
      max_seats_per_user: 8,
      seats_total: 1,
      generation: { done: 1, total: 1 },
      counts: null,
    };
    expect(detailsOf(event)).toMatchObject({ starts_at: "2027-06-12T20:00", ends_at: "" });
  });
});

describe("the rules of a sale", () => {
  it("are whole numbers within the server's limits", () => {
    expect(readSale(USUAL_SALE)).toEqual({
      values: { hold_ttl_s: 600, payment_window_s: 300, max_seats_per_user: 8, orphan_rule: "off" },
      problems: {},
    });
    const bad = {
      ...USUAL_SALE,
      hold_ttl_s: "1",
      payment_window_s: "1801",
      max_seats_per_user: "2.5",
    };
    expect(Object.keys(readSale(bad).problems)).toEqual([
      "hold_ttl_s",
      "payment_window_s",
      "max_seats_per_user",
    ]);
  });
});

describe("prices", () => {
  it("are needed for every category, in minor units", () => {
    const typed = { Stalls: "75", Box: "" };
    const { values, problems } = readPrices(typed, ["Stalls", "Box", "Balcony"], "EUR");
    expect(values).toEqual({ Stalls: 7500 });
    expect(Object.keys(problems)).toEqual(["Box", "Balcony"]);
  });

  it("of categories that the plan does not have are left out", () => {
    expect(readPrices({ Stalls: "75", Old: "1" }, ["Stalls"], "EUR").values).toEqual({
      Stalls: 7500,
    });
  });
});
