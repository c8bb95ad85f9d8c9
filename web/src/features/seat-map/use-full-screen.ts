// The map and its panel over the whole screen. The page's own layer does it, so that it also works
// where a browser has no full screen; what lies behind is out of reach for the keyboard meanwhile.
import { type RefObject, useEffect, useRef, useState } from "react";

export interface FullScreen {
  on: boolean;
  toggle: () => void;
  /** Goes on the element that fills the screen. */
  frame: RefObject<HTMLDivElement | null>;
}

export function useFullScreen(): FullScreen {
  const [on, setOn] = useState(false);
  const frame = useRef<HTMLDivElement>(null);

  useEffect(() => {
    if (!on || !frame.current) return;
    const leaveOthers = setAside(frame.current);
    const root = document.documentElement;
    // Refused or missing: the layer over the page has to do.
    root.requestFullscreen?.().catch(() => {});
    const follow = () => setOn(document.fullscreenElement !== null);
    document.addEventListener("fullscreenchange", follow);
    return () => {
      document.removeEventListener("fullscreenchange", follow);
      if (document.fullscreenElement) void document.exitFullscreen().catch(() => {});
      leaveOthers();
    };
  }, [on]);

  return { on, toggle: () => setOn((before) => !before), frame };
}

/** Everything beside the element and its parents becomes inert, except messages and dialogs. */
function setAside(element: HTMLElement): () => void {
  const aside: HTMLElement[] = [];
  for (let node = element; node.parentElement; node = node.parentElement) {
    for (const sibling of node.parentElement.children) {
      if (sibling === node || !(sibling instanceof HTMLElement) || sibling.inert) continue;
      if (sibling.matches("dialog, [role=status], script, style")) continue;
      sibling.inert = true;
      aside.push(sibling);
    }
    if (node.parentElement === document.body) break;
  }
  document.documentElement.style.overflow = "hidden";
  return () => {
    for (const each of aside) each.inert = false;
    document.documentElement.style.overflow = "";
  };
}
