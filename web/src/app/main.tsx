// Starts the page: one API client, one session, one React root. Must never hold feature code.
import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import { RouterProvider } from "react-router";
import { createApiClient } from "../lib/api/client";
import { ServicesContext } from "../lib/services";
import { refreshLock } from "../lib/session/refresh-lock";
import { Session } from "../lib/session/session";
import { openTabChannel } from "../lib/session/tab-channel";
import { startTheme } from "../lib/theme";
import { router } from "./router";
import "./styles.css";

startTheme();
const api = createApiClient({ exclusively: refreshLock(navigator.locks) });
const session = new Session(api, openTabChannel());
void session.restore();

const root = document.getElementById("root");
if (!root) throw new Error("index.html has no #root");
createRoot(root).render(
  <StrictMode>
    <ServicesContext value={{ api, session }}>
      <RouterProvider router={router} />
    </ServicesContext>
  </StrictMode>,
);
