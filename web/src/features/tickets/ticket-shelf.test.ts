// Tickets and pictures that stay when the network goes, and requests that stay few.
import { beforeEach, expect, it, vi } from "vitest";
import type { ApiClient } from "../../lib/api/client";
import { ApiProblem } from "../../lib/api/problem";
import type { Page, Ticket } from "../../lib/api/types";
import { shelfOf, TicketShelf } from "./ticket-shelf";

const get = vi.fn<(path: string, params?: { cursor?: string }) => Promise<Page<Ticket>>>();
const getBlob = vi.fn<(path: string) => Promise<Blob>>();
const api = { get, getBlob } as unknown as ApiClient;
const page = (ids: string[], next_cursor: string | null = null) => ({
  items: ids.map((id) => ({ id }) as Ticket),
  next_cursor,
});
const ids = (shelf: TicketShelf) => shelf.getSnapshot().tickets?.map(({ id }) => id);

beforeEach(() => {
  get.mockReset().mockResolvedValue(page(["t1"]));
  getBlob.mockReset().mockImplementation(async () => new Blob(["<svg>#</svg>"]));
});

it("reads every page", async () => {
  get.mockResolvedValueOnce(page(["t1"], "t1")).mockResolvedValueOnce(page(["t2"]));
  const shelf = new TicketShelf(api);
  await shelf.load();
  expect(ids(shelf)).toEqual(["t1", "t2"]);
  expect(get.mock.calls[1]?.[1]).toMatchObject({ cursor: "t1" });
});

it("keeps what it has when the network goes", async () => {
  const shelf = new TicketShelf(api);
  await shelf.load();
  get.mockRejectedValue(new ApiProblem(0, "network", ""));
  await shelf.load();
  expect(ids(shelf)).toEqual(["t1"]);
  expect(shelf.getSnapshot().problem?.code).toBe("network");
  get.mockResolvedValue(page(["t2"]));
  await shelf.load();
  expect(ids(shelf)).toEqual(["t2"]);
  expect(shelf.getSnapshot().problem).toBeUndefined();
});

it("fetches each picture once, three at a time", async () => {
  const waiting: (() => void)[] = [];
  getBlob.mockImplementation(
    () => new Promise((resolve) => waiting.push(() => resolve(new Blob(["<svg>#</svg>"])))),
  );
  const shelf = new TicketShelf(api);
  const wanted = ["a", "b", "c", "d"];
  shelf.wantPictures(wanted);
  shelf.wantPictures(wanted);
  expect(getBlob).toHaveBeenCalledTimes(3);
  waiting[0]?.();
  await vi.waitFor(() => expect(getBlob).toHaveBeenCalledTimes(4));
  for (const answer of waiting) answer();
  await vi.waitFor(() => expect(shelf.getSnapshot().pictures.size).toBe(4));
  expect(getBlob).toHaveBeenCalledTimes(4);
  expect(shelf.getSnapshot().pictures.get("a")).toBe("data:image/svg+xml,%3Csvg%3E%23%3C%2Fsvg%3E");
});

it("says which picture is missing, and tries it again when asked", async () => {
  getBlob.mockRejectedValueOnce(new ApiProblem(0, "network", ""));
  const shelf = new TicketShelf(api);
  shelf.wantPictures(["a"]);
  await vi.waitFor(() => expect(shelf.getSnapshot().missing.has("a")).toBe(true));
  shelf.wantPictures(["a"]);
  expect(shelf.getSnapshot().missing.size).toBe(0);
  await vi.waitFor(() => expect(shelf.getSnapshot().pictures.has("a")).toBe(true));
});

it("is one for an account, and another for the next", () => {
  const adas = shelfOf(api, "ada");
  expect(shelfOf(api, "ada")).toBe(adas);
  expect(shelfOf(api, "ben")).not.toBe(adas);
  expect(shelfOf(api, "ada")).not.toBe(adas);
});
