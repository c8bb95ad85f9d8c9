// The end of every page: what this is, and how it shall look.
import { setTheme, type ThemeChoice, useThemeChoice } from "../lib/theme";

const CHOICES: { value: ThemeChoice; words: string }[] = [
  { value: "system", words: "As my system" },
  { value: "light", words: "Light" },
  { value: "dark", words: "Dark" },
];

export function Footer() {
  const chosen = useThemeChoice();
  return (
    <footer className="no-print mt-8 border-t border-line">
      <div className="mx-auto flex max-w-7xl flex-wrap items-center justify-between gap-x-6 gap-y-3 px-4 py-5 text-sm text-muted sm:px-6">
        <p>
          Frontrow, open-source seat maps and tickets.{" "}
          <a href="/api/docs" className="underline underline-offset-4 hover:text-ink">
            API
          </a>
        </p>
        <fieldset className="flex flex-wrap items-center gap-x-4 gap-y-1">
          <legend className="sr-only">Colours</legend>
          {CHOICES.map(({ value, words }) => (
            <label key={value} className="flex min-h-8 items-center gap-1.5">
              <input
                type="radio"
                name="theme"
                className="size-4 accent-(--color-accent)"
                checked={chosen === value}
                onChange={() => setTheme(value)}
              />
              {words}
            </label>
          ))}
        </fieldset>
      </div>
    </footer>
  );
}
