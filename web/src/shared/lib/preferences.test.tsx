import { beforeEach, expect, test, vi } from "vitest";

beforeEach(() => {
  localStorage.clear();
  vi.resetModules();
});

test("a choice outlives the page", async () => {
  const before = await import("./preferences");
  before.setPreference("theme", "dark");
  vi.resetModules();
  const after = await import("./preferences");
  expect(after.preferences().theme).toBe("dark");
});

test.each(["nonsense", "[]", "null", '{"theme":"pink","textSize":7}'])(
  "%s gives the defaults",
  async (stored) => {
    localStorage.setItem("flowent.preferences", stored);
    const { preferences } = await import("./preferences");
    expect(preferences()).toMatchObject({ theme: "system", textSize: "medium", sendWith: "enter" });
  },
);

test("other tabs' changes are followed", async () => {
  const { followOtherTabs, preferences } = await import("./preferences");
  const end = followOtherTabs();
  const newValue = JSON.stringify({ theme: "light" });
  dispatchEvent(new StorageEvent("storage", { key: "flowent.preferences", newValue }));
  expect(preferences().theme).toBe("light");
  end();
});
