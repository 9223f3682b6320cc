import { expect, it } from "vitest";
import { folderName } from "./paths";

it.each([
  ["/home/me/project", "project"],
  ["/home/me/project/", "project"],
  ["C:\\work\\project", "project"],
  ["/", "/"],
])("calls %s %s", (path, name) => {
  expect(folderName(path)).toBe(name);
});
