// The controls of the list's filter. They show what the address says and never keep a value of their
// own, except a word that is still being typed.
import { useState } from "react";
import { Button } from "../../components/button";
import { SearchBox } from "../../components/search-box";
import { SelectField } from "../../components/select-field";
import { TextField } from "../../components/text-field";
import type { EventSummary } from "../../lib/api/types";
import { type FilterName, isFiltering, type ListFilter, SORTS, STATUSES } from "./event-filter";

interface Props {
  filter: ListFilter;
  /** What is listed: the genres to choose from are those that have been seen. */
  items: EventSummary[];
  onChange: (name: FilterName, value: string) => void;
  onClear: () => void;
}

export function EventFilters({ filter, items, onChange, onClear }: Props) {
  const genres = useGenres(items, filter.genre);
  return (
    <search className="mt-5 block">
      <form
        aria-label="Find events"
        onSubmit={(event) => event.preventDefault()}
        className="grid grid-cols-2 items-end gap-3 sm:grid-cols-3 lg:grid-cols-[minmax(0,1.6fr)_repeat(5,minmax(0,1fr))]"
      >
        <SearchBox
          label="Search"
          placeholder="Name or venue"
          className="col-span-2 min-w-0 sm:col-span-3 lg:col-span-1"
          value={filter.q}
          onSearch={(value) => onChange("q", value)}
        />
        <Choice
          label="Status"
          choices={STATUSES}
          value={filter.status}
          onChange={(value) => onChange("status", value)}
        />
        <Choice
          label="Genre"
          choices={[["", "Any genre"], ...genres.map((genre): [string, string] => [genre, genre])]}
          value={filter.genre}
          onChange={(value) => onChange("genre", value)}
        />
        <Day label="From" value={filter.from} onChange={(value) => onChange("from", value)} />
        <Day label="To" value={filter.to} onChange={(value) => onChange("to", value)} />
        <Choice
          wide
          label="Order"
          choices={SORTS}
          value={filter.sort}
          onChange={(value) => onChange("sort", value)}
        />
      </form>
      {isFiltering(filter) && (
        <Button size="small" className="mt-3" data-testid="clear-filters" onClick={onClear}>
          Clear filters
        </Button>
      )}
    </search>
  );
}

interface FieldProps {
  label: string;
  value: string;
  onChange: (value: string) => void;
}

function Choice({
  label,
  value,
  choices,
  wide = false,
  onChange,
}: FieldProps & { choices: [string, string][]; wide?: boolean }) {
  return (
    <SelectField
      label={label}
      value={value}
      className={`min-w-0 ${wide ? "max-sm:col-span-2" : ""}`}
      onChange={({ target }) => onChange(target.value)}
    >
      {choices.map(([each, words]) => (
        <option key={each} value={each}>
          {words}
        </option>
      ))}
    </SelectField>
  );
}

function Day({ label, value, onChange }: FieldProps) {
  return (
    <TextField
      label={label}
      type="date"
      value={value}
      className="min-w-0"
      onChange={({ target }) => onChange(target.value)}
    />
  );
}

/** There is no list of genres to ask for, so it is gathered; a filter must not make it shorter. */
function useGenres(items: EventSummary[], chosen: string): string[] {
  const [known, setKnown] = useState<readonly string[]>([]);
  const seen = items.map(({ genre }) => genre).concat(chosen);
  const added = seen.filter((genre) => genre && !known.includes(genre)) as string[];
  if (added.length > 0) setKnown([...new Set([...known, ...added])].sort());
  return [...known];
}
