// Whether scans are heard and felt. Kept in this browser: a door keeps its phone.
import { useState } from "react";

const KEY = "frontrow.check-in-signal";

export function useSoundChoice() {
  const [on, setOn] = useState(read);
  return {
    on,
    set: (next: boolean) => {
      setOn(next);
      try {
        localStorage.setItem(KEY, next ? "on" : "off");
      } catch {
        // Forgotten with the page; that is all.
      }
    },
  };
}

function read(): boolean {
  try {
    return localStorage.getItem(KEY) === "on";
  } catch {
    return false;
  }
}
