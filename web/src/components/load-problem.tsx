// Something could not be loaded: a sentence for people, and a way to try again.
import type { ApiProblem } from "../lib/api/problem";
import { Button } from "./button";
import { Notice } from "./notice";

interface Props {
  problem: ApiProblem;
  /** What was asked for, as in "There is no such order." */
  what: string;
  onRetry?: (() => void) | undefined;
}

export function LoadProblem({ problem, what, onRetry }: Props) {
  const missing = problem.status === 404;
  return (
    <Notice tone="danger">
      <div role="alert" className="flex flex-wrap items-center justify-between gap-3">
        <p>{missing ? `There is no such ${what}.` : problem.detail}</p>
        {onRetry && !missing && (
          <Button size="small" onClick={onRetry}>
            Try again
          </Button>
        )}
      </div>
    </Notice>
  );
}
