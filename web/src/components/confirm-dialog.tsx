// Asks once more before something that cannot be taken back. The safe answer comes first and is the
// one that Escape gives.
import type { ReactNode } from "react";
import { Button } from "./button";
import { Modal } from "./modal";

interface Props {
  open: boolean;
  title: string;
  /** The words on the button that does it: a verb, never "OK". */
  confirm: string;
  decline: string;
  busy?: boolean;
  onConfirm: () => void;
  onClose: () => void;
  testId?: string;
  children: ReactNode;
}

export function ConfirmDialog(props: Props) {
  const { open, title, confirm, decline, busy = false, onConfirm, onClose, testId } = props;
  return (
    <Modal open={open} title={title} onClose={onClose}>
      {props.children}
      <div className="flex flex-wrap justify-end gap-3">
        <Button onClick={onClose}>{decline}</Button>
        <Button look="danger" disabled={busy} onClick={onConfirm} data-testid={testId}>
          {busy ? "One moment…" : confirm}
        </Button>
      </div>
    </Modal>
  );
}
