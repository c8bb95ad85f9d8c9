// The heading of a page or of a step that replaced another. It takes the focus, so that a screen
// reader starts there and the keyboard goes on from there.
import { type ReactNode, useEffect, useRef } from "react";

export function FocusedHeading({ children }: { children: ReactNode }) {
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => heading.current?.focus(), []);
  return (
    <h1 ref={heading} tabIndex={-1} className="text-title font-semibold outline-none!">
      {children}
    </h1>
  );
}
