// Under which rules a new event is sold, and whether at once.
import type { Problems } from "../event-form";
import { SaleFields } from "../sale-fields";
import type { Draft } from "./draft";

interface Props {
  draft: Draft;
  problems: Problems;
  onChange: (changes: Partial<Draft>) => void;
}

export function SaleStep({ draft, problems, onChange }: Props) {
  return (
    <>
      <SaleFields
        form={draft.sale}
        problems={problems}
        onChange={(changes) => onChange({ sale: { ...draft.sale, ...changes } })}
      />
      <label className="flex min-h-11 items-center gap-3">
        <input
          type="checkbox"
          name="on_sale"
          className="size-5 accent-(--color-accent)"
          checked={draft.on_sale}
          onChange={({ target }) => onChange({ on_sale: target.checked })}
        />
        <span>
          Put it on sale as soon as its seats are ready
          <span className="block text-sm text-muted">
            Otherwise it is a draft that only you can see.
          </span>
        </span>
      </label>
    </>
  );
}
