/** What stands around the pages: the state of the connection, notifications, addresses that lead nowhere. */
export const frame = {
  skipToContent: "Skip to the page",
  notFound: "There is nothing at this address",
  notFoundHint: "The link may be old, or mistyped.",
  toStart: "To the start page",
  crashed: "The page met a bug",
  crashedHint: "Nothing is lost: conversations are on the server, and drafts are in this browser.",
  copyDetails: "Copy the details",
  reload: "Load the page again",
  unreachable: "The workspace does not answer",
  reconnecting: "The connection to the workspace is lost",
  reconnectNow: "Try now",
  nothingLost: "The page comes back by itself. What you write is kept.",
  updated: "The workspace was updated.",
  notice: {
    done: "The answer is complete.",
    failed: "The turn failed.",
    waiting: "The agent waits for you.",
  },
};
