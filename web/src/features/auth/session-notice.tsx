// Why nobody is signed in any more. The region is always in the page: one that appears together
// with its text is not read out.
import { Button } from "../../components/button";
import { useServices, useSession } from "../../lib/services";

export function SessionNotice() {
  const { session } = useServices();
  const { notice } = useSession();
  return (
    <div className={notice ? "no-print border-b border-warning bg-warning-soft" : ""}>
      <div className="mx-auto flex max-w-7xl flex-wrap items-center gap-x-4 px-4 text-sm sm:px-6">
        <p role="status" data-testid="session-notice" className={notice ? "py-3" : ""}>
          {notice}
        </p>
        {notice && (
          <span className="flex gap-2 py-2">
            <Button onClick={() => session.openPrompt()}>Sign in</Button>
            <Button look="plain" onClick={() => session.dismissNotice()}>
              Dismiss
            </Button>
          </span>
        )}
      </div>
    </div>
  );
}
