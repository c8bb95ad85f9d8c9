// What the seats of an event that exists cost from now on.
import { type FormEvent, useState } from "react";
import { Card } from "../../../components/card";
import { LoadProblem } from "../../../components/load-problem";
import { LoadingLines } from "../../../components/skeleton";
import { getCategories } from "../../../lib/api/events-api";
import type { Category, EventSummary } from "../../../lib/api/types";
import { useServices } from "../../../lib/services";
import { useLoad } from "../../../lib/use-load";
import { type Problems, pricesOf, readPrices } from "../event-form";
import { PriceFields } from "../price-fields";
import { SaveRow } from "./save-row";
import { useChange } from "./use-change";

interface Props {
  event: EventSummary;
  onChanged: (event: EventSummary) => void;
}

export function PricesCard({ event, onChanged }: Props) {
  const { api } = useServices();
  const { data, problem } = useLoad(event.id, (signal) => getCategories(api, event.id, signal));
  const categories = data?.items.filter(({ total }) => total > 0);
  return (
    <Card title="Prices">
      {problem && <LoadProblem problem={problem} what="event" />}
      {!data && !problem && <LoadingLines />}
      {categories && <PricesForm event={event} categories={categories} onChanged={onChanged} />}
    </Card>
  );
}

function PricesForm({ event, categories, onChanged }: Props & { categories: Category[] }) {
  const [form, setForm] = useState(() => pricesOf(event));
  const [problems, setProblems] = useState<Problems>({});
  const { busy, refusal, change } = useChange(event.id, onChanged);

  function save(submitted: FormEvent) {
    submitted.preventDefault();
    const ids = categories.map(({ id }) => id);
    const read = readPrices(form, ids, event.currency);
    setProblems(read.problems);
    if (Object.keys(read.problems).length > 0) return;
    void change({ prices: read.values }, "The prices are saved.");
  }

  return (
    <form onSubmit={save} noValidate className="space-y-5">
      <p className="text-sm text-muted">
        New prices count for seats that are taken from now on. Seats that somebody holds or has
        bought keep theirs.
      </p>
      <PriceFields
        categories={categories}
        currency={event.currency}
        form={form}
        problems={{ ...refusal?.problems, ...problems }}
        onChange={setForm}
      />
      <SaveRow busy={busy} said={refusal?.text} words="Save prices" />
    </form>
  );
}
