// At the door: one code after the other, by camera, by a scanner that types, or by hand. Made for a
// phone in one hand in bad light: large, few words, and the result is colour, sign and word.
import { useState } from "react";
import { CameraPanel } from "./camera-panel";
import { CodeForm } from "./code-form";
import { ResultPanel } from "./result-panel";
import { ScanList } from "./scan-list";
import { useSoundChoice } from "./sound-choice";
import { useDesk } from "./use-desk";

export function Component() {
  const sound = useSoundChoice();
  const { scans, busy, take } = useDesk(sound.on);
  const [code, setCode] = useState("");

  async function enter(entered: string, byHand: boolean) {
    const result = await take(entered, byHand);
    // Only into an empty field: the next code may be there by now.
    if (result?.kind === "error") setCode((now) => now || entered);
  }

  return (
    <div className="mx-auto max-w-xl space-y-5">
      <title>Check-in – Frontrow</title>
      <h1 className="text-title font-semibold">Check-in</h1>
      <ResultPanel scan={scans[0]} busy={busy} />
      <CameraPanel onCode={(seen) => void enter(seen.trim(), false)} />
      <CodeForm code={code} onChange={setCode} onEnter={(typed) => void enter(typed, true)} />
      <label className="flex min-h-11 items-center gap-3">
        <input
          type="checkbox"
          className="size-5 accent-(--color-accent)"
          checked={sound.on}
          onChange={({ target }) => sound.set(target.checked)}
        />
        Sound and vibration
      </label>
      <ScanList scans={scans} />
    </div>
  );
}
