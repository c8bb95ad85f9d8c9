// A wish keeps its key, another wish gets another.
import { describe, expect, it } from "vitest";
import { newKey, WishKey } from "./wish-key";

describe("idempotency keys", () => {
  it("stay with a wish that is sent again, and change with it", () => {
    const keys = new WishKey();
    const first = keys.for("refund A");
    expect(keys.for("refund A")).toBe(first);
    expect(keys.for("refund A, because of rain")).not.toBe(first);
  });

  it("outlive a reload", () => {
    expect(new WishKey({ wish: "event", key: "k1" }).for("event")).toBe("k1");
    expect(new WishKey({ wish: "event", key: "k1" }).for("other event")).not.toBe("k1");
  });

  it("are visible ASCII without quotes, and never the same", () => {
    const keys = Array.from({ length: 100 }, newKey);
    for (const key of keys) expect(key).toMatch(/^[0-9a-f]{32}$/);
    expect(new Set(keys).size).toBe(100);
  });
});
