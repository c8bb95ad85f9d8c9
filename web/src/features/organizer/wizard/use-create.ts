// Sends a new event, once for every wish: the same draft sent again, even after a reload, has the
// same key, so a lost answer never makes a second event.
import { useRef, useState } from "react";
import { createEvent } from "../../../lib/api/organizer-api";
import { toProblem } from "../../../lib/api/problem";
import { WishKey } from "../../../lib/api/wish-key";
import { useServices } from "../../../lib/services";
import { type ChosenPlan, type Draft, wishOf } from "./draft";
import { forgetDraft, keepKey, keptKey } from "./kept-draft";
import { type Refusal, refusalsOf } from "./refusal";

export function useCreate(onCreated: (id: string) => void) {
  const { api } = useServices();
  const keys = useRef<WishKey>(undefined);
  const [busy, setBusy] = useState(false);
  const [refusals, setRefusals] = useState<Refusal[]>([]);

  async function create(draft: Draft, plan: ChosenPlan) {
    setBusy(true);
    setRefusals([]);
    keys.current ??= new WishKey(keptKey());
    const { wish, text } = wishOf(draft, plan);
    const key = keys.current.for(text);
    keepKey(text, key);
    try {
      const { id } = await createEvent(api, wish, key);
      forgetDraft();
      onCreated(id);
    } catch (error) {
      setRefusals(refusalsOf(toProblem(error)));
    } finally {
      setBusy(false);
    }
  }

  return { create, busy, refusals };
}
