// Name, place and time of an event that exists.
import { type FormEvent, useState } from "react";
import { Card } from "../../../components/card";
import type { EventSummary } from "../../../lib/api/types";
import { DetailsFields } from "../details-fields";
import { type DetailsForm, detailsOf, type Problems, readDetails } from "../event-form";
import { SaveRow } from "./save-row";
import { useChange } from "./use-change";

interface Props {
  event: EventSummary;
  onChanged: (event: EventSummary) => void;
}

export function DetailsCard({ event, onChanged }: Props) {
  const [form, setForm] = useState(() => detailsOf(event));
  const [problems, setProblems] = useState<Problems>({});
  const { busy, refusal, change } = useChange(event.id, onChanged);

  function save(submitted: FormEvent) {
    submitted.preventDefault();
    const read = readDetails(form);
    const found = { ...read.problems, ...emptied(form, detailsOf(event)) };
    setProblems(found);
    if (Object.keys(found).length > 0) return;
    const { genre, ends_at, refundable_until, ...rest } = read.values;
    const optional = {
      ...(genre && { genre }),
      ...(ends_at && { ends_at }),
      ...(refundable_until && { refundable_until }),
    };
    void change({ ...rest, ...optional }, "The details are saved.");
  }

  return (
    <Card title="Details">
      <form onSubmit={save} noValidate className="space-y-5">
        <DetailsFields
          form={form}
          problems={{ ...refusal?.problems, ...problems }}
          onChange={(changes) => setForm({ ...form, ...changes })}
        />
        <SaveRow busy={busy} said={refusal?.text} words="Save details" />
      </form>
    </Card>
  );
}

/** What was set once can be changed but not taken away again; the server would keep it silently. */
function emptied(form: DetailsForm, saved: DetailsForm): Problems {
  const fields = ["genre", "ends_at", "refundable_until"] as const;
  const gone = fields.filter((field) => saved[field] && !form[field].trim());
  return Object.fromEntries(gone.map((field) => [field, "This can be changed, but not removed."]));
}
