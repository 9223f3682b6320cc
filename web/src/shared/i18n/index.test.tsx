import { afterEach, expect, it } from "vitest";
import { language, setLanguage, strings } from ".";
import { en } from "./en";

afterEach(() => setLanguage("en"));

it("shows the language that was chosen last, whichever was loaded first", async () => {
  let release = () => {};
  const late = new Promise<typeof en>((resolve) => {
    release = () => resolve({ ...en });
  });
  const german = setLanguage("de", () => late);
  await setLanguage("en");
  release();
  await german;
  expect(language()).toBe("en");
  expect(document.documentElement.lang).toBe("en");
});

it("keeps the language before where another cannot be loaded", async () => {
  await setLanguage("de", () => Promise.reject(new TypeError("Failed to fetch")));
  expect(language()).toBe("en");
  expect(strings()).toBe(en);
});

it("has a table for each language", async () => {
  await setLanguage("de");
  expect(strings().common.cancel).toBe("Abbrechen");
});
