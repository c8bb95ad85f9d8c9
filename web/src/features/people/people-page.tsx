// Accounts and their roles, for administrators. Whoever else comes here learns why there is nothing
// to see; the server decides in any case.
import { useState } from "react";
import { useSearchParams } from "react-router";
import { ButtonLink } from "../../components/button";
import { EmptyState } from "../../components/empty-state";
import { LoadMore } from "../../components/load-more";
import { LoadProblem } from "../../components/load-problem";
import { SearchBox } from "../../components/search-box";
import { LoadingLines } from "../../components/skeleton";
import { findUsers } from "../../lib/api/organizer-api";
import type { Account, User } from "../../lib/api/types";
import { useServices, useSession } from "../../lib/services";
import { usePages } from "../../lib/use-pages";
import { BanDialog } from "./ban-dialog";
import { RoleDialog } from "./role-dialog";
import { UserLine } from "./user-line";

export function Component() {
  const { user } = useSession();
  return (
    <>
      <title>People – Frontrow</title>
      <h1 className="text-title font-semibold">People</h1>
      <div className="mt-5">{user?.role === "admin" ? <People me={user} /> : <OnlyAdmins />}</div>
    </>
  );
}

function OnlyAdmins() {
  return (
    <EmptyState
      title="For administrators only"
      action={<ButtonLink to="/organizer">My events</ButtonLink>}
    >
      Roles decide who may sell and who may let people in, so only administrators change them. Ask
      one of them to make somebody a scanner for your event.
    </EmptyState>
  );
}

function People({ me }: { me: User }) {
  const { api } = useServices();
  const [params, setParams] = useSearchParams();
  const q = params.get("q") ?? "";
  const people = usePages(q, (cursor, signal) => findUsers(api, q, cursor, signal));
  const [chosen, setChosen] = useState<Account>();
  const [inQuestion, setInQuestion] = useState<Account>();
  /** The server tells where somebody scans only when a role was set. */
  const [doors, setDoors] = useState<Record<string, string[]>>({});

  const search = (value: string) => setParams(value ? { q: value } : {}, { replace: true });

  return (
    <>
      <SearchBox
        label="Search by email or name"
        className="max-w-md"
        maxLength={100}
        value={q}
        onSearch={search}
      />
      <div className="mt-5 space-y-4" aria-busy={people.loading}>
        {people.problem && (
          <LoadProblem problem={people.problem} what="list" onRetry={people.retry} />
        )}
        {people.items.length > 0 && (
          <ul className="divide-y divide-line rounded-2xl border border-line bg-surface shadow-card">
            {people.items.map((user) => (
              <UserLine
                key={user.id}
                user={user}
                isMe={user.id === me.id}
                doors={doors[user.id]}
                onChange={() => setChosen(user)}
                onBan={() => setInQuestion(user)}
              />
            ))}
          </ul>
        )}
        {people.loading && <LoadingLines />}
        <p role="status" className="text-muted">
          {!people.loading && !people.problem && people.items.length === 0
            ? "Nobody matches. Try a part of the email or the name."
            : ""}
        </p>
        <LoadMore more={people.more} loading={people.loading} />
      </div>
      <BanDialog
        account={inQuestion}
        onClose={() => setInQuestion(undefined)}
        onChanged={(changed) =>
          people.change((user) => (user.id === changed.id ? { ...user, ...changed } : user))
        }
      />
      <RoleDialog
        user={chosen}
        onClose={() => setChosen(undefined)}
        onChanged={(changed, at) => {
          setDoors((before) => ({ ...before, [changed.id]: at }));
          people.change((user) => (user.id === changed.id ? { ...user, ...changed } : user));
        }}
      />
    </>
  );
}
