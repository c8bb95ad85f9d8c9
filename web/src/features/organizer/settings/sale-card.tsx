// The rules under which an event that exists is sold.
import { type FormEvent, useState } from "react";
import { Card } from "../../../components/card";
import type { EventSummary } from "../../../lib/api/types";
import { type Problems, readSale, saleOf } from "../event-form";
import { SaleFields } from "../sale-fields";
import { SaveRow } from "./save-row";
import { useChange } from "./use-change";

interface Props {
  event: EventSummary;
  onChanged: (event: EventSummary) => void;
}

export function SaleCard({ event, onChanged }: Props) {
  const [form, setForm] = useState(() => saleOf(event));
  const [problems, setProblems] = useState<Problems>({});
  const { busy, refusal, change } = useChange(event.id, onChanged);

  function save(submitted: FormEvent) {
    submitted.preventDefault();
    const read = readSale(form);
    setProblems(read.problems);
    if (Object.keys(read.problems).length > 0) return;
    void change(read.values, "The rules of the sale are saved.");
  }

  return (
    <Card title="Rules of the sale">
      <form onSubmit={save} noValidate className="space-y-5">
        <SaleFields
          form={form}
          problems={{ ...refusal?.problems, ...problems }}
          onChange={(changes) => setForm({ ...form, ...changes })}
        />
        <SaveRow busy={busy} said={refusal?.text} words="Save rules" />
      </form>
    </Card>
  );
}
