// The camera on the page: start, stop, which one, and why not.
import { useRef, useState } from "react";
import { Button } from "../../components/button";
import { Notice } from "../../components/notice";
import { SelectField } from "../../components/select-field";
import { canUseCamera } from "./qr-camera";
import { useCamera } from "./use-camera";

export function CameraPanel({ onCode }: { onCode: (code: string) => void }) {
  const video = useRef<HTMLVideoElement>(null);
  const { phase, problem, cameras, start, stop } = useCamera(video, onCode);
  const [chosen, setChosen] = useState("");

  if (!canUseCamera()) return <NoCamera />;
  return (
    <section aria-label="Camera" className="space-y-3">
      <div
        className={`relative overflow-hidden rounded-2xl bg-stage ${phase === "off" ? "hidden" : ""}`}
      >
        <video
          ref={video}
          muted
          playsInline
          aria-label="What the camera sees"
          className="aspect-[4/3] max-h-[45dvh] w-full object-cover"
        />
        <div
          aria-hidden
          className="pointer-events-none absolute inset-[12%] rounded-xl border-2 border-on-stage/70"
        />
      </div>
      <div className="flex flex-wrap items-end gap-3">
        {phase === "off" ? (
          <Button size="large" className="flex-1" onClick={() => void start(chosen)}>
            Scan with the camera
          </Button>
        ) : (
          <Button size="large" className="flex-1" onClick={() => stop()}>
            {phase === "starting" ? "Starting… (stop)" : "Stop the camera"}
          </Button>
        )}
        {cameras.length > 1 && (
          <SelectField
            label="Camera"
            className="min-w-0 flex-1"
            value={chosen}
            onChange={({ target }) => {
              setChosen(target.value);
              if (phase !== "off") void start(target.value);
            }}
          >
            <option value="">Back camera</option>
            {cameras.map(({ id, name }) => (
              <option key={id} value={id}>
                {name}
              </option>
            ))}
          </SelectField>
        )}
      </div>
      <div role="alert">{problem && <Notice tone="warning">{problem}</Notice>}</div>
    </section>
  );
}

function NoCamera() {
  return (
    <Notice>
      The camera cannot be used here: browsers allow it only on pages with an https address. Codes
      can be typed, or read by a scanner that types.
    </Notice>
  );
}
