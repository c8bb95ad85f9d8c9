// One quiet line below the header, for as long as the address is not confirmed.
import { useSession } from "../../lib/services";
import { ResendVerification } from "./resend-verification";

export function VerifyEmailHint() {
  const { user } = useSession();
  // A server of an older version does not say, and then nobody is asked.
  if (user?.email_verified !== false) return null;
  return (
    <aside aria-label="Email not confirmed" className="no-print border-b border-line bg-sunken">
      <div className="mx-auto flex max-w-7xl flex-wrap items-center gap-x-3 px-4 text-sm text-muted sm:px-6">
        <span className="min-w-0 py-2 wrap-anywhere" data-testid="verify-hint">
          {`Please confirm ${user.email} with the link that we sent you.`}
        </span>
        <ResendVerification key={user.id} />
      </div>
    </aside>
  );
}
