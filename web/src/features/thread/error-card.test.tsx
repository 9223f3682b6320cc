import { screen } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { beforeEach, describe, expect, it, vi } from "vitest";
import { Problem } from "@/shared/api/client";
import { retryError } from "@/shared/api/commands";
import type { ErrorPart } from "@/shared/api/types";
import { ErrorCard } from "./error-card";
import { CONVERSATION, renderInThread } from "./test-thread";

vi.mock("@/shared/api/commands");

const failure = (changes: Partial<ErrorPart> = {}): ErrorPart => ({
  type: "error",
  id: "failure",
  kind: "network",
  title: "The provider cannot be reached",
  message: "No answer came from api.example.",
  remedy: "Look at your connection.",
  ...changes,
});

beforeEach(() => {
  vi.mocked(retryError).mockReset();
});

describe("an error card", () => {
  it("says what happened and what to do", () => {
    renderInThread(<ErrorCard part={failure()} messageId="m" />);
    for (const said of [
      "The provider cannot be reached",
      "No answer came from api.example.",
      "Look at your connection.",
    ]) {
      expect(screen.getByText(said)).toBeDefined();
    }
  });

  it("tries again", async () => {
    vi.mocked(retryError).mockResolvedValue();
    renderInThread(<ErrorCard part={failure()} messageId="m" />);
    await userEvent.click(screen.getByRole("button", { name: "Try again" }));
    expect(retryError).toHaveBeenCalledWith(CONVERSATION, "m", "failure");
  });

  it("says why trying again was refused", async () => {
    const details = {
      type: "about:blank",
      title: "Busy",
      status: 409,
      code: "busy",
      detail: "An answer is running.",
      remedy: "Wait.",
    };
    vi.mocked(retryError).mockRejectedValue(new Problem(409, details));
    renderInThread(<ErrorCard part={failure()} messageId="m" />);
    await userEvent.click(screen.getByRole("button", { name: "Try again" }));
    expect((await screen.findByRole("alert")).textContent).toContain("An answer is running.");
  });

  it("leads to the settings where a person can set it right there", () => {
    renderInThread(<ErrorCard part={failure({ kind: "bad_key" })} messageId="m" />);
    expect(screen.getByRole("link", { name: "Open settings" }).getAttribute("href")).toBe(
      "/settings/providers",
    );
  });

  it("leads nowhere where the settings do not help", () => {
    renderInThread(<ErrorCard part={failure({ kind: "network" })} messageId="m" />);
    expect(screen.queryByRole("link")).toBeNull();
  });

  it("folds what the other side said", async () => {
    renderInThread(
      <ErrorCard part={failure({ id: "detailed", detail: "HTTP 502 Bad Gateway" })} messageId="m" />,
    );
    expect(screen.queryByText("HTTP 502 Bad Gateway")).toBeNull();
    await userEvent.click(screen.getByRole("button", { name: "Details" }));
    expect(screen.getByText("HTTP 502 Bad Gateway")).toBeDefined();
  });

  it("cannot be retried in the past", () => {
    renderInThread(<ErrorCard part={failure()} messageId="m" />, { readOnly: true });
    expect(screen.queryByRole("button", { name: "Try again" })).toBeNull();
  });
});
