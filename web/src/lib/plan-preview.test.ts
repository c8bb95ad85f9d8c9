// The preview of a plan: the same as the server's for a sound plan, and what can be drawn of others.
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { previewPlan } from "./plan-preview";

const file = new URL("../../../shared/plans/riethsporthalle.json", import.meta.url);
const hall = () => JSON.parse(readFileSync(file, "utf8"));

const seat = (seat_guid: string, category = "Stalls") => ({
  seat_guid,
  seat_number: "1",
  category,
  position: { x: 25, y: 0 },
});

const small = (seats: unknown[], zone: object = {}) => ({
  name: "Small hall",
  size: { width: 100, height: 100 },
  categories: [{ name: "Stalls", color: "#0072b2" }],
  zones: [
    {
      name: "Left",
      position: { x: 100, y: 10 },
      rows: [{ row_number: "1", position: { x: 0, y: 5 }, seats }],
      ...zone,
    },
  ],
});

describe("the preview of a plan", () => {
  it("has every seat where the server's compiled plan has it, in the same order", () => {
    const { plan, problems } = previewPlan(hall());
    expect(problems).toEqual([]);
    const lines = plan.seats.map(({ seat, section, row, number, category, x, y }) =>
      [seat, section, row, number, category, x, y].join("|"),
    );
    // Of the answer of `GET events/{id}/plan` for this very file.
    expect(lines).toHaveLength(1252);
    expect(createHash("sha256").update(lines.join("\n")).digest("hex")).toBe(
      "cfe30179c9dafaffbd31b8545b400d022eeb78cd4b28cc094088ec85724e0292",
    );
  });

  it("has the server's sections, categories and areas", () => {
    const { plan } = previewPlan(hall());
    expect(plan.sections[0]).toEqual({ id: "D", name: "Block D" });
    expect(plan.categories[0]).toEqual({
      id: "Kategorie I",
      name: "Kategorie I",
      color: "#E87722",
    });
    expect(plan.areas[0]).toEqual({
      shape: "rectangle",
      width: 1750,
      height: 260,
      x: 300,
      y: 420,
      rotation: 0,
      color: "#f2e2c4",
      border_color: "#a98b5d",
      text: { text: "Court", x: 1175, y: 550, size: 40, color: "#6b5533" },
    });
  });

  it("adds up the positions of zone, row and seat, and of a polygon's points", () => {
    const areas = [
      { shape: "polygon", position: { x: 1, y: 1 }, polygon: { points: [{ x: 2, y: 3 }] } },
    ];
    const { plan, problems } = previewPlan(small([seat("L-1")], { areas }));
    expect(problems).toEqual([]);
    expect(plan.seats[0]).toMatchObject({ seat: "L-1", section: "Left", x: 125, y: 15 });
    expect(plan.areas[0]).toMatchObject({ shape: "polygon", points: [[103, 14]] });
  });

  it("names what is wrong by the server's paths and draws the rest", () => {
    const bad = { ...seat("L-3"), position: { x: "left", y: 0 } };
    const { plan, problems } = previewPlan(
      small([seat("L-1"), seat("L-1"), seat("L-2", "Balcony"), bad, 7]),
    );
    expect(plan.seats.map(({ seat }) => seat)).toEqual(["L-1"]);
    const at = "$.plan.zones[0].rows[0].seats";
    expect(problems.map(({ path }) => path)).toEqual([
      `${at}[1].seat_guid`,
      `${at}[2].category`,
      `${at}[3].position`,
      `${at}[4]`,
    ]);
  });

  it("says what any other JSON is not", () => {
    expect(previewPlan([]).problems[0]).toEqual({ path: "$.plan", message: "must be an object" });
    expect(previewPlan({}).plan.seats).toEqual([]);
    expect(previewPlan({}).problems.map(({ path }) => path)).toContain("$.plan.zones");
  });

  it("stops counting at a hundred problems", () => {
    const seats = Array.from({ length: 500 }, () => ({}));
    expect(previewPlan(small(seats)).problems).toHaveLength(100);
  });
});
