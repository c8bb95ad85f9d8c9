// What stands in for a page whose code is on its way.
import { LoadingLines } from "../components/skeleton";

export function PageLoading() {
  return (
    <div className="mx-auto max-w-7xl px-4 py-10 sm:px-6">
      <LoadingLines />
    </div>
  );
}
