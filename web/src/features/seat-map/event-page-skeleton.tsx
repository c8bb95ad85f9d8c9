// The shape of the event page while its plan is on the way, so that nothing jumps when it comes.
import { LoadingLines, Skeleton } from "../../components/skeleton";
import { PAGE_GRID } from "./page-grid";

export function EventPageSkeleton() {
  return (
    <>
      <Skeleton className="h-32 w-full rounded-3xl" />
      <div className={PAGE_GRID}>
        <Skeleton className="h-[60dvh] w-full rounded-2xl lg:h-full" />
        <div className="rounded-2xl border border-line bg-surface p-5">
          <LoadingLines lines={7} label="Loading the seat map…" />
        </div>
      </div>
    </>
  );
}
