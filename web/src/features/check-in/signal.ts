// A short sound and a vibration for a scan, for those who look at the ticket and not at the screen.
// An extra only: must never be the one sign of a result.
import type { ScanKind } from "./scan-result";

interface Tone {
  hertz: number;
  lasts_ms: number;
  times: number;
}

const TONES: Record<ScanKind, Tone> = {
  admitted: { hertz: 1_320, lasts_ms: 120, times: 1 },
  already_used: { hertz: 520, lasts_ms: 140, times: 2 },
  bad_code: { hertz: 220, lasts_ms: 450, times: 1 },
  error: { hertz: 220, lasts_ms: 150, times: 3 },
};

const PAUSE_MS = 90;
const LOUDNESS = 0.15;

let audio: AudioContext | undefined;

export function signal(kind: ScanKind): void {
  const tone = TONES[kind];
  play(tone);
  const pattern = Array.from({ length: tone.times }, () => [tone.lasts_ms, PAUSE_MS]).flat();
  // Missing on iPhones, which is why there is a sound as well.
  navigator.vibrate?.(pattern);
}

function play({ hertz, lasts_ms, times }: Tone): void {
  try {
    audio ??= new AudioContext();
    void audio.resume();
    for (let index = 0; index < times; index++) {
      const from = audio.currentTime + (index * (lasts_ms + PAUSE_MS)) / 1000;
      beep(audio, hertz, from, lasts_ms / 1000);
    }
  } catch {
    // A browser without sound still shows the result.
  }
}

function beep(context: AudioContext, hertz: number, from: number, lasts: number): void {
  const oscillator = new OscillatorNode(context, { frequency: hertz });
  const gain = new GainNode(context, { gain: LOUDNESS });
  oscillator.connect(gain).connect(context.destination);
  oscillator.start(from);
  oscillator.stop(from + lasts);
}
