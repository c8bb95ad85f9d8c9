// What is shown for an unknown address or a page that broke. Must never show a stack to a visitor.
import { useRouteError } from "react-router";
import { Button, ButtonLink } from "../components/button";
import { FocusedHeading } from "../components/focused-heading";

export function ErrorPage() {
  const error = useRouteError();
  // The router says null where nothing broke.
  const broke = error !== null && error !== undefined;
  const { title, words } = broke ? describe(error) : NOTHING_HERE;
  return (
    <div className="mx-auto max-w-xl py-16">
      <title>{`${title} – Frontrow`}</title>
      <FocusedHeading>{title}</FocusedHeading>
      <p className="mt-3 text-muted">{words}</p>
      <div className="mt-6 flex flex-wrap gap-3">
        {broke && (
          <Button look="primary" onClick={() => window.location.reload()}>
            Load the page again
          </Button>
        )}
        <ButtonLink to="/">All events</ButtonLink>
      </div>
    </div>
  );
}

const NOTHING_HERE = { title: "Nothing here", words: "There is no page at this address." };

function describe(error: unknown): { title: string; words: string } {
  // Pages are fetched when they are gone to: without a network, or right after an update, one may be
  // missing.
  if (error instanceof TypeError && /import|fetch|module/i.test(error.message)) {
    return {
      title: "This page could not be fetched",
      words:
        "Either there is no connection, or Frontrow was updated a moment ago. Nothing is lost.",
    };
  }
  return { title: "This page broke", words: "Loading it again usually helps. Nothing is lost." };
}
