/** The first start, the start page and the login. */
export const welcome = {
  title: "Welcome to Flowent",
  what: "Flowent is your own workspace for an AI agent: it reads your project, works on it step by step, and keeps everything on your own machine.",
  choose: "Choose what answers. You can change it at any time.",
  looking: "Looking for keys and servers on this machine…",
  lookFailed: "It could not be found out what there is on this machine.",
  lookAgain: "Look again",
  found: "Found on this machine",
  offerKind: {
    key: "API key",
    server: "Local server",
    embedded: "Built in",
  },
  keyFrom: (variable: string, last4: string | null) =>
    last4 === null
      ? `From ${variable} in the environment`
      : `From ${variable} in the environment, ends in ${last4}`,
  keyGoes: (host: string) => `Messages go to ${host}.`,
  serverAt: (address: string) => `At ${address}; messages stay on this machine.`,
  models: (names: readonly string[], more: number) =>
    more > 0 ? `${names.join(", ")} and ${more} more` : names.join(", "),
  embedded:
    "Runs here without a key and without network. It is very small (135 million parameters, 250 MB of memory): good for a first look, not for real work, and it cannot read files or use tools.",
  use: "Use this",
  takeNamed: (name: string) => `Use this: ${name}`,
  useAgain: "Is set up already",
  addProvider: "Add a provider",
  addProviderHint: "A service with your key, or a server of your own.",
  addProviderTitle: "Add a provider",
  backToOffers: "Back to the offers",
  chooseModel: (name: string) => `${name} is set up, but no model is chosen yet.`,
  chooseModelHint: "Choose the model that is to answer.",
  changeProvider: (name: string) => `Change ${name}`,
  answers: (model: string) => `${model} answers from now on.`,
  answersHint: "Another one can be chosen below, for each conversation.",
  settingsUnknown: "The settings could not be loaded.",

  greeting: {
    night: "Still up?",
    morning: "Good morning",
    day: "Good afternoon",
    evening: "Good evening",
  },
  starters: "To begin with",
  starter: {
    explain: {
      title: "Explain this project",
      text: "Explain this project: what it does, how it is organised, and where to begin reading.",
    },
    find: {
      title: "Find something",
      text: "Find the place in this project where ",
    },
    review: {
      title: "Look for problems",
      text: "Read the most important code of this project and list the problems that you see, the worst one first.",
    },
    plan: {
      title: "Plan a change",
      text: "Make a plan, without changing anything yet, for this change: ",
    },
  },
  recent: "Lately",

  login: {
    title: "Log in to Flowent",
    password: "Password",
    logIn: "Log in",
    passwordHint: "The one that was set with flowent password.",
    passwordMissing: "Enter the password.",
    passwordWrong: "The password is wrong, or none is set in this workspace.",
    linkWrong:
      "This link or token was not accepted. A link works once, for ten minutes; flowent link prints a new one.",
    linkMissing: "Paste the link or the token.",
    link: "Login link or token",
    linkHint: "Paste the whole address that flowent serve or flowent link printed, or the workspace's token.",
    withLink: "Use a login link or a token instead",
    withPassword: "Use the password instead",
    refusedLink: "The link was not accepted",
    refusedLinkText:
      "It was used already, is older than ten minutes, or was made before the workspace was started again. Get a new one as described below.",
    tooMany: "Too many logins failed",
    wait: (seconds: number) =>
      seconds === 1
        ? "The next try is possible in 1 second."
        : `The next try is possible in ${seconds} seconds.`,
    tryNow: "You can try again now.",
    waitShort: (seconds: number) => `Wait ${seconds} s`,
    how: "No password?",
    howLink: "In a terminal on the machine that Flowent runs on, this prints an address that logs you in:",
    howPassword: "The address that flowent serve prints at its start does the same. To set a password:",
    howNone: "As long as no password is set, only links and the token work.",
  },
};
