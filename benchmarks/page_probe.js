/**
 * Runs in the page before the page's own code, and notes what a person would notice. Times are milliseconds since the
 * navigation began. It does nothing costly: until the page is shown one look at one element in every frame, then nothing
 * until it is asked to note frames.
 */
globalThis.probe = (() => {
  const COMPOSER = "main textarea";
  const QUIET = 1_000;
  /** Tasks of more than 50 ms, as the browser tells them: [beginning, end]. */
  const longTasks = [];
  new PerformanceObserver((list) => {
    for (const { startTime, duration } of list.getEntries()) {
      longTasks.push([startTime, startTime + duration]);
    }
  }).observe({ type: "longtask", buffered: true });

  const inView = (element) => {
    const { top, bottom, height } = element.getBoundingClientRect();
    return height > 0 && bottom > 0 && top < innerHeight;
  };

  /** Whether the composer is there, and the message with its text in view, where one is wanted. */
  const isShown = (messageId, text) => {
    const composer = document.querySelector(COMPOSER);
    if (!composer || composer.disabled) {
      return false;
    }
    if (messageId === null) {
      return true;
    }
    const message = document.querySelector(`[data-message-id="${messageId}"]`);
    return message !== null && message.textContent.includes(text) && inView(message);
  };

  /** Gives when the page was first shown, and leaves the composer ready for a key. */
  const shown = (messageId, text) =>
    new Promise((resolve) => {
      const look = () => {
        if (isShown(messageId, text)) {
          const now = performance.now();
          document.querySelector(COMPOSER).focus();
          resolve(now);
        } else {
          requestAnimationFrame(look);
        }
      };
      look();
    });

  let typedAt = null;
  addEventListener(
    "input",
    () => {
      requestAnimationFrame(() => {
        // After the frame with the character, not before it.
        const { port1, port2 } = new MessageChannel();
        port1.onmessage = () => {
          typedAt ??= performance.now();
        };
        port2.postMessage(null);
      });
    },
    { capture: true, once: true },
  );

  /** Gives when a typed character was on the screen, and when the last long task ended before a second without one. */
  const settled = () =>
    new Promise((resolve) => {
      const look = () => {
        const last = Math.max(typedAt ?? performance.now(), longTasks.at(-1)?.[1] ?? 0);
        if (typedAt !== null && performance.now() - last > QUIET) {
          const paints = performance.getEntriesByName("first-contentful-paint");
          resolve({
            typed: typedAt,
            interactive: last,
            painted: paints[0]?.startTime ?? 0,
            origin: performance.timeOrigin,
            longTasks,
          });
        } else {
          setTimeout(look, 50);
        }
      };
      look();
    });

  let frames = null;
  const noteFrame = (at) => {
    if (frames !== null) {
      frames.push(at);
      requestAnimationFrame(noteFrame);
    }
  };

  return {
    shown,
    settled,
    startFrames() {
      frames = [];
      requestAnimationFrame(noteFrame);
    },
    takeFrames() {
      const taken = frames ?? [];
      frames = null;
      return taken;
    },
    nextFrame: () => new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve))),
    wholeText: (text) => [...document.querySelectorAll("[data-message-id]")].at(-1)?.textContent.includes(text) ?? false,
  };
})();
