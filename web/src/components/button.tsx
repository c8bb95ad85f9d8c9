// The one button, and the link that looks like it. A button does something here, a link leads
// somewhere: neither must ever stand in for the other.
import type { ComponentProps } from "react";
import { Link } from "react-router";

const LOOKS = {
  primary: "bg-ink text-ground hover:opacity-85",
  accent: "bg-accent text-on-accent hover:brightness-95",
  quiet: "border border-edge bg-surface hover:bg-sunken",
  plain: "hover:bg-sunken",
  danger: "border border-danger bg-surface text-danger hover:bg-danger-soft",
};

const SIZES = {
  small: "min-h-8 rounded-lg px-3 text-sm",
  medium: "min-h-11 rounded-xl px-4 text-sm",
  large: "min-h-12 rounded-xl px-6 text-base",
};

interface Looks {
  look?: keyof typeof LOOKS;
  size?: keyof typeof SIZES;
}

function classes({ look = "quiet", size = "medium" }: Looks, more: string): string {
  return `inline-flex items-center justify-center gap-2 font-semibold motion-safe:transition-colors disabled:cursor-not-allowed disabled:opacity-55 ${SIZES[size]} ${LOOKS[look]} ${more}`;
}

export function Button({
  look,
  size,
  className = "",
  type = "button",
  ...rest
}: ComponentProps<"button"> & Looks) {
  const looks = { ...(look && { look }), ...(size && { size }) };
  return <button type={type} className={classes(looks, className)} {...rest} />;
}

export function ButtonLink({
  look,
  size,
  className = "",
  ...rest
}: ComponentProps<typeof Link> & Looks) {
  const looks = { ...(look && { look }), ...(size && { size }) };
  return <Link className={classes(looks, String(className))} {...rest} />;
}
