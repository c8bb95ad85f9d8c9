// The log of one event: what was done to it and its seats, by whom, when and why. The newest first.
import { useState } from "react";
import { useParams } from "react-router";
import { EmptyState } from "../../components/empty-state";
import { LoadMore } from "../../components/load-more";
import { LoadProblem } from "../../components/load-problem";
import { LoadingLines } from "../../components/skeleton";
import { TextField } from "../../components/text-field";
import { listJournal } from "../../lib/api/organizer-api";
import type { JournalLine } from "../../lib/api/types";
import { formatMoment } from "../../lib/format/moment";
import { useServices, useSession } from "../../lib/services";
import { usePages } from "../../lib/use-pages";
import { actionWords, matches, whoWords, whyWords } from "./journal-words";
import { shortId } from "./order-words";

/** More than these make a line unreadable; the rest is a number. */
const SHOWN_SEATS = 8;

export function Component() {
  const { api } = useServices();
  const { user } = useSession();
  const { id = "" } = useParams();
  const [search, setSearch] = useState("");
  const log = usePages(id, (cursor, signal) => listJournal(api, id, cursor, signal));
  const found = log.items.filter((line) => matches(line, search.trim(), user?.id));

  return (
    <>
      <title>Log – Frontrow</title>
      <h1 className="text-title font-semibold">Log</h1>
      <TextField
        label="Filter"
        type="search"
        className="mt-5 max-w-md"
        hint={log.more ? "Searches the lines that are loaded. There are older ones." : undefined}
        value={search}
        onChange={({ target }) => setSearch(target.value)}
      />
      <p role="status" className="mt-3 text-sm text-muted">
        {log.items.length > 0 && `${found.length} of ${log.items.length} lines`}
      </p>
      <div className="mt-3 space-y-4" aria-busy={log.loading}>
        {log.problem && <LoadProblem problem={log.problem} what="event" onRetry={log.retry} />}
        {found.length > 0 && (
          <ol className="divide-y divide-line rounded-2xl border border-line bg-surface shadow-card">
            {found.map((line) => (
              <LogLine key={line.id} line={line} me={user?.id} />
            ))}
          </ol>
        )}
        {log.loading && <LoadingLines />}
        {!log.loading && !log.problem && found.length === 0 && (
          <EmptyState title={search ? "No line matches" : "Nothing has happened yet"} />
        )}
        <LoadMore more={log.more} loading={log.loading} />
      </div>
    </>
  );
}

function LogLine({ line, me }: { line: JournalLine; me: string | undefined }) {
  const why = whyWords(line);
  const rest = line.seats.length - SHOWN_SEATS;
  return (
    <li className="grid gap-x-6 gap-y-1 px-5 py-3.5 sm:grid-cols-[11rem_1fr]">
      <time dateTime={line.at} className="text-sm text-muted tabular-nums">
        {formatMoment(line.at)}
      </time>
      <div className="min-w-0 text-sm">
        <p className="font-semibold">{actionWords(line.action)}</p>
        {line.seats.length > 0 && (
          <p className="break-words">
            {line.seats.slice(0, SHOWN_SEATS).join(", ")}
            {rest > 0 && ` and ${rest} more`}
          </p>
        )}
        {why && <p className="break-words">{why}</p>}
        <p className="wrap-anywhere text-muted">
          {whoWords(line, me)}
          {line.order_id && <>, order {shortId(line.order_id)}</>}
        </p>
      </div>
    </li>
  );
}
