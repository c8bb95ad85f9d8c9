// One account in the list: who, which role, and the way to change it.
import { Button } from "../../components/button";
import type { Account } from "../../lib/api/types";
import { ROLE_WORDS } from "./roles";

interface Props {
  user: Account;
  isMe: boolean;
  /** Names of the events they scan at, where that is known. */
  doors: string[] | undefined;
  onChange: () => void;
  onBan: () => void;
}

export function UserLine({ user, isMe, doors, onChange, onBan }: Props) {
  return (
    <li
      data-testid={`user-row-${user.email}`}
      className="flex flex-wrap items-center gap-x-5 gap-y-2 px-5 py-4"
    >
      <div className="min-w-0 flex-1 basis-56">
        <p className="font-semibold break-words">{user.name}</p>
        <p className="text-sm wrap-anywhere text-muted">
          {user.email}
          {!user.email_verified && " (not confirmed)"}
        </p>
        {user.banned && (
          <p className="mt-1 text-sm break-words">Banned because: {user.banned.reason}</p>
        )}
        {doors && doors.length > 0 && (
          <p className="mt-1 text-sm break-words">Checks in at: {doors.join(", ")}</p>
        )}
      </div>
      {user.banned && (
        <span className="rounded-full border border-danger px-2.5 py-0.5 text-xs font-medium text-danger">
          Banned
        </span>
      )}
      <span className="rounded-full border border-line px-2.5 py-0.5 text-xs font-medium">
        {ROLE_WORDS[user.role]}
      </span>
      {isMe ? (
        <span className="text-sm text-muted">You</span>
      ) : (
        <span className="flex flex-wrap gap-2">
          <Button size="small" aria-label={`Change the role of ${user.name}`} onClick={onChange}>
            Change role
          </Button>
          <Button
            size="small"
            aria-label={`${user.banned ? "Lift the ban of" : "Ban"} ${user.name}`}
            data-testid="ban-open"
            onClick={onBan}
          >
            {user.banned ? "Lift ban" : "Ban"}
          </Button>
        </span>
      )}
    </li>
  );
}
