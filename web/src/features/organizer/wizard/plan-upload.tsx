// Takes a pretix seating plan from a file, chosen or dropped. Must never send it: that is the last
// step of the wizard.
import { type DragEvent, useId, useState } from "react";
import { Notice } from "../../../components/notice";
import { previewPlan } from "../../../lib/plan-preview";
import type { ChosenPlan } from "./draft";

/** The server's limit for the whole request. */
const MAX_BYTES = 40 * 1024 * 1024;

export function PlanUpload({ onPlan }: { onPlan: (plan: ChosenPlan) => void }) {
  const id = useId();
  const [problem, setProblem] = useState("");
  const [over, setOver] = useState(false);

  async function take(file: File | undefined) {
    if (!file) return;
    setProblem("");
    try {
      onPlan(await readPlan(file));
    } catch (error) {
      setProblem(error instanceof Error ? error.message : "The file cannot be read.");
    }
  }

  function drop(event: DragEvent) {
    event.preventDefault();
    setOver(false);
    void take(event.dataTransfer.files[0]);
  }

  return (
    <div className="space-y-3">
      <label
        htmlFor={id}
        onDragOver={(event) => {
          event.preventDefault();
          setOver(true);
        }}
        onDragLeave={() => setOver(false)}
        onDrop={drop}
        className={`block rounded-2xl border border-dashed px-5 py-7 text-center ${over ? "border-accent bg-accent-soft" : "border-edge bg-surface"}`}
      >
        <span className="block font-medium">Seating plan file</span>
        <span className="mt-1 block text-sm text-muted">
          JSON from the pretix seating plan editor. Choose it, or drop it here.
        </span>
        <input
          id={id}
          type="file"
          accept=".json,application/json"
          data-testid="plan-file"
          className="mx-auto mt-4 block max-w-full text-sm file:mr-3 file:min-h-9 file:rounded-lg file:border file:border-edge file:bg-surface file:px-3 file:font-semibold"
          onClick={({ currentTarget }) => {
            // So that the same file, put right, can be chosen again.
            currentTarget.value = "";
          }}
          onChange={({ target }) => void take(target.files?.[0])}
        />
      </label>
      <div role="alert">{problem && <Notice tone="danger">{problem}</Notice>}</div>
    </div>
  );
}

async function readPlan(file: File): Promise<ChosenPlan> {
  if (file.size > MAX_BYTES)
    throw new Error("The file is too large: the server takes up to 40 MB.");
  const json = parsed(await file.text(), file.name);
  const preview = previewPlan(json);
  if (preview.plan.seats.length === 0) {
    const [first] = preview.problems;
    throw new Error(
      `${file.name} is no seating plan with seats: ${first?.path ?? "$"} ${first?.message ?? ""}.`,
    );
  }
  const mark = `${file.name} ${file.size} ${file.lastModified}`;
  return { json, mark, label: file.name, preview };
}

function parsed(text: string, name: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new Error(`${name} is no JSON file. Export the plan as JSON and choose that file.`);
  }
}
