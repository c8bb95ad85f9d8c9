// One tab at a time, but never none: whatever the lock does, the refresh happens once.
import { describe, expect, it, vi } from "vitest";
import { refreshLock } from "./refresh-lock";

type Locks = NonNullable<Parameters<typeof refreshLock>[0]>;

/** The locks of one browser, as far as this page uses them. */
function fakeLocks() {
  let last: Promise<unknown> = Promise.resolve();
  const request = (_name: string, options: LockOptions, task: () => Promise<unknown>) => {
    const turn = last;
    const gaveUp = new Promise<never>((_, reject) => {
      options.signal?.addEventListener("abort", () => reject(options.signal?.reason));
    });
    const result = Promise.race([turn, gaveUp]).then(task);
    last = Promise.allSettled([turn, result]);
    return result;
  };
  return { request } as unknown as Locks;
}

describe("the refresh lock", () => {
  it("lets two tabs refresh one after the other", async () => {
    const locks = fakeLocks();
    const order: string[] = [];
    const tab = (name: string) =>
      refreshLock(locks)(async () => {
        order.push(`${name} starts`);
        await Promise.resolve();
        order.push(`${name} ends`);
      });
    await Promise.all([tab("a"), tab("b")]);
    expect(order).toEqual(["a starts", "a ends", "b starts", "b ends"]);
  });

  it("passes the answer on, and a failure without trying again", async () => {
    const exclusively = refreshLock(fakeLocks());
    await expect(exclusively(async () => 7)).resolves.toBe(7);
    const refused = vi.fn(async () => Promise.reject(new Error("401")));
    await expect(exclusively(refused)).rejects.toThrow("401");
    expect(refused).toHaveBeenCalledOnce();
  });

  it("goes on without locks, and when the browser refuses them", async () => {
    const task = vi.fn(async () => 7);
    await expect(refreshLock(undefined)(task)).resolves.toBe(7);
    const broken = { request: () => Promise.reject(new DOMException("no", "SecurityError")) };
    await expect(refreshLock(broken as unknown as Locks)(task)).resolves.toBe(7);
    expect(task).toHaveBeenCalledTimes(2);
  });

  it("does not wait for ever for a tab that hangs", async () => {
    const exclusively = refreshLock(fakeLocks(), 1);
    void exclusively(() => new Promise(() => {}));
    await expect(exclusively(async () => 7)).resolves.toBe(7);
  });
});
