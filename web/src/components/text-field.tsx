// A labelled text input. The label is always visible: a placeholder is no label. What is wrong with
// the value is tied to the field, so that it is read out with it.
import { type ComponentProps, type ReactNode, useId } from "react";

interface Props extends ComponentProps<"input"> {
  label: string;
  /** The rule for the value, shown below and read out with the label. */
  hint?: string | undefined;
  /** What is wrong with the value; empty when nothing is. */
  error?: string | undefined;
  /** At the right end, inside the edge: a button for the field. */
  inside?: ReactNode;
}

export function TextField({ label, hint, error, inside, className = "", ...rest }: Props) {
  const id = useId();
  const described = [error && `${id}-error`, hint && `${id}-hint`].filter(Boolean).join(" ");
  return (
    <div className={className}>
      <label htmlFor={id} className="mb-1 block text-sm font-medium">
        {label}
      </label>
      <div className="relative">
        <input
          id={id}
          className={`h-11 w-full rounded-xl border bg-surface pl-3 placeholder:text-muted ${error ? "border-danger" : "border-edge"} ${inside ? "pr-20" : "pr-3"}`}
          aria-describedby={described || undefined}
          {...(error && { "aria-invalid": true })}
          {...rest}
        />
        {inside}
      </div>
      {error && (
        <p id={`${id}-error`} className="mt-1 text-sm text-danger">
          {error}
        </p>
      )}
      {hint && (
        <p id={`${id}-hint`} className="mt-1 text-sm text-muted">
          {hint}
        </p>
      )}
    </div>
  );
}
