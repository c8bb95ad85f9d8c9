// Gives an account another role, or a scanner another event. Says what it means before it is done.
import { type FormEvent, useState } from "react";
import { Button } from "../../components/button";
import { LoadProblem } from "../../components/load-problem";
import { Modal } from "../../components/modal";
import { SelectField } from "../../components/select-field";
import { getNumbers, setRole } from "../../lib/api/organizer-api";
import { toProblem } from "../../lib/api/problem";
import type { Account, EventNumbers, Role } from "../../lib/api/types";
import { useServices } from "../../lib/services";
import { toasts } from "../../lib/toasts";
import { useLoad } from "../../lib/use-load";
import { ROLE_MEANS, ROLE_WORDS } from "./roles";

interface Props {
  user: Account | undefined;
  onClose: () => void;
  /** With the names of the events they scan at. */
  onChanged: (user: Account, doors: string[]) => void;
}

export function RoleDialog({ user, onClose, onChanged }: Props) {
  return (
    <Modal open={user !== undefined} title={`The role of ${user?.name ?? ""}`} onClose={onClose}>
      {user && <RoleForm user={user} onClose={onClose} onChanged={onChanged} />}
    </Modal>
  );
}

function RoleForm({ user, onClose, onChanged }: Props & { user: Account }) {
  const { api } = useServices();
  const loaded = useLoad("events", (signal) => getNumbers(api, signal));
  const events = loaded.data?.events ?? [];
  const [role, setChosen] = useState(user.role);
  const [eventId, setEventId] = useState("");
  const assigned = role === "scanner" ? eventId : "";
  const { busy, said, send } = useRole(user, (changed, doors) => {
    onChanged(changed, namesOf(doors, events));
    toasts.say(`${user.name} is now: ${ROLE_WORDS[role]}.`, "good");
    onClose();
  });

  function submit(event: FormEvent) {
    event.preventDefault();
    void send(role, assigned || undefined);
  }

  return (
    <form onSubmit={submit} className="space-y-4">
      <p className="text-sm wrap-anywhere text-muted">{user.email}</p>
      <SelectField
        label="Role"
        name="role"
        value={role}
        onChange={({ target }) => setChosen(target.value as Role)}
      >
        {Object.entries(ROLE_WORDS).map(([value, words]) => (
          <option key={value} value={value}>
            {words}
          </option>
        ))}
      </SelectField>
      <p role="status" className="text-sm">
        {ROLE_MEANS[role]}
      </p>
      {role === "scanner" && <EventChoice events={events} value={eventId} onChange={setEventId} />}
      {loaded.problem && <LoadProblem problem={loaded.problem} what="list" />}
      <p role="alert" className="text-sm font-medium text-danger empty:hidden">
        {said}
      </p>
      <div className="flex flex-wrap justify-end gap-2">
        <Button onClick={onClose}>Leave it as it is</Button>
        <Button
          type="submit"
          look={role === "admin" ? "danger" : "primary"}
          disabled={busy || (role === user.role && !assigned)}
          data-testid="role-confirm"
        >
          {busy ? "One moment…" : confirmWords(role, user.role)}
        </Button>
      </div>
    </form>
  );
}

function useRole(user: Account, onDone: (user: Account, doors: string[]) => void) {
  const { api } = useServices();
  const [busy, setBusy] = useState(false);
  const [said, setSaid] = useState("");

  async function send(role: string, eventId: string | undefined) {
    setBusy(true);
    setSaid("");
    try {
      const { scanner_events, ...changed } = await setRole(api, user.id, role, eventId);
      onDone(changed, scanner_events);
    } catch (error) {
      setSaid(toProblem(error).detail);
      setBusy(false);
    }
  }

  return { busy, said, send };
}

interface ChoiceProps {
  events: EventNumbers[];
  value: string;
  onChange: (id: string) => void;
}

function EventChoice({ events, value, onChange }: ChoiceProps) {
  const open = events.filter(({ status }) => status !== "cancelled" && status !== "failed");
  return (
    <SelectField
      label="Also checks in at"
      name="event"
      value={value}
      onChange={({ target }) => onChange(target.value)}
    >
      <option value="">No further event</option>
      {open.map(({ event_id, name }) => (
        <option key={event_id} value={event_id}>
          {name}
        </option>
      ))}
    </SelectField>
  );
}

function confirmWords(role: Role, before: Role): string {
  if (role === before) return "Assign";
  return `Make ${/^[ao]/.test(role) ? "an" : "a"} ${ROLE_WORDS[role].toLowerCase()}`;
}

function namesOf(ids: string[], events: EventNumbers[]): string[] {
  return ids.map((id) => events.find(({ event_id }) => event_id === id)?.name ?? id);
}
