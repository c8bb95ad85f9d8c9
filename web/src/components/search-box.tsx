// A search field that searches by itself. Waits for a pause in typing: every letter would be a request.
import { type ComponentProps, useEffect, useState } from "react";
import { TextField } from "./text-field";

const DELAY_MS = 250;

interface Props extends Omit<ComponentProps<typeof TextField>, "value" | "onChange" | "type"> {
  value: string;
  onSearch: (value: string) => void;
}

export function SearchBox({ value, onSearch, ...rest }: Props) {
  const [typed, setTyped] = useState(value);
  const [shown, setShown] = useState(value);
  // The value has changed without this box: a filter was cleared, or somebody went back.
  if (shown !== value) {
    setShown(value);
    if (typed.trim() !== value) setTyped(value);
  }

  useEffect(() => {
    if (typed.trim() === value) return;
    const timer = setTimeout(() => onSearch(typed.trim()), DELAY_MS);
    return () => clearTimeout(timer);
  }, [typed, value, onSearch]);

  return (
    <TextField
      {...rest}
      type="search"
      value={typed}
      onChange={({ target }) => setTyped(target.value)}
    />
  );
}
