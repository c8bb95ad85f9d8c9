// A labelled choice among few. The native control: it works with every keyboard, phone and reader.
import { type ComponentProps, useId } from "react";

interface Props extends ComponentProps<"select"> {
  label: string;
}

export function SelectField({ label, className = "", children, ...rest }: Props) {
  const id = useId();
  return (
    <div className={className}>
      <label htmlFor={id} className="mb-1 block text-sm font-medium">
        {label}
      </label>
      <select
        id={id}
        className="h-11 w-full rounded-xl border border-edge bg-surface px-3"
        {...rest}
      >
        {children}
      </select>
    </div>
  );
}
