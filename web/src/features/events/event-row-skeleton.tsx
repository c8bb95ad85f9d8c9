// The place of an event that is on its way.
import { Skeleton } from "../../components/skeleton";

export function EventRowSkeleton() {
  return (
    <li
      aria-hidden
      className="grid grid-cols-[4.25rem_minmax(0,1fr)] items-center gap-4 rounded-2xl border border-line bg-surface p-3 sm:grid-cols-[5rem_minmax(0,1fr)_14rem] sm:p-4"
    >
      <Skeleton className="h-20 w-full rounded-xl" />
      <span className="space-y-2.5">
        <Skeleton className="h-6 w-3/5" />
        <Skeleton className="h-4 w-2/5" />
      </span>
      <span className="hidden space-y-2.5 sm:block">
        <Skeleton className="ml-auto h-4 w-1/2" />
        <Skeleton className="h-2 w-full" />
      </span>
    </li>
  );
}
