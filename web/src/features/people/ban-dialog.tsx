// Shuts an account out, with a reason, or lets it in again. Says what it means before it is done.
import { type FormEvent, useState } from "react";
import { Button } from "../../components/button";
import { Modal } from "../../components/modal";
import { TextArea } from "../../components/text-area";
import { banUser, unbanUser } from "../../lib/api/organizer-api";
import { toProblem } from "../../lib/api/problem";
import { problemWords } from "../../lib/api/problem-words";
import type { Account } from "../../lib/api/types";
import { useServices } from "../../lib/services";
import { toasts } from "../../lib/toasts";

interface Props {
  account: Account | undefined;
  onClose: () => void;
  onChanged: (account: Account) => void;
}

export function BanDialog({ account, onClose, onChanged }: Props) {
  const title = `${account?.banned ? "Lift the ban of" : "Ban"} ${account?.name ?? ""}?`;
  return (
    <Modal open={account !== undefined} title={title} onClose={onClose}>
      {account && <BanForm account={account} onClose={onClose} onChanged={onChanged} />}
    </Modal>
  );
}

function BanForm({ account, onClose, onChanged }: Props & { account: Account }) {
  const { api } = useServices();
  const [reason, setReason] = useState("");
  const [busy, setBusy] = useState(false);
  const [said, setSaid] = useState("");
  const isBanned = account.banned !== null && account.banned !== undefined;

  async function submit(event: FormEvent) {
    event.preventDefault();
    setBusy(true);
    setSaid("");
    try {
      const changed = isBanned
        ? await unbanUser(api, account.id)
        : await banUser(api, account.id, reason.trim());
      onChanged(changed);
      toasts.say(`${account.name} ${isBanned ? "may sign in again" : "is banned"}.`, "good");
      onClose();
    } catch (error) {
      setSaid(problemWords(toProblem(error)));
      setBusy(false);
    }
  }

  return (
    <form onSubmit={(event) => void submit(event)} className="space-y-4">
      <p className="text-sm wrap-anywhere text-muted">{account.email}</p>
      {isBanned ? (
        <p>The account can be used again at once. Its owner has to sign in anew.</p>
      ) : (
        <>
          <p>
            They are signed out everywhere within a second, the seats in their cart are free again,
            and nobody can sign in to this account. Tickets they have bought stay valid.
          </p>
          <TextArea
            label="Reason"
            name="reason"
            hint="For administrators only."
            required
            maxLength={500}
            value={reason}
            onChange={({ target }) => setReason(target.value)}
          />
        </>
      )}
      <p role="alert" className="text-sm font-medium text-danger empty:hidden">
        {said}
      </p>
      <div className="flex flex-wrap justify-end gap-2">
        <Button onClick={onClose}>Leave it as it is</Button>
        <Button
          type="submit"
          look={isBanned ? "primary" : "danger"}
          disabled={busy || (!isBanned && !reason.trim())}
          data-testid="ban-confirm"
        >
          {busy ? "One moment…" : isBanned ? "Lift the ban" : "Ban this account"}
        </Button>
      </div>
    </form>
  );
}
