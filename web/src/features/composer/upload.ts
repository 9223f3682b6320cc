/**
 * Sends one file to the server. XMLHttpRequest, because `fetch` does not tell how much of a body has left.
 */
import { Problem, Unreachable } from "@/shared/api/client";
import type { components } from "@/shared/api/schema";
import type { ProblemDetails } from "@/shared/api/types";

export type Uploaded = components["schemas"]["AttachmentView"];

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

function isProblem(value: unknown): value is ProblemDetails {
  return typeof value === "object" && value !== null && "code" in value && "detail" in value;
}

function isUploaded(value: unknown): value is Uploaded {
  return typeof value === "object" && value !== null && "id" in value && "media_type" in value;
}

/** `progress` goes from 0 to 1. Throws Problem, Unreachable, or an AbortError. */
export function uploadFile(
  file: File,
  progress: (share: number) => void,
  signal: AbortSignal,
): Promise<Uploaded> {
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    const abort = () => request.abort();
    const done = () => signal.removeEventListener("abort", abort);
    request.upload.onprogress = (event) => {
      if (event.lengthComputable && event.total > 0) {
        progress(event.loaded / event.total);
      }
    };
    request.onload = () => {
      done();
      const answer = parsed(request.responseText);
      if (request.status === 201 && isUploaded(answer)) {
        resolve(answer);
      } else {
        reject(new Problem(request.status, isProblem(answer) ? answer : undefined));
      }
    };
    request.onerror = () => {
      done();
      reject(new Unreachable(undefined));
    };
    request.onabort = () => {
      done();
      reject(new DOMException("The upload was given up.", "AbortError"));
    };
    const form = new FormData();
    form.append("file", file);
    request.open("POST", "/api/attachments");
    if (signal.aborted) {
      reject(new DOMException("The upload was given up.", "AbortError"));
      return;
    }
    signal.addEventListener("abort", abort);
    request.send(form);
  });
}
