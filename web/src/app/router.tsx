// Every page of the web UI on one screen.
import { createBrowserRouter } from "react-router";
import { EventListPage } from "../features/events/event-list-page";
import { EventPage } from "../features/seat-map/event-page";
import { ErrorPage } from "./error-page";
import { Layout } from "./layout";

export const router = createBrowserRouter([
  {
    element: <Layout />,
    children: [
      {
        errorElement: <ErrorPage />,
        children: [
          { path: "/", element: <EventListPage /> },
          { path: "/events/:id", element: <EventPage /> },
          { path: "*", element: <ErrorPage /> },
        ],
      },
    ],
  },
]);
