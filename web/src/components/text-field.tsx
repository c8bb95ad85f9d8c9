// A labelled text input. The label is always visible: a placeholder is no label.
import { type ComponentProps, useId } from "react";

interface Props extends ComponentProps<"input"> {
  label: string;
  /** The rule for the value, shown below and read out with the label. */
  hint?: string;
}

export function TextField({ label, hint, className = "", ...rest }: Props) {
  const id = useId();
  return (
    <div className={className}>
      <label htmlFor={id} className="mb-1 block text-sm font-medium">
        {label}
      </label>
      <input
        id={id}
        className="h-10 w-full rounded-lg border border-line bg-surface px-3 placeholder:text-muted"
        aria-describedby={hint && `${id}-hint`}
        {...rest}
      />
      {hint && (
        <p id={`${id}-hint`} className="mt-1 text-sm text-muted">
          {hint}
        </p>
      )}
    </div>
  );
}
