// A page that uses the store as it is meant to be used, and the wire between it and the model
// server: frames wait on it, get lost, come twice, change places. For tests only.
import { decodeBinary } from "./binary-frames";
import type { Command, ModelServer, Sent } from "./model-server.fixture";
import { decodeText, isHeldSeat, type ReplyFrame, type ServerFrame } from "./protocol";
import { type SeatLook, SeatStore } from "./seat-store";

export class ModelClient {
  readonly store: SeatStore;
  /** What the store's listeners made of it: must always be what the store would say. */
  readonly mirror: SeatLook[];
  /** Moves that are shown: their answer is still to come, or the cart after a lost answer. */
  readonly shown = new Set<number>();
  connected = false;
  private readonly server: ModelServer;
  private wire: Sent[] = [];
  private commands: Command[] = [];
  private readonly asked = new Map<number, Command>();
  private readonly unanswered = new Set<number>();
  private fetched: (() => void)[] = [];
  private nextRef = 1;

  constructor(server: ModelServer) {
    this.server = server;
    this.store = new SeatStore(server.names, () => 0);
    this.mirror = this.looks();
    this.store.subscribeSeats((changed) => {
      const seats = changed === "all" ? server.names.keys() : changed;
      for (const seat of seats) this.mirror[seat] = this.store.look(seat);
    });
  }

  looks = (): SeatLook[] => this.server.names.map((_, seat) => this.store.look(seat));

  connect(binary: boolean): void {
    if (this.connected) return;
    this.connected = true;
    this.send(this.server.greet(this.store.cursor(), binary));
  }

  /** The server still gets some of the commands; the client cannot tell which. */
  disconnect(reached: number): void {
    this.connected = false;
    this.wire = [];
    for (const command of this.commands.splice(0).slice(0, reached)) this.server.run(command);
    for (const ref of [...this.asked.keys()]) this.giveUp(ref);
  }

  send(frames: Sent[]): void {
    if (this.connected) this.wire.push(...frames);
  }

  click(seat: number): void {
    const look = this.store.look(seat);
    if (!this.connected || (look !== 0 && look !== "mine")) return;
    const move = look === 0 ? "hold" : "release";
    const command: Command = { ref: this.nextRef++, seat, move };
    this.store.begin(seat, move);
    this.shown.add(seat);
    this.asked.set(command.ref, command);
    this.commands.push(command);
  }

  /** The server runs the next command; what it says about it comes in any order. */
  run(turn: number): void {
    const command = this.commands.shift();
    if (!command) return;
    const said = this.server.run(command);
    this.send([...said.slice(turn % said.length), ...said.slice(0, turn % said.length)]);
  }

  /** The client has waited long enough for its oldest command. */
  timeOut(): void {
    const [ref] = this.asked.keys();
    if (ref !== undefined) this.giveUp(ref);
  }

  private giveUp(ref: number): void {
    const command = this.asked.get(ref);
    if (!command) return;
    this.asked.delete(ref);
    this.unanswered.add(command.seat);
    this.store.lose(command.seat);
  }

  /** A cart is read over HTTP; it arrives at some later time. */
  fetchCart(): void {
    const take = this.store.expectCart();
    const { seats } = JSON.parse(String(this.server.cart().data));
    this.fetched.push(() => {
      if (take({ seats })) this.cartTaken();
    });
  }

  cartArrives(): void {
    this.fetched.shift()?.();
  }

  deliver(count: number): void {
    for (const { data } of this.wire.splice(0, count)) {
      const frame = typeof data === "string" ? decodeText(data) : decodeBinary(data);
      if (!frame) throw new Error("the model server sent an unknown frame");
      this.take(frame);
    }
  }

  deliverAll(): void {
    while (this.wire.length > 0) this.deliver(1);
  }

  /** No network does that to a delta; the store has to notice all the same. */
  harm(how: "drop" | "repeat" | "swap", which: number): void {
    const deltas = [...this.wire.keys()].filter((at) => this.wire[at]?.kind === "delta");
    const at = deltas[which % Math.max(1, deltas.length)];
    const [one, next] = [this.wire[at ?? -1], this.wire[(at ?? -1) + 1]];
    if (at === undefined || !one) return;
    if (how === "drop") this.wire.splice(at, 1);
    if (how === "repeat") this.wire.splice(at, 0, one);
    if (how === "swap" && next?.kind === "delta") this.wire.splice(at, 2, next, one);
  }

  /** The line is good again and everybody has time: what must then be right is at rest. */
  settle(): void {
    this.connect(false);
    while (this.commands.length > 0) this.run(0);
    this.deliverAll();
    while (this.fetched.length > 0) this.cartArrives();
    if (this.unanswered.size > 0) this.fetchCart();
    this.cartArrives();
    this.send([this.server.beacon()]);
    this.deliverAll();
  }

  private take(frame: ServerFrame): void {
    switch (frame.type) {
      case "hello":
      case "snapshot":
      case "delta":
      case "beacon":
        if (this.store.apply(frame)) this.send([this.server.snapshot()]);
        return;
      case "cart":
        this.store.applyCart(frame);
        return this.cartTaken();
      case "reply":
        return this.answer(frame);
      case "event":
      case "bye":
        throw new Error(`the model server sends no ${frame.type}`);
    }
  }

  private cartTaken(): void {
    for (const seat of this.unanswered) this.shown.delete(seat);
    this.unanswered.clear();
  }

  private answer(reply: ReplyFrame): void {
    const command = this.asked.get(Number(reply.ref));
    if (!command) return; // given up before
    const { ref, seat, move } = command;
    this.asked.delete(ref);
    this.shown.delete(seat);
    if (!reply.ok) this.store.revert(seat);
    else if (move === "release") this.store.confirmRelease(seat);
    else this.store.confirmHold(seat, (reply.seats ?? []).filter(isHeldSeat));
  }
}
