// What shapes and colours on this map mean.
import { SeatMark, type SeatMarkName } from "./marks";
import { formatSpan } from "./numbers";
import { ageSteps, type Tints } from "./seat-tints";

interface Props {
  heat: boolean;
  tints: Tints;
  holdTtlMs: number;
}

export function MapLegend({ heat, tints, holdTtlMs }: Props) {
  return (
    <div className="mt-2 flex flex-wrap items-center gap-x-4 gap-y-1.5 text-xs text-muted">
      <ul aria-label="Shapes" className="flex flex-wrap gap-x-3 gap-y-1">
        <Shape name="available" words="Available" plain={heat} />
        <Shape name="held" words="Held" plain={heat} />
        <Shape name="sold" words="Sold" plain={heat} />
        <Shape name="blocked" words="Blocked" plain={heat} />
        <li className="flex items-center gap-1">
          <Swatch color={tints.selected} /> Selected
        </li>
      </ul>
      <ul aria-label="Colours" className="flex flex-wrap gap-x-3 gap-y-1 tabular-nums">
        {heat
          ? tints.heat.map((color, step) => (
              <li key={color} className="flex items-center gap-1">
                <Swatch color={color} /> {HEAT_WORDS[step]}
              </li>
            ))
          : tints.ages.map((color, step) => (
              <li key={color} className="flex items-center gap-1">
                <Swatch color={color} /> {ageWords(ageSteps(holdTtlMs), step)}
              </li>
            ))}
      </ul>
    </div>
  );
}

const HEAT_WORDS = ["quiet", "few holds", "some", "many", "busiest section"];

function ageWords(steps: readonly number[], step: number): string {
  const end = steps[step];
  return end === undefined
    ? `held ${formatSpan(steps.at(-1))} or longer`
    : `${step === 0 ? "held " : ""}under ${formatSpan(end)}`;
}

function Shape(props: { name: SeatMarkName; words: string; plain: boolean }) {
  return (
    <li className="flex items-center gap-1">
      <SeatMark name={props.name} plain={props.plain} /> {props.words}
    </li>
  );
}

function Swatch({ color }: { color: string }) {
  return <span aria-hidden className="size-3 rounded-sm" style={{ background: color }} />;
}
