// The orders of one event: filtered by status, which is in the address, one page after the other.
import { useState } from "react";
import { useParams, useSearchParams } from "react-router";
import { Button } from "../../components/button";
import { EmptyState } from "../../components/empty-state";
import { LoadMore } from "../../components/load-more";
import { LoadProblem } from "../../components/load-problem";
import { SelectField } from "../../components/select-field";
import { LoadingLines } from "../../components/skeleton";
import { getOrdersFile, listEventOrders } from "../../lib/api/organizer-api";
import { toProblem } from "../../lib/api/problem";
import type { Order } from "../../lib/api/types";
import { useServices } from "../../lib/services";
import { toasts } from "../../lib/toasts";
import { usePages } from "../../lib/use-pages";
import { OrderLine } from "./order-line";
import { ORDER_WORDS } from "./order-words";
import { RefundDialog } from "./refund-dialog";

export function Component() {
  const { api } = useServices();
  const { id = "" } = useParams();
  const [params, setParams] = useSearchParams();
  const status = params.get("status") ?? "";
  const orders = usePages(`${id} ${status}`, (cursor, signal) =>
    listEventOrders(api, id, { status: status || undefined, cursor }, signal),
  );
  const [refunding, setRefunding] = useState<Order>();

  return (
    <>
      <title>Orders – Frontrow</title>
      <h1 className="text-title font-semibold">Orders</h1>
      <div className="mt-5 flex flex-wrap items-end justify-between gap-4">
        <SelectField
          label="Status"
          className="w-56"
          value={status}
          onChange={({ target }) =>
            setParams(target.value ? { status: target.value } : {}, { replace: true })
          }
        >
          <option value="">All</option>
          {Object.entries(ORDER_WORDS).map(([value, words]) => (
            <option key={value} value={value}>
              {words}
            </option>
          ))}
        </SelectField>
        <OrdersFile id={id} />
      </div>
      <div className="mt-5 space-y-4" aria-busy={orders.loading}>
        {orders.problem && (
          <LoadProblem problem={orders.problem} what="event" onRetry={orders.retry} />
        )}
        {orders.items.length > 0 && (
          <ul className="space-y-2">
            {orders.items.map((order) => (
              <OrderLine key={order.id} order={order} onRefund={() => setRefunding(order)} />
            ))}
          </ul>
        )}
        {orders.loading && <LoadingLines />}
        {!orders.loading && !orders.problem && orders.items.length === 0 && (
          <EmptyState title="No orders">
            {status ? "No order has this status." : "Nobody has bought anything yet."}
          </EmptyState>
        )}
        <LoadMore more={orders.more} loading={orders.loading} />
      </div>
      <RefundDialog
        order={refunding}
        onClose={() => setRefunding(undefined)}
        onRefunded={(refunded) =>
          orders.change((order) => (order.id === refunded.id ? { ...order, ...refunded } : order))
        }
      />
    </>
  );
}

/** All orders of the event as a file, whatever the filter says. */
function OrdersFile({ id }: { id: string }) {
  const { api } = useServices();
  const [busy, setBusy] = useState(false);

  async function save() {
    setBusy(true);
    try {
      saveAs(await getOrdersFile(api, id), `orders-${id}.csv`);
    } catch (error) {
      toasts.say(`The file cannot be had: ${toProblem(error).detail}`, "danger");
    } finally {
      setBusy(false);
    }
  }

  return (
    <Button disabled={busy} onClick={() => void save()}>
      {busy ? "One moment…" : "All orders as CSV"}
    </Button>
  );
}

function saveAs(file: Blob, name: string): void {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(file);
  link.download = name;
  link.click();
  // The download has its own hold on the file by the next turn of the loop.
  setTimeout(() => URL.revokeObjectURL(link.href), 0);
}
