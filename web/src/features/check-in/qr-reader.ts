// Finds a QR code in a frame of video: by the browser's own detector where it has one, otherwise by a
// library that is only fetched then.

export type QrReader = (video: HTMLVideoElement) => Promise<string | undefined>;

/** Not in TypeScript's library yet. */
interface Detector {
  detect(source: HTMLVideoElement): Promise<{ rawValue: string }[]>;
}

interface DetectorClass {
  new (options: { formats: string[] }): Detector;
  getSupportedFormats(): Promise<string[]>;
}

/** Enough pixels for a ticket's code, few enough for an old phone. */
const MAX_SIDE = 800;

export async function openReader(): Promise<QrReader> {
  return (await nativeReader()) ?? (await libraryReader());
}

async function nativeReader(): Promise<QrReader | undefined> {
  const { BarcodeDetector } = globalThis as { BarcodeDetector?: DetectorClass };
  if (!BarcodeDetector) return undefined;
  try {
    // Some browsers have the class and no formats behind it.
    const formats = await BarcodeDetector.getSupportedFormats();
    if (!formats.includes("qr_code")) return undefined;
    const detector = new BarcodeDetector({ formats: ["qr_code"] });
    return async (video) => (await detector.detect(video))[0]?.rawValue;
  } catch {
    return undefined;
  }
}

async function libraryReader(): Promise<QrReader> {
  const { default: readQr } = await import("jsqr");
  const canvas = document.createElement("canvas");
  const context = canvas.getContext("2d", { willReadFrequently: true });
  return async (video) => {
    if (!context || video.videoWidth === 0) return undefined;
    const scale = Math.min(1, MAX_SIDE / Math.max(video.videoWidth, video.videoHeight));
    canvas.width = Math.round(video.videoWidth * scale);
    canvas.height = Math.round(video.videoHeight * scale);
    context.drawImage(video, 0, 0, canvas.width, canvas.height);
    const { data, width, height } = context.getImageData(0, 0, canvas.width, canvas.height);
    return readQr(data, width, height, { inversionAttempts: "dontInvert" })?.data || undefined;
  };
}
