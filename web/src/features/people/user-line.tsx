// One account in the list: who, which role, and the way to change it.
import { Button } from "../../components/button";
import type { User } from "../../lib/api/types";
import { ROLE_WORDS } from "./roles";

interface Props {
  user: User;
  isMe: boolean;
  /** Names of the events they scan at, where that is known. */
  doors: string[] | undefined;
  onChange: () => void;
}

export function UserLine({ user, isMe, doors, onChange }: Props) {
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
        {doors && doors.length > 0 && (
          <p className="mt-1 text-sm break-words">Checks in at: {doors.join(", ")}</p>
        )}
      </div>
      <span className="rounded-full border border-line px-2.5 py-0.5 text-xs font-medium">
        {ROLE_WORDS[user.role]}
      </span>
      {isMe ? (
        <span className="text-sm text-muted">You</span>
      ) : (
        <Button size="small" aria-label={`Change the role of ${user.name}`} onClick={onChange}>
          Change role
        </Button>
      )}
    </li>
  );
}
