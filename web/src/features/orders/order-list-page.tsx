// My orders, the newest first. The filter lives in the address, so that the way back from an order
// leads to the same list.
import { useSearchParams } from "react-router";
import { Button, ButtonLink } from "../../components/button";
import { EmptyState } from "../../components/empty-state";
import { LoadProblem } from "../../components/load-problem";
import { SelectField } from "../../components/select-field";
import { LoadingLines } from "../../components/skeleton";
import { listOrders } from "../../lib/api/orders-api";
import type { OrderStatus } from "../../lib/api/types";
import { useServices } from "../../lib/services";
import { useEventBook } from "../../lib/use-event-book";
import { usePages } from "../../lib/use-pages";
import { OrderRow } from "./order-row";
import { STATUS_WORDS } from "./order-words";

export function Component() {
  const { api } = useServices();
  const [params, setParams] = useSearchParams();
  const status = params.get("status") ?? "";
  const { items, loading, problem, more, retry } = usePages(status, (cursor, signal) =>
    listOrders(api, { status: status || undefined, cursor }, signal),
  );
  const events = useEventBook(items.map(({ event_id }) => event_id));

  return (
    <>
      <title>My orders – Frontrow</title>
      <div className="flex flex-wrap items-end justify-between gap-4">
        <h1 className="text-title font-semibold">My orders</h1>
        <SelectField
          label="Show"
          className="w-56"
          value={status}
          onChange={({ target }) =>
            setParams(target.value ? { status: target.value } : {}, { replace: true })
          }
          data-testid="orders-filter"
        >
          <option value="">All orders</option>
          {(Object.keys(STATUS_WORDS) as OrderStatus[]).map((value) => (
            <option key={value} value={value}>
              {STATUS_WORDS[value]}
            </option>
          ))}
        </SelectField>
      </div>
      <ul className="mt-6 space-y-3 empty:hidden" aria-busy={loading} data-testid="orders">
        {items.map((order) => (
          <OrderRow key={order.id} order={order} event={events.get(order.event_id)} />
        ))}
      </ul>
      <div className="mt-6">
        {problem && <LoadProblem problem={problem} what="order" onRetry={retry} />}
        {loading && <LoadingLines label="Loading your orders…" />}
        {!loading && !problem && items.length === 0 && <NoOrders filtered={status !== ""} />}
        {more && !loading && !problem && (
          <Button onClick={more} data-testid="orders-more">
            Show older orders
          </Button>
        )}
      </div>
    </>
  );
}

function NoOrders({ filtered }: { filtered: boolean }) {
  return (
    <EmptyState
      title={filtered ? "No orders in this state" : "No orders yet"}
      action={
        filtered ? (
          <ButtonLink to="/orders">Show all orders</ButtonLink>
        ) : (
          <ButtonLink look="primary" to="/">
            Find an event
          </ButtonLink>
        )
      }
    >
      {!filtered && "What you buy is listed here, with its payment and its tickets."}
    </EmptyState>
  );
}
