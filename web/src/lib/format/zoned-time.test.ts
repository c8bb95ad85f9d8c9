// Wall clocks of venues, on the two nights of the year on which they jump above all.
import { describe, expect, it } from "vitest";
import { timeZones, utcToZoned, zonedToUtc } from "./zoned-time";

const utc = (local: string, zone: string) => zonedToUtc(local, zone);

describe("a venue's wall clock", () => {
  it("is ahead of UTC in summer and in winter by what its zone says", () => {
    const berlin = "Europe/Berlin";
    expect(utc("2027-06-12T20:00", berlin)).toEqual({ utc: "2027-06-12T18:00:00Z", shown: "once" });
    expect(utc("2027-01-12T20:00", berlin)).toEqual({ utc: "2027-01-12T19:00:00Z", shown: "once" });
    expect(utc("2027-06-12T20:00", "UTC")?.utc).toBe("2027-06-12T20:00:00Z");
    expect(utc("2027-06-12T20:00", "Asia/Kathmandu")?.utc).toBe("2027-06-12T14:15:00Z");
    expect(utc("2027-01-01T00:30", "Pacific/Kiritimati")?.utc).toBe("2026-12-31T10:30:00Z");
  });

  it("leaves out an hour in spring: the time moves on by what the clock jumps", () => {
    expect(utc("2027-03-28T01:59", "Europe/Berlin")?.utc).toBe("2027-03-28T00:59:00Z");
    const skipped = utc("2027-03-28T02:30", "Europe/Berlin");
    expect(skipped).toEqual({ utc: "2027-03-28T01:30:00Z", shown: "never" });
    expect(utcToZoned("2027-03-28T01:30:00Z", "Europe/Berlin")).toBe("2027-03-28T03:30");
    expect(utc("2027-03-28T03:00", "Europe/Berlin")?.utc).toBe("2027-03-28T01:00:00Z");
    expect(utc("2027-03-14T02:30", "America/New_York")?.utc).toBe("2027-03-14T07:30:00Z");
  });

  it("shows an hour twice in autumn: the first one is meant", () => {
    const twice = utc("2027-10-31T02:30", "Europe/Berlin");
    expect(twice).toEqual({ utc: "2027-10-31T00:30:00Z", shown: "twice" });
    expect(utc("2027-10-31T03:00", "Europe/Berlin")).toMatchObject({ shown: "once" });
    // South of the equator the nights are the other way round; Lord Howe jumps by half an hour.
    expect(utc("2027-04-04T02:30", "Australia/Sydney")?.utc).toBe("2027-04-03T15:30:00Z");
    expect(utc("2027-04-04T01:45", "Australia/Lord_Howe")).toMatchObject({ shown: "twice" });
  });

  it("comes back as it was typed, whatever the hour and the zone", () => {
    for (const zone of ["Europe/Berlin", "America/St_Johns", "Asia/Tokyo", "Pacific/Apia"]) {
      for (let hour = 0; hour < 24 * 370; hour += 7) {
        const local = new Date(Date.UTC(2027, 0, 1, hour)).toISOString().slice(0, 16);
        const moment = zonedToUtc(local, zone);
        if (moment?.shown !== "never") expect(utcToZoned(moment?.utc ?? "", zone)).toBe(local);
      }
    }
  });

  it("does not take what is no time", () => {
    for (const bad of ["", "tomorrow", "2027-02-31T20:00", "2027-13-01T20:00", "2027-06-12"]) {
      expect(zonedToUtc(bad, "UTC"), bad).toBeUndefined();
    }
  });

  it("knows the zones that the server knows by the same names", () => {
    expect(timeZones()).toEqual(expect.arrayContaining(["UTC", "Europe/Berlin", "Asia/Tokyo"]));
  });
});
