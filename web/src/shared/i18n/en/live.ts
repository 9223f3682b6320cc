/** The connection to the workspace, and what is told of conversations that nobody looks at. */
export const live = {
  unreachable: "The workspace cannot be reached",
  reconnecting: "The workspace does not answer",
  nothingLost: "The page tries again by itself. Nothing is lost: what has happened meanwhile will appear.",
  nextTry: (seconds: number) =>
    seconds <= 0 ? "Trying now…" : `Next try in ${seconds} ${seconds === 1 ? "second" : "seconds"}`,
  reconnectNow: "Try now",
  connected: "Connected again",
  updated: "Flowent was updated. Reload the page to use the new version.",
  reload: "Reload",
  loggedOut: "You are logged out.",
  notice: {
    done: "The answer is there.",
    failed: "The answer failed.",
    waiting: "Flowent is waiting for you.",
  },
};
