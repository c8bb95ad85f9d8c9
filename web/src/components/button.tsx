// The one button. Must never be used for navigation: that is a link.
import type { ComponentProps } from "react";

const LOOKS = {
  primary: "bg-ink text-ground hover:opacity-85",
  quiet: "border border-line bg-surface hover:bg-sunken",
  plain: "hover:bg-sunken",
};

interface Props extends ComponentProps<"button"> {
  look?: keyof typeof LOOKS;
}

export function Button({ look = "quiet", className = "", type = "button", ...rest }: Props) {
  return (
    <button
      type={type}
      className={`inline-flex min-h-10 items-center justify-center rounded-lg px-4 text-sm font-medium motion-safe:transition-colors disabled:opacity-50 ${LOOKS[look]} ${className}`}
      {...rest}
    />
  );
}
