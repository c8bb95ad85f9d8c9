// Every page of the web UI on one screen.
import { createBrowserRouter } from "react-router";
import { ForgotPasswordPage } from "../features/auth/forgot-password-page";
import { ResetPasswordPage } from "../features/auth/reset-password-page";
import { VerifyEmailPage } from "../features/auth/verify-email-page";
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
          { path: "/forgot-password", element: <ForgotPasswordPage /> },
          { path: "/reset-password", element: <ResetPasswordPage /> },
          { path: "/verify-email", element: <VerifyEmailPage /> },
          { path: "*", element: <ErrorPage /> },
        ],
      },
    ],
  },
]);
