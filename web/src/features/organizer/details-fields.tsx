// The fields that say what an event is and when. Controlled from outside; must never send anything.
import { SelectField } from "../../components/select-field";
import { TextArea } from "../../components/text-area";
import { TextField } from "../../components/text-field";
import { formatStart } from "../../lib/format/format";
import { timeZones, zonedToUtc } from "../../lib/format/zoned-time";
import type { DetailsForm, Problems } from "./event-form";

interface Props {
  form: DetailsForm;
  problems: Problems;
  onChange: (changes: Partial<DetailsForm>) => void;
}

// Made once: the browser takes a while to list four hundred zones.
const ZONES = timeZones();

export function DetailsFields({ form, problems, onChange }: Props) {
  const field = (name: keyof DetailsForm) => ({
    name,
    value: form[name],
    error: problems[name],
    onChange: ({ target }: { target: { value: string } }) => onChange({ [name]: target.value }),
  });
  const zones = ZONES.includes(form.timezone) ? ZONES : [form.timezone, ...ZONES];
  return (
    <div className="grid gap-5 sm:grid-cols-2">
      <TextField label="Name" className="sm:col-span-2" {...field("name")} autoComplete="off" />
      <TextField label="Venue" {...field("venue")} autoComplete="off" />
      <TextField
        label="Genre"
        {...field("genre")}
        hint="Optional, one word to filter by: concert, theatre."
        autoComplete="off"
      />
      <TextArea
        label="Description"
        className="sm:col-span-2"
        {...field("description")}
        hint="Optional."
      />
      <SelectField
        label="Time zone of the venue"
        name="timezone"
        className="sm:col-span-2"
        value={form.timezone}
        onChange={({ target }) => onChange({ timezone: target.value })}
      >
        {zones.map((zone) => (
          <option key={zone}>{zone}</option>
        ))}
      </SelectField>
      <TimeField label="Starts" form={form} {...field("starts_at")} />
      <TimeField label="Ends" form={form} optional="Optional." {...field("ends_at")} />
      <TimeField
        label="Buyers may give tickets back until"
        form={form}
        optional="Optional. Without it only you can refund."
        {...field("refundable_until")}
      />
    </div>
  );
}

interface TimeProps {
  label: string;
  name: string;
  value: string;
  error: string | undefined;
  form: DetailsForm;
  optional?: string;
  onChange: (event: { target: { value: string } }) => void;
}

function TimeField({ form, optional, ...rest }: TimeProps) {
  return (
    <TextField
      type="datetime-local"
      hint={timeHint(rest.value, form.timezone) ?? optional}
      {...rest}
    />
  );
}

/** What the typed time means, in words, because a clock at the venue may leave it out or show it twice. */
function timeHint(value: string, timezone: string): string | undefined {
  const moment = zonedToUtc(value, timezone);
  if (!moment) return undefined;
  const { long, time } = formatStart(moment.utc, timezone);
  const said = `${long}, ${time}.`;
  if (moment.shown === "never") return `The clocks there skip this time that night. ${said}`;
  if (moment.shown === "twice")
    return `The clocks there show this time twice that night, the first is meant. ${said}`;
  return said;
}
