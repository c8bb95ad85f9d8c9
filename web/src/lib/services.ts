// The API client and the session, handed to React once at the top. Features take them from here
// and never make their own: two clients would mean two refresh flows.
import { createContext, use, useSyncExternalStore } from "react";
import type { ApiClient } from "./api/client";
import type { Session, SessionState } from "./session/session";

export interface Services {
  api: ApiClient;
  session: Session;
}

export const ServicesContext = createContext<Services | undefined>(undefined);

export function useServices(): Services {
  const services = use(ServicesContext);
  if (!services) throw new Error("ServicesContext is missing above this component");
  return services;
}

export function useSession(): SessionState {
  const { session } = useServices();
  return useSyncExternalStore(session.subscribe, session.getSnapshot, session.getSnapshot);
}
