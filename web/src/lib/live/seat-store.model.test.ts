// Whatever happens between a page and its server, in any order: at rest the store is equal to the
// server, and at every moment it shows exactly the moves that are still on their way.
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { ModelClient } from "./model-client.fixture";
import { ModelServer } from "./model-server.fixture";
import type { StateCounts } from "./state-counts";

const SEATS = 11;
const SECTIONS = Uint16Array.from({ length: SEATS }, (_, seat) => seat % 3);
const CATEGORIES = Uint16Array.from({ length: SEATS }, (_, seat) => (seat < 5 ? 0 : 1));

const seat = fc.nat({ max: SEATS - 1 });
const state = fc.nat({ max: 3 });

/** One thing that happens, as a word and numbers, so that a failure can be read and kept. */
const anyStep = fc.oneof(
  { weight: 5, arbitrary: fc.tuple(fc.constant("click"), seat) },
  { weight: 5, arbitrary: fc.tuple(fc.constant("run"), fc.nat({ max: 2 })) },
  { weight: 6, arbitrary: fc.tuple(fc.constant("deliver"), fc.integer({ min: 1, max: 4 })) },
  {
    weight: 3,
    arbitrary: fc.tuple(fc.constant("others"), fc.array(fc.tuple(seat, state), { maxLength: 3 })),
  },
  { weight: 1, arbitrary: fc.tuple(fc.constantFrom("drop", "repeat", "swap"), fc.nat(5)) },
  {
    weight: 2,
    arbitrary: fc.tuple(fc.constantFrom("connect", "disconnect", "beacon"), fc.nat({ max: 3 })),
  },
  {
    weight: 1,
    arbitrary: fc.tuple(
      fc.constantFrom("timeOut", "expire", "recover", "restart", "fetchCart", "cartArrives"),
      fc.constant(0),
    ),
  },
);
type Step = typeof anyStep extends fc.Arbitrary<infer T> ? T : never;

describe("the seat store", () => {
  it("ends equal to the server, whatever happens", () => {
    fc.assert(
      fc.property(fc.array(anyStep, { maxLength: 80 }), (steps) => {
        const server = new ModelServer(SEATS);
        const client = new ModelClient(server);
        client.store.countBy({ sections: SECTIONS, categories: CATEGORIES });
        client.connect(true);
        for (const step of steps) {
          happen(step, server, client);
          checkAlways(server, client);
        }
        client.settle();
        checkAlways(server, client);
        checkAtRest(server, client);
      }),
      { numRuns: 1_500 },
    );
  }, 60_000);
});

function happen([what, detail]: Step, server: ModelServer, client: ModelClient): void {
  const number = typeof detail === "number" ? detail : 0;
  switch (what) {
    case "click":
      return client.click(number);
    case "run":
      return client.run(number);
    case "deliver":
      return client.deliver(number);
    case "others":
      return client.send(server.others(detail as [number, number][]));
    case "drop":
    case "repeat":
    case "swap":
      return client.harm(what, number);
    case "connect":
      return client.connect(number % 2 === 0);
    case "disconnect":
      return client.disconnect(number);
    case "beacon":
      return client.send([server.beacon()]);
    case "timeOut":
      return client.timeOut();
    case "expire":
      return client.send(server.expire());
    case "recover":
      return client.send(server.recover());
    case "restart":
      client.disconnect(0);
      return server.restart();
    case "fetchCart":
      return client.fetchCart();
    case "cartArrives":
      return client.cartArrives();
    default:
      throw new Error(`nobody knows how to ${what}`);
  }
}

function checkAlways(server: ModelServer, { store, shown, mirror, looks }: ModelClient): void {
  const cursor = store.cursor();
  // Who knows where they are knows how it is there; who does not says so.
  if (cursor) expect(server.names.map((_, at) => store.state(at))).toEqual(server.statesAt(cursor));
  const now = looks();
  const onTheirWay = now.flatMap((look, at) => (/ing$/.test(String(look)) ? [at] : []));
  expect(onTheirWay).toEqual([...shown].sort((a, b) => a - b));
  expect(mirror).toEqual(now);
  const snapshot = store.getSnapshot();
  expect(store.getSnapshot()).toBe(snapshot);
  expect(snapshot.pending).toBe(shown.size > 0);
  expect(snapshot.available).toBe(countOf(store, () => true).available);
  expect(store.sectionCounts()).toEqual(
    [0, 1, 2].map((each) => countOf(store, (at) => SECTIONS[at] === each)),
  );
  expect(store.categoryCounts()).toEqual(
    [0, 1].map((each) => countOf(store, (at) => CATEGORIES[at] === each)),
  );
}

function countOf(store: ModelClient["store"], belongs: (seat: number) => boolean): StateCounts {
  const counts = [0, 0, 0, 0];
  for (let at = 0; at < SEATS; at++) {
    if (belongs(at)) counts[store.state(at)] = (counts[store.state(at)] ?? 0) + 1;
  }
  const [available = 0, held = 0, sold = 0, blocked = 0] = counts;
  return { available, held, sold, blocked };
}

function checkAtRest(server: ModelServer, { store, shown, looks }: ModelClient): void {
  expect([...shown]).toEqual([]);
  expect(server.names.map((_, at) => store.state(at))).toEqual(server.states);
  const mine = store.getSnapshot().mine.map(({ ordinal }) => ordinal);
  expect(mine).toEqual([...server.mine].sort((a, b) => a - b));
  expect(looks()).toEqual(server.states.map((each, at) => (server.mine.has(at) ? "mine" : each)));
  // Mine is held by me: nobody else has it, and it is not free.
  for (const at of mine) expect(store.state(at)).toBe(1);
}
