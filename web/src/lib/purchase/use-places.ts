// Rows and seat numbers for people, from the event's plan. A convenience: without the plan the seats
// have their names still, so a plan that cannot be loaded is not worth a message.
import { useMemo } from "react";
import { getPlan } from "../api/events-api";
import { useServices } from "../services";
import { useLoad } from "../use-load";
import { placesOf, type SeatPlaces } from "./seat-places";

export function usePlaces(eventId: string, seats: readonly string[]): SeatPlaces {
  const { api } = useServices();
  const { data: plan } = useLoad(eventId, async (signal) =>
    eventId ? getPlan(api, eventId, signal) : undefined,
  );
  const wanted = seats.join("\n");
  return useMemo(() => placesOf(plan, wanted.split("\n")), [plan, wanted]);
}
