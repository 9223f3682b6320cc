/**
 * The typed client of the server's own document.
 *
 * Every refusal becomes a `Problem` (RFC 9457) with what a person can read; a server that cannot be reached becomes an
 * `Unreachable`. `call` turns openapi-fetch's answer into the value or one of these.
 */
import createClient from "openapi-fetch";
import type { paths } from "./schema";
import type { ProblemDetails } from "./types";

export const client = createClient<paths>({ baseUrl: "/", credentials: "same-origin" });

/** The server refused; `message` says what happened and, where there is one, the remedy. */
export class Problem extends Error {
  readonly status: number;
  readonly details: ProblemDetails | undefined;

  constructor(status: number, details: ProblemDetails | undefined) {
    super([details?.detail ?? details?.title ?? `HTTP ${status}`, details?.remedy].filter(Boolean).join(" "));
    this.name = "Problem";
    this.status = status;
    this.details = details;
  }

  get code(): string {
    return this.details?.code ?? "unknown";
  }

  /** What is wrong with a field of the form, if anything. */
  field(name: string): string | undefined {
    return this.details?.errors?.find((error) => error.field === name)?.message;
  }
}

/** The server did not answer at all. */
export class Unreachable extends Error {
  constructor(cause: unknown) {
    super("The workspace cannot be reached.", { cause });
    this.name = "Unreachable";
  }
}

interface Answer<Value> {
  data?: Value;
  error?: unknown;
  response: Response;
}

function isProblem(error: unknown): error is ProblemDetails {
  return typeof error === "object" && error !== null && "code" in error;
}

/** Gives an answer's value; throws Problem or Unreachable. */
export async function call<Value>(request: Promise<Answer<Value>>): Promise<Value> {
  let answer: Answer<Value>;
  try {
    answer = await request;
  } catch (error) {
    if (error instanceof DOMException && error.name === "AbortError") {
      throw error;
    }
    throw new Unreachable(error);
  }
  if (!answer.response.ok) {
    throw new Problem(answer.response.status, isProblem(answer.error) ? answer.error : undefined);
  }
  return answer.data as Value;
}
