// The filter in the address: what is read, what is ignored, what is asked of the server.
import { describe, expect, it } from "vitest";
import { isFiltering, readFilter, toQuery } from "./event-filter";

const read = (query: string) => readFilter(new URLSearchParams(query));

describe("the address", () => {
  it("is read as it was written", () => {
    const filter = read(
      "q=jazz&status=on_sale&genre=Music&from=2027-01-02&to=2027-02-03&sort=name",
    );
    expect(Object.values(filter)).toEqual([
      "jazz",
      "on_sale",
      "Music",
      "2027-01-02",
      "2027-02-03",
      "name",
    ]);
  });

  it("may hold nonsense, which is ignored", () => {
    const filter = read("status=draft&sort=price&from=2027-02-31&to=tomorrow");
    expect(Object.values(filter).every((value) => value === "")).toBe(true);
    expect(isFiltering(filter)).toBe(false);
  });

  it("filters with everything but the order", () => {
    expect(isFiltering(read("sort=name"))).toBe(false);
    for (const query of ["q=a", "status=closed", "genre=a", "from=2027-01-01", "to=2027-01-01"]) {
      expect(isFiltering(read(query))).toBe(true);
    }
  });
});

describe("the question to the server", () => {
  it("leaves out what was not asked", () => {
    expect(Object.values(toQuery(read(""))).every((value) => value === undefined)).toBe(true);
  });

  it("includes the whole last day", () => {
    const { from = "", to = "" } = toQuery(read("from=2027-03-28&to=2027-03-28"));
    expect(new Date(from).getTime()).toBe(new Date(2027, 2, 28).getTime());
    expect(new Date(to).getTime()).toBe(new Date(2027, 2, 29).getTime());
  });
});
