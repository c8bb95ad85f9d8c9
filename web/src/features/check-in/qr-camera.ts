// The camera at the door: opens it, looks for codes, and above all lets go of it. Must never keep a
// stream after `stop`, not even one that the browser hands out late.
import { openReader, type QrReader } from "./qr-reader";

/** Six looks a second are as quick as a hand, and leave a phone its battery. */
const LOOK_EVERY_MS = 160;

export interface CameraChoice {
  id: string;
  name: string;
}

export class QrCamera {
  private stream: MediaStream | undefined;
  private timer: ReturnType<typeof setTimeout> | undefined;
  /** Grows with every start and stop: what an older one was waiting for is not wanted any more. */
  private era = 0;
  private readonly onCode: (code: string) => void;
  private readonly onEnded: () => void;

  /** `onEnded`: the camera was unplugged, or its permission withdrawn. */
  constructor(onCode: (code: string) => void, onEnded: () => void) {
    this.onCode = onCode;
    this.onEnded = onEnded;
  }

  /** Answers whether it runs: false when it was stopped meanwhile. Throws what the browser throws. */
  async start(video: HTMLVideoElement, cameraId?: string): Promise<boolean> {
    this.stop();
    const { era } = this;
    const stream = await navigator.mediaDevices.getUserMedia(wishFor(cameraId));
    if (era !== this.era) {
      close(stream);
      return false;
    }
    this.stream = stream;
    for (const track of stream.getTracks()) track.addEventListener("ended", this.onEnded);
    video.srcObject = stream;
    await video.play();
    const read = await openReader();
    if (era !== this.era) return false;
    this.look(video, read, era);
    return true;
  }

  stop(): void {
    this.era += 1;
    clearTimeout(this.timer);
    if (this.stream) close(this.stream);
    this.stream = undefined;
  }

  private look(video: HTMLVideoElement, read: QrReader, era: number): void {
    this.timer = setTimeout(async () => {
      // A frame that cannot be read is no reason to stop: the next one is there in a moment.
      const code = await read(video).catch(() => undefined);
      if (era !== this.era) return;
      if (code) this.onCode(code);
      this.look(video, read, era);
    }, LOOK_EVERY_MS);
  }
}

/** Their names are only known after a permission was given. */
export async function listCameras(): Promise<CameraChoice[]> {
  const devices = await navigator.mediaDevices.enumerateDevices();
  return devices
    .filter(({ kind, deviceId }) => kind === "videoinput" && deviceId)
    .map(({ deviceId, label }, index) => ({ id: deviceId, name: label || `Camera ${index + 1}` }));
}

/** Browsers give cameras to pages with TLS and to this very machine only. */
export function canUseCamera(): boolean {
  return typeof navigator.mediaDevices?.getUserMedia === "function";
}

/** Why the camera did not start, and what can be done. */
export function cameraProblem(error: unknown): string {
  const name = error instanceof DOMException ? error.name : "";
  switch (name) {
    case "NotAllowedError":
      return "This page may not use the camera. Allow it in the browser's settings for this address, then start again. Codes can be typed meanwhile.";
    case "NotFoundError":
    case "OverconstrainedError":
      return "No camera was found. Codes can be typed, or read by a scanner that types.";
    case "NotReadableError":
      return "Another program is using the camera. Close it and start again.";
    default:
      return "The camera could not be started. Codes can be typed meanwhile.";
  }
}

/** The one at the back of a phone, unless somebody chose another. */
function wishFor(cameraId: string | undefined): MediaStreamConstraints {
  const which = cameraId
    ? { deviceId: { exact: cameraId } }
    : { facingMode: { ideal: "environment" } };
  return { audio: false, video: { ...which, width: { ideal: 1280 }, height: { ideal: 720 } } };
}

function close(stream: MediaStream): void {
  for (const track of stream.getTracks()) track.stop();
}
