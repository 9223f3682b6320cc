/** Every component test starts from an empty document; what jsdom lacks of a browser has a stand-in here. */
import { cleanup } from "@testing-library/react";
import { afterEach } from "vitest";
import { standInForDialogs } from "./shared/ui/dialog-stand-in";

if (typeof window !== "undefined") {
  // No media query matches; a test that wants one stubs it.
  window.matchMedia = (media) =>
    Object.assign(new EventTarget(), {
      media,
      matches: false,
      onchange: null,
      addListener: () => undefined,
      removeListener: () => undefined,
    });
  HTMLElement.prototype.scrollIntoView = () => undefined;
  HTMLElement.prototype.hasPointerCapture = () => false;
  standInForDialogs();
}

afterEach(cleanup);
