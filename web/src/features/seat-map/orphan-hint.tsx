// Single seats that my choice would leave between others: nobody buys one alone. The event decides
// whether that is a request or a rule.
import { Button } from "../../components/button";
import { Notice } from "../../components/notice";
import type { LiveEvent } from "./live-event";
import { useCart } from "./use-cart";

export function OrphanHint({ live }: { live: LiveEvent }) {
  const { orphans } = useCart(live);
  return (
    <div role="status" data-testid="orphan-hint">
      {orphans.length > 0 && <Hint live={live} orphans={orphans} />}
    </div>
  );
}

function Hint({ live, orphans }: { live: LiveEvent; orphans: readonly number[] }) {
  const { hall } = live;
  const strict = hall.event.orphan_rule === "strict";
  const names = orphans.map((ordinal) => hall.nameOf(ordinal)).join("; ");
  const [first = -1] = orphans;
  return (
    <div className="mb-1.5">
      <Notice tone={strict ? "danger" : "warning"}>
        <p>
          {strict
            ? `This choice cannot be bought: it leaves single seats alone (${names}). Add them or move by one.`
            : `This leaves single seats alone that hardly anybody buys: ${names}. Could you move by one?`}
        </p>
        <Button size="small" className="mt-2" onClick={() => live.pick(first)}>
          {`Add ${hall.nameOf(first)}`}
        </Button>
      </Notice>
    </div>
  );
}
