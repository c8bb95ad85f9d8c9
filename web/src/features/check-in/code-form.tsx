// The field for codes that are typed, pasted, or sent by a scanner that types. Takes the focus back
// after every code, so that the next one can follow.
import { type FormEvent, useEffect, useRef } from "react";
import { Button } from "../../components/button";

interface Props {
  code: string;
  onChange: (code: string) => void;
  onEnter: (code: string) => void;
}

export function CodeForm({ code, onChange, onEnter }: Props) {
  const field = useRef<HTMLInputElement>(null);

  // A scanner that types needs the field; on a phone its keyboard would cover the camera.
  useEffect(() => {
    if (window.matchMedia("(pointer: fine)").matches) field.current?.focus();
  }, []);

  function submit(event: FormEvent) {
    event.preventDefault();
    const typed = code.trim();
    field.current?.focus();
    if (!typed) return;
    onChange("");
    onEnter(typed);
  }

  return (
    <form onSubmit={submit} className="flex flex-wrap items-end gap-3">
      <div className="min-w-0 flex-1 basis-48">
        <label htmlFor="code" className="mb-1 block text-sm font-medium">
          Ticket code
        </label>
        <input
          ref={field}
          id="code"
          data-testid="checkin-code"
          value={code}
          onChange={({ target }) => onChange(target.value)}
          autoComplete="off"
          autoCapitalize="off"
          spellCheck={false}
          enterKeyHint="done"
          className="h-14 w-full rounded-xl border border-edge bg-surface px-4 font-mono"
        />
      </div>
      <Button
        type="submit"
        look="primary"
        className="min-h-14 grow px-8 sm:grow-0"
        data-testid="checkin-submit"
      >
        Check in
      </Button>
    </form>
  );
}
