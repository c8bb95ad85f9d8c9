// A labelled text input. The label is always visible: a placeholder is no label.
import { type ComponentProps, useId } from "react";

interface Props extends ComponentProps<"input"> {
  label: string;
}

export function TextField({ label, className = "", ...rest }: Props) {
  const id = useId();
  return (
    <div className={className}>
      <label htmlFor={id} className="mb-1 block text-sm font-medium">
        {label}
      </label>
      <input
        id={id}
        className="h-10 w-full rounded-lg border border-line bg-surface px-3 placeholder:text-muted"
        {...rest}
      />
    </div>
  );
}
