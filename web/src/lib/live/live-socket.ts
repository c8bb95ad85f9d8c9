// One live connection to an event that comes back by itself. Plain TypeScript; it moves frames and
// commands and must never interpret seats.
import { reconnectDelay } from "./backoff";
import { decodeBinary } from "./binary-frames";
import { CommandLost, CommandRefused } from "./command-errors";
import { onWake } from "./page-wakes";
import {
  type ByeFrame,
  decodeText,
  type ReplyFrame,
  type ServerFrame,
  SUBPROTOCOLS,
} from "./protocol";

export type SocketStatus = "connecting" | "live" | "waiting" | "stopped";

const COMMAND_TIMEOUT_MS = 5_000;
const LOGIN_EXPIRED_CLOSE = 4401;
const REAUTH_EVERY_MS = 10 * 60_000;
/** Beacons come every 2 s, unless the server is set to something else. */
const BEACON_PATIENCE_MS = 6_000;
/** Nobody stays away longer because of a number in a frame. */
const LONGEST_ASKED_WAIT_MS = 5 * 60_000;

interface Options {
  /** Without a query, for instance `wss://host/ws/v1/events/42`. */
  url: string;
  cursor: () => { epoch: string; seq: number } | undefined;
  /**
   * A fresh single-use ticket, or undefined when nobody is signed in. A ticket lasts as long as the
   * login it was asked with, so for `renewing` that must be a new one.
   */
  ticket: (renewing: boolean) => Promise<string | undefined>;
  /** The server ended the login. The socket comes back by itself, after its usual back-off. */
  onLoginExpired?: () => void;
  onFrame: (frame: ServerFrame) => void;
  onStatus: (status: SocketStatus) => void;
  /** Replaces the network in tests. */
  open?: (url: string, protocols: string[]) => WebSocket;
  /** Replaces the browser's signs that a connection may work again, or not any more. */
  wakes?: (listener: () => void) => () => void;
  random?: () => number;
}

interface Waiting {
  resolve: (reply: ReplyFrame) => void;
  reject: (error: Error) => void;
  timer: ReturnType<typeof setTimeout>;
}

export class LiveSocket {
  private readonly options: Options;
  private socket: WebSocket | undefined;
  private status: SocketStatus = "stopped";
  private attempt = 0;
  private askedWaitMs = 0;
  private wasAskedToWait = false;
  private loginExpired = false;
  private nextRef = 1;
  private readonly waiting = new Map<string, Waiting>();
  private retryTimer: ReturnType<typeof setTimeout> | undefined;
  private pingTimer: ReturnType<typeof setInterval> | undefined;
  private authTimer: ReturnType<typeof setInterval> | undefined;
  private beaconTimer: ReturnType<typeof setTimeout> | undefined;
  private lastBeaconMs: number | undefined;
  private stopWaking = () => {};
  private signedIn: Promise<unknown> = Promise.resolve();

  constructor(options: Options) {
    this.options = options;
  }

  get isLive(): boolean {
    return this.status === "live";
  }

  start(): void {
    if (this.status !== "stopped") return;
    this.attempt = 0;
    this.stopWaking = (this.options.wakes ?? onWake)(() => this.wake());
    this.connect();
  }

  stop(): void {
    this.stopWaking();
    clearTimeout(this.retryTimer);
    this.leave();
    this.setStatus("stopped");
  }

  /** Somebody signed in or out, or the network came back: a new connection knows who is asking. */
  restart(): void {
    if (this.status === "stopped") return;
    this.stop();
    this.start();
  }

  /**
   * The network is back or the page is looked at again. Whoever waits tries now; a connection that
   * seems fine has to prove it, because it may have died while nobody was looking.
   */
  private wake(): void {
    if (this.status === "live") this.probe();
    if (this.status !== "waiting" || this.wasAskedToWait) return;
    clearTimeout(this.retryTimer);
    this.connect();
  }

  /** Resolves with the result, rejects with CommandRefused or CommandLost. */
  async command(type: string, body: object = {}): Promise<ReplyFrame> {
    const socket = this.socket;
    await within(COMMAND_TIMEOUT_MS, this.signedIn);
    // Another connection has not signed in yet: it would answer that it does not know me.
    if (socket !== this.socket) throw new CommandLost("offline");
    return this.send(type, body);
  }

  /** The snapshot arrives as a frame of its own; a lost request is repeated by the next beacon. */
  sync(): void {
    this.send("sync").catch(() => {});
  }

  private connect(): void {
    this.setStatus("connecting");
    const cursor = this.options.cursor();
    const query = cursor ? `?epoch=${encodeURIComponent(cursor.epoch)}&seq=${cursor.seq}` : "";
    const open = this.options.open ?? ((url, protocols) => new WebSocket(url, protocols));
    const socket = open(this.options.url + query, SUBPROTOCOLS);
    socket.binaryType = "arraybuffer";
    this.socket = socket;
    // A socket that was left may still deliver: only the current one is listened to.
    const current = () => this.socket === socket;
    socket.onopen = () => current() && this.authenticate();
    socket.onmessage = (message) => current() && this.receive(message.data);
    socket.onclose = (event) => {
      if (!current()) return;
      this.loginExpired ||= event.code === LOGIN_EXPIRED_CLOSE;
      this.retryLater();
    };
  }

  private receive(data: unknown): void {
    let frame: ServerFrame | undefined;
    try {
      frame = typeof data === "string" ? decodeText(data) : decodeBinary(data as ArrayBuffer);
    } catch {
      // Not a protocol this page speaks. Back-off keeps that from becoming a tight loop.
      this.retryLater();
      return;
    }
    if (!frame) return;
    if (frame.type === "hello") this.greet(frame.heartbeat_ms);
    if (frame.type === "beacon") this.takeBeacon();
    if (frame.type === "bye") this.takeBye(frame);
    if (frame.type === "reply") this.settle(frame);
    else this.options.onFrame(frame);
  }

  private takeBye(bye: ByeFrame): void {
    const asked = Number(bye.retry_after_ms ?? 0);
    this.askedWaitMs = Number.isFinite(asked)
      ? Math.min(Math.max(asked, 0), LONGEST_ASKED_WAIT_MS)
      : 0;
    this.loginExpired = bye.code === "login_expired";
  }

  private greet(heartbeatMs: number): void {
    this.setStatus("live");
    clearInterval(this.pingTimer);
    this.pingTimer = setInterval(() => this.probe(), Math.max(heartbeatMs, 5_000));
    this.lastBeaconMs = undefined;
  }

  private probe(): void {
    this.send("ping").catch((error) => {
      // A silent network shows no close for minutes, so a missing answer counts as one.
      if (error instanceof CommandLost && error.code === "timeout") this.retryLater();
    });
  }

  /** A beacon proves that the connection lasts; a hello alone might be a server that restarts. */
  private takeBeacon(): void {
    this.attempt = 0;
    const nowMs = performance.now();
    const gapMs = nowMs - (this.lastBeaconMs ?? nowMs);
    this.lastBeaconMs = nowMs;
    this.expectBeacon(Math.max(BEACON_PATIENCE_MS, gapMs * 2.5));
  }

  /**
   * S5: without beacons nobody can tell whether the picture is right. Two and a half times the last
   * pause, because the server's period is not in any frame; before the first one the pings watch.
   */
  private expectBeacon(withinMs: number): void {
    clearTimeout(this.beaconTimer);
    this.beaconTimer = setTimeout(() => this.retryLater(), withinMs);
  }

  private authenticate(): void {
    this.signedIn = this.sendTicket(false);
    clearInterval(this.authTimer);
    // Renewing happens while the old login is still good, so no command waits for it.
    this.authTimer = setInterval(() => void this.sendTicket(true), REAUTH_EVERY_MS);
  }

  /** Failing is no reason to stop watching; the next hold will be refused and say so. */
  private async sendTicket(renewing: boolean): Promise<void> {
    const socket = this.socket;
    const ticket = await this.options.ticket(renewing).catch(() => undefined);
    if (!ticket || socket !== this.socket) return;
    await this.send("auth", { ticket }).catch(() => {});
  }

  private send(type: string, body: object = {}): Promise<ReplyFrame> {
    const socket = this.socket;
    if (socket?.readyState !== WebSocket.OPEN) return Promise.reject(new CommandLost("offline"));
    const ref = String(this.nextRef++);
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => {
        this.waiting.delete(ref);
        reject(new CommandLost("timeout"));
      }, COMMAND_TIMEOUT_MS);
      this.waiting.set(ref, { resolve, reject, timer });
      socket.send(JSON.stringify({ type, ref, ...body }));
    });
  }

  private settle(reply: ReplyFrame): void {
    const ref = String(reply.ref);
    const waiting = this.waiting.get(ref);
    if (!waiting) return;
    this.waiting.delete(ref);
    clearTimeout(waiting.timer);
    if (reply.ok) waiting.resolve(reply);
    else waiting.reject(new CommandRefused(reply));
  }

  private retryLater(): void {
    const loginExpired = this.loginExpired;
    this.leave();
    this.setStatus("waiting");
    const random = (this.options.random ?? Math.random)();
    const delay = reconnectDelay(this.attempt, random, this.askedWaitMs);
    this.attempt += 1;
    this.wasAskedToWait = this.askedWaitMs > 0;
    this.askedWaitMs = 0;
    clearTimeout(this.retryTimer);
    this.retryTimer = setTimeout(() => this.connect(), delay);
    // Last, because whoever hears it may restart or stop this socket.
    if (loginExpired) this.options.onLoginExpired?.();
  }

  private leave(): void {
    clearInterval(this.pingTimer);
    clearInterval(this.authTimer);
    clearTimeout(this.beaconTimer);
    const socket = this.socket;
    this.socket = undefined;
    this.loginExpired = false;
    socket?.close();
    for (const { reject, timer } of this.waiting.values()) {
      clearTimeout(timer);
      reject(new CommandLost("offline"));
    }
    this.waiting.clear();
  }

  private setStatus(status: SocketStatus): void {
    this.status = status;
    this.options.onStatus(status);
  }
}

/** What comes in time, or CommandLost. */
async function within<T>(timeoutMs: number, coming: Promise<T>): Promise<T> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new CommandLost("timeout")), timeoutMs);
  });
  return Promise.race([coming, late]).finally(() => clearTimeout(timer));
}
