import { screen } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { beforeEach, expect, it, vi } from "vitest";
import { bodiesOf, emptyServer, problem, renderOnPage, serve } from "@/shared/providers/test-server";
import { Login } from "./login";

vi.mock("@/shared/api/client", async () => (await import("@/shared/providers/test-server")).fakeClient());

const WRONG = { code: "wrong_credentials", detail: "The password is wrong, or none is set." };

beforeEach(() => {
  emptyServer();
  history.replaceState(null, "", "/login");
});

function open() {
  const onLoggedIn = vi.fn();
  renderOnPage(<Login onLoggedIn={onLoggedIn} />);
  return { onLoggedIn, user: userEvent.setup() };
}

it("logs in with the password", async () => {
  serve({ "POST /api/login": null });
  const { onLoggedIn, user } = open();
  await user.type(screen.getByLabelText("Password"), "open sesame{Enter}");
  await vi.waitFor(() => expect(onLoggedIn).toHaveBeenCalledOnce());
  expect(bodiesOf("POST /api/login")).toEqual([{ password: "open sesame" }]);
});

it("says at the field that the password is wrong, and keeps the focus there", async () => {
  serve({ "POST /api/login": problem(401, WRONG) });
  const { onLoggedIn, user } = open();
  const field = screen.getByLabelText("Password");
  await user.type(field, "wrong{Enter}");
  expect((await screen.findByRole("alert")).textContent).toContain("The password is wrong");
  expect(field.getAttribute("aria-invalid")).toBe("true");
  expect(document.activeElement).toBe(field);
  expect(onLoggedIn).not.toHaveBeenCalled();
});

it("asks nothing for an empty password", async () => {
  const { user } = open();
  await user.click(screen.getByRole("button", { name: "Log in" }));
  expect(screen.getByText("Enter the password.")).toBeTruthy();
  expect(bodiesOf("POST /api/login")).toEqual([]);
});

it("says how long to wait after too many tries, and does not try meanwhile", async () => {
  serve({ "POST /api/login": problem(429, { code: "too_many_attempts" }, { "Retry-After": "30" }) });
  const { user } = open();
  await user.type(screen.getByLabelText("Password"), "wrong{Enter}");
  expect(await screen.findByText("The next try is possible in 30 seconds.")).toBeTruthy();
  await user.type(screen.getByLabelText("Password"), "again{Enter}");
  expect(bodiesOf("POST /api/login")).toHaveLength(1);
});

it("takes the token out of a pasted link", async () => {
  serve({ "POST /api/login": null });
  const { onLoggedIn, user } = open();
  await user.click(screen.getByRole("button", { name: "Use a login link or a token instead" }));
  await user.type(
    screen.getByLabelText("Login link or token"),
    "http://127.0.0.1:6873/login?token=abc-123{Enter}",
  );
  await vi.waitFor(() => expect(onLoggedIn).toHaveBeenCalledOnce());
  expect(bodiesOf("POST /api/login")).toEqual([{ token: "abc-123" }]);
});

it("explains a link that the server refused", () => {
  history.replaceState(null, "", "/login?refused=link");
  open();
  expect(screen.getByText("The link was not accepted")).toBeTruthy();
});

it("counts the wait that the server's redirect names", () => {
  history.replaceState(null, "", "/login?refused=too_many_attempts&retry_after=12");
  open();
  expect(screen.getByText("The next try is possible in 12 seconds.")).toBeTruthy();
});

it("tells whoever has no password how to get in", () => {
  open();
  expect(screen.getByText("flowent link")).toBeTruthy();
  expect(screen.getByText("flowent password")).toBeTruthy();
});
