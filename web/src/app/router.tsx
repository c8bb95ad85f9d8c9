// Every page of the web UI on one screen. What a visitor meets first comes with the first bytes;
// everything else, the organizer's pages above all, is fetched when it is gone to.
import { createBrowserRouter, type RouteObject } from "react-router";
import { EventListPage } from "../features/events/event-list-page";
import { ErrorPage } from "./error-page";
import { Layout } from "./layout";
import { OrganizerFrame } from "./organizer-frame";
import { PageLoading } from "./page-loading";
import { RequireSignIn } from "./require-sign-in";

type PageModule = { Component: React.ComponentType };

const page = (path: string, load: () => Promise<PageModule>): RouteObject => ({ path, lazy: load });

const forVisitors: RouteObject[] = [
  { path: "/", element: <EventListPage /> },
  page("/events/:id", () => import("../features/seat-map/event-page")),
  page("/forgot-password", () => import("../features/auth/forgot-password-page")),
  page("/reset-password", () => import("../features/auth/reset-password-page")),
  page("/verify-email", () => import("../features/auth/verify-email-page")),
];

const forBuyers: RouteObject[] = [
  page("/events/:id/checkout", () => import("../features/checkout/checkout-page")),
  page("/orders", () => import("../features/orders/order-list-page")),
  page("/orders/:id", () => import("../features/orders/order-page")),
  page("/tickets", () => import("../features/tickets/ticket-list-page")),
];

const forOrganizers: RouteObject[] = [
  page("/organizer", () => import("../features/organizer/event-overview-page")),
  page("/organizer/new", () => import("../features/organizer/new-event-page")),
  page("/organizer/people", () => import("../features/people/people-page")),
  {
    path: "/organizer/events/:id",
    element: <OrganizerFrame />,
    children: [
      { index: true, lazy: () => import("../features/dashboard/dashboard-page") },
      page("orders", () => import("../features/organizer/event-orders-page")),
      page("settings", () => import("../features/organizer/event-settings-page")),
      page("log", () => import("../features/organizer/event-log-page")),
    ],
  },
];

export const router = createBrowserRouter([
  {
    element: <Layout />,
    hydrateFallbackElement: <PageLoading />,
    children: [
      {
        errorElement: <ErrorPage />,
        children: [
          ...forVisitors,
          { element: <RequireSignIn />, children: forBuyers },
          {
            element: <RequireSignIn roles={["organizer", "admin"]} />,
            children: forOrganizers,
          },
          {
            element: <RequireSignIn roles={["scanner", "organizer", "admin"]} />,
            children: [page("/check-in", () => import("../features/check-in/check-in-page"))],
          },
          { path: "*", element: <ErrorPage /> },
        ],
      },
    ],
  },
]);
