// Turns whatever a request threw into one typed error. Must never show a raw stack or a raw body
// to a buyer: `detail` is a sentence.
import { isAxiosError } from "axios";

/** An error answer of the server (RFC 9457), or `status` 0 when there was no answer at all. */
export class ApiProblem extends Error {
  readonly status: number;
  readonly code: string;
  readonly detail: string;
  /** Every further member of the problem document, such as `seats` or `errors`. */
  readonly fields: Record<string, unknown>;

  constructor(status: number, code: string, detail: string, fields: Record<string, unknown> = {}) {
    super(`${code}: ${detail}`);
    this.name = "ApiProblem";
    this.status = status;
    this.code = code;
    this.detail = detail;
    this.fields = fields;
  }
}

export function toProblem(error: unknown): ApiProblem {
  if (error instanceof ApiProblem) return error;
  if (!isAxiosError(error)) return new ApiProblem(0, "unexpected", "Something went wrong here.");
  if (!error.response) {
    return new ApiProblem(0, "network", "The server cannot be reached.");
  }
  const { status, data } = error.response;
  if (!isRecord(data)) {
    // A proxy's HTML page, for instance: nothing in it is meant for a buyer.
    return new ApiProblem(status, "unexpected", "The server answered in an unexpected way.");
  }
  const { type: _type, title, status: _status, detail, code, ...fields } = data;
  return new ApiProblem(
    status,
    typeof code === "string" ? code : "unexpected",
    typeof detail === "string" ? detail : String(title ?? "The server refused the request."),
    fields,
  );
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
