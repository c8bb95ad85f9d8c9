// What is shown for an unknown address or a page that broke. Must never show a stack to a visitor.
import { Link, useRouteError } from "react-router";

export function ErrorPage() {
  const broke = useRouteError() !== undefined;
  return (
    <div className="py-16">
      <h1 className="text-2xl font-semibold">{broke ? "This page broke" : "Nothing here"}</h1>
      <p className="mt-2 text-muted">
        {broke ? "Reloading usually helps." : "There is no page at this address."}
      </p>
      <Link to="/" className="mt-6 inline-block font-medium underline underline-offset-4">
        All events
      </Link>
    </div>
  );
}
