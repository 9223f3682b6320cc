/** The thread: messages, tool cards, search within the thread. */
const plural = (count: number, one: string, many: string) => `${count} ${count === 1 ? one : many}`;

const toolNames: Readonly<Record<string, string>> = {
  read_file: "Read a file",
  list_dir: "List a folder",
  grep_files: "Search files",
  update_plan: "Update the plan",
};

export const thread = {
  messages: "Messages",
  you: "You",
  assistant: "Assistant",
  system: "Note",
  authorAt: (author: string, time: string) => `${author}, ${time}`,
  today: "Today",
  yesterday: "Yesterday",
  edited: "edited",
  empty: "Nothing has been said here yet.",
  emptyHint: "Write a message below to begin.",
  loading: "Loading the conversation",
  missing: "This conversation is not here.",
  missingHint: "It may have been deleted, or the address is wrong.",
  failed: "The conversation could not be loaded.",
  failedHint: "The connection may have been lost. What was said is kept by the workspace.",
  loadOlder: "Load older messages",
  loadingOlder: "Loading older messages",
  jumpToLatest: "Jump to the latest message",
  newMessages: (count: number) => plural(count, "new message", "new messages"),
  previousUserMessage: "Previous message of yours",
  nextUserMessage: "Next message of yours",

  actions: "Message actions",
  copyMessage: "Copy the text",
  edit: "Edit",
  fork: "Fork from here",
  forked: "A new conversation was made from this message.",
  regenerate: "Answer again",
  tryAgain: "Try again",
  openSettings: "Open settings",
  whileAnswering: "Not while an answer is being written",
  showAll: "Show all",
  showLess: "Show less",
  versions: (index: number, count: number) => `Version ${index} of ${count}`,
  previousVersion: "Previous version",
  nextVersion: "Next version",

  editMessage: "Edit the message",
  saveOnly: "Save",
  saveOnlyHint: "Keeps the answer",
  saveAndResend: "Save and resend",
  saveAndResendHint: "Answers again on a new branch",
  emptyEdit: "A message cannot be empty. Write something, or cancel.",

  openAttachment: (name: string) => `Open ${name} in a new tab`,
  downloadAttachment: (name: string) => `Download ${name}`,

  thinking: "Thinking",
  thought: "Thought",
  thoughtFor: (time: string) => `Thought for ${time}`,
  waitingForModel: "Waiting for the model",
  reasoningHidden: "The provider does not show this reasoning.",
  stopped: "Stopped before the answer was complete.",
  failedAnswer: "The answer failed before it was complete.",
  waitsToRetry: "It will be asked again by itself.",
  markers: {
    resumed: "Went on after a restart",
    recovered: "Went on after a crash; nothing was lost",
  },

  tokens: (count: string) => `${count} tokens`,
  tokenDetails: "Tokens of this answer",
  tokenInput: "Sent",
  tokenCached: "of it read from the cache",
  tokenCacheWritten: "of it stored in the cache",
  tokenOutput: "Written",
  tokenReasoning: "of it reasoning",
  tokensEstimated: "The provider gave no numbers; these are estimated.",

  errorDetail: "Details",

  toolStatus: {
    pending: "waiting",
    running: "running",
    completed: "done",
    failed: "failed",
    denied: "not allowed",
    interrupted: "interrupted",
  },
  toolNames,
  toolPreparing: (name: string) => `Preparing: ${name}`,
  toolArguments: "Arguments",
  toolResult: "Result",
  toolRaw: "Raw data",
  toolRawArguments: "Arguments as the model wrote them",
  toolRawModelText: "What the model read",
  toolRawData: "Data",
  toolNoResult: "No result yet.",
  toolEmptyResult: "The result is empty.",
  toolTruncated: "The result was cut.",
  toolWhole: "Open the whole result",
  toolLeftOut: (size: string) => `The details are too large to show here (${size}).`,
  openFile: "Open the file",
  openFileAt: (path: string, line: number) => `Open ${path} at line ${line}`,
  linesOf: (first: number, last: number, total: number | null) =>
    total === null
      ? `Lines ${first}–${last}`
      : first === 1 && last === total
        ? plural(total, "line", "lines")
        : `Lines ${first}–${last} of ${total}`,
  emptyFile: "The file is empty.",
  binaryFile: (kind: string, size: string) =>
    `This file is not text (${kind}, ${size}), so its content is not shown.`,
  entries: (count: number) => plural(count, "entry", "entries"),
  entriesOf: (count: number, total: number) => `${count} of ${total} entries`,
  entriesMore: (count: number) => `${count} of more entries than were counted`,
  emptyDirectory: "The folder is empty.",
  hits: (count: number, files: number) =>
    `${plural(count, "hit", "hits")} in ${plural(files, "file", "files")}`,
  noHits: "Nothing was found.",
  hitsIncomplete: "There may be more.",
  planProgress: (done: number, total: number) => `${done} of ${total} done`,
  planEmpty: "The plan was cleared.",
  planStatus: { pending: "to do", in_progress: "in progress", completed: "done" },
  group: (reads: number, searches: number, lists: number) => {
    const said = [
      reads > 0 ? `read ${plural(reads, "file", "files")}` : "",
      searches > 0 ? `searched ${searches === 1 ? "once" : `${searches} times`}` : "",
      lists > 0 ? `listed ${plural(lists, "folder", "folders")}` : "",
    ]
      .filter(Boolean)
      .join(", ");
    return said.charAt(0).toUpperCase() + said.slice(1);
  },

  search: "Search in this conversation",
  searchFor: "Search for",
  searchCount: (current: number, count: string) => `${current} of ${count}`,
  searchNothing: "No matches",
  searchNext: "Next match",
  searchPrevious: "Previous match",
  searchOlder: "Search older messages too",
  searchingOlder: "Loading older messages…",
  searchClose: "Close the search",

  announceStarted: "The answer has begun.",
  announceDone: (text: string) => `The answer is complete. ${text}`,
  announceFailed: "The answer failed.",
  announceStopped: "The answer was stopped.",
};
