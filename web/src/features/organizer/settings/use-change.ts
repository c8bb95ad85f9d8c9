// Sends one change of an event and keeps what the server said of it.
import { useState } from "react";
import { changeEvent, type EventChanges } from "../../../lib/api/organizer-api";
import { toProblem } from "../../../lib/api/problem";
import type { EventSummary } from "../../../lib/api/types";
import { useServices } from "../../../lib/services";
import { toasts } from "../../../lib/toasts";
import { type ChangeRefusal, refusalOf } from "./change-refusal";

export function useChange(id: string, onChanged: (event: EventSummary) => void) {
  const { api } = useServices();
  const [busy, setBusy] = useState(false);
  const [refusal, setRefusal] = useState<ChangeRefusal>();

  /** Answers whether it worked. */
  async function change(changes: EventChanges, said: string): Promise<boolean> {
    setBusy(true);
    setRefusal(undefined);
    try {
      onChanged(await changeEvent(api, id, changes));
      toasts.say(said, "good");
      return true;
    } catch (error) {
      setRefusal(refusalOf(toProblem(error)));
      return false;
    } finally {
      setBusy(false);
    }
  }

  return { busy, refusal, change };
}
