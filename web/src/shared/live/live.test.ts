import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { asked, begun, chain, type EventBody, ended, FakeServer, line, piece, said } from "./fake-server";
import { Live } from "./live";
import type { Held } from "./state";

let server: FakeServer;
let live: Live;
let stops: (() => void)[];

const until = (what: () => void) => vi.waitFor(what, { timeout: 3000, interval: 5 });
const held = (id: string): Held | undefined => live.store.getState().conversations.get(id);
const state = () => live.store.getState();
const text = (id: string, message: string): string | undefined =>
  held(id)
    ?.view?.messages.get(message)
    ?.parts.map((part) => (part.type === "text" ? part.text : ""))
    .join("");
const isReady = (id: string) => until(() => expect(held(id)?.status).toBe("ready"));
const streams = () => server.asked.filter((what) => what.startsWith("stream"));
const isFollowedAgain = async (positions: string) => {
  const before = streams().length;
  server.cut();
  await until(() => expect(streams().slice(before)).toEqual([`stream ?${positions}`]));
};
const isFollowed = (id: string) =>
  until(() =>
    expect(server.asked.some((what) => what.startsWith("stream") && what.includes(`=${id}:`))).toBe(true),
  );

function start(): void {
  stops.push(live.start(), live.startList());
}

async function opened(id: string): Promise<() => void> {
  const close = live.conversations.open(id);
  await isReady(id);
  await isFollowed(id);
  return close;
}

beforeEach(() => {
  server = new FakeServer();
  live = new Live(server, { fetch: server.fetch, random: () => 0 });
  stops = [];
});

afterEach(() => {
  for (const stop of stops) {
    stop();
  }
});

describe("opening a conversation", () => {
  it("loads the newest page and goes on with the stream", async () => {
    server.say("one", ...chain(5));
    start();
    await opened("one");
    expect(held("one")?.branch).toEqual(["m2", "m3", "m4"]);
    server.say("one", said("m5", "m4"));
    await until(() => expect(held("one")?.branch).toEqual(["m2", "m3", "m4", "m5"]));
  });

  it("misses nothing of what is said while it loads", async () => {
    server.say("one", ...chain(2), begun("a", "m1"), asked("a"), piece("a", "Hel"));
    start();
    const release = server.hold();
    live.conversations.open("one");
    server.say("one", piece("a", "lo"));
    release();
    await until(() => expect(text("one", "a")).toBe("Hello"));
  });

  it("misses nothing of what is said while it is loaded anew", async () => {
    server.say("one", ...chain(1), begun("a", "m0"), asked("a"), piece("a", "one "));
    start();
    await opened("one");
    const release = server.hold();
    const loaded = live.conversations.reload("one");
    await until(() => expect(server.asked.filter((what) => what === "details one")).toHaveLength(2));
    server.say("one", piece("a", "two "));
    await until(() => expect(text("one", "a")).toBe("one two "));
    release();
    await loaded;
    server.say("one", piece("a", "three"));
    await until(() => expect(text("one", "a")).toBe("one two three"));
  });

  it("says so where there is none", async () => {
    start();
    live.conversations.open("none");
    await until(() => expect(held("none")?.status).toBe("missing"));
  });

  it("loads by itself once the server is back", async () => {
    server.refusal = "down";
    server.say("one", ...chain(1));
    start();
    live.conversations.open("one");
    await until(() => expect(held("one")?.status).toBe("failed"));
    expect(held("one")?.error?.message).toBe("The workspace cannot be reached.");
    server.refusal = null;
    live.reconnect();
    await isReady("one");
  });

  it("notices a login that has ended, and goes on after the next", async () => {
    server.say("one", ...chain(1));
    start();
    await until(() => expect(state().connection.kind).toBe("live"));
    server.refusal = 401;
    live.conversations.open("one");
    await until(() => expect(state().connection.kind).toBe("logged_out"));
    server.refusal = null;
    live.forgetLogout();
    await isReady("one");
    expect(state().connection.kind).toBe("live");
  });
});

describe("a conversation that was closed", () => {
  it("is there at once when it is opened again, and catches up", async () => {
    server.say("one", ...chain(2));
    start();
    const close = await opened("one");
    close();
    await isFollowedAgain("list=0");
    server.say("one", said("m2", "m1"));
    live.conversations.open("one");
    expect(held("one")?.status).toBe("ready");
    await until(() => expect(held("one")?.branch).toEqual(["m0", "m1", "m2"]));
    expect(server.asked.filter((what) => what === "details one")).toHaveLength(1);
  });

  it("is followed on while it runs", async () => {
    server.say("one", ...chain(1), begun("a", "m0"), asked("a"), piece("a", "x"));
    start();
    const close = await opened("one");
    close();
    await isFollowedAgain("watch=one:4&list=0");
    server.say("one", piece("a", "y"));
    await until(() => expect(text("one", "a")).toBe("xy"));
  });

  it("is forgotten after eight others", async () => {
    start();
    for (let index = 0; index < 10; index += 1) {
      server.say(`c${index}`, ...chain(1));
      const close = await opened(`c${index}`);
      close();
    }
    expect([...state().conversations.keys()].sort()).toEqual([
      "c2",
      "c3",
      "c4",
      "c5",
      "c6",
      "c7",
      "c8",
      "c9",
    ]);
  });
});

describe("older messages", () => {
  it("are loaded once, however often they are asked for", async () => {
    server.say("one", ...chain(8));
    start();
    await opened("one");
    await Promise.all([live.conversations.loadOlder("one"), live.conversations.loadOlder("one")]);
    expect(held("one")?.branch).toEqual(["m2", "m3", "m4", "m5", "m6", "m7"]);
    expect(server.asked.filter((what) => what.startsWith("details one before"))).toEqual([
      "details one before m5",
    ]);
    await live.conversations.loadOlder("one");
    expect(held("one")?.view?.before).toBeNull();
  });

  it("join what is said meanwhile without doubling it", async () => {
    server.say("one", ...chain(6), begun("a", "m5"), asked("a"), piece("a", "1"));
    start();
    await opened("one");
    server.say("one", piece("a", "2"));
    const release = server.hold();
    const loaded = live.conversations.loadOlder("one");
    server.say("one", piece("a", "3"));
    await until(() => expect(text("one", "a")).toBe("123"));
    server.say("one", { type: "message_edited", message_id: "m2", parts: [] });
    release();
    await loaded;
    server.say("one", piece("a", "4"));
    await until(() => expect(text("one", "a")).toBe("1234"));
    expect(held("one")?.branch).toEqual(["m1", "m2", "m3", "m4", "m5", "a"]);
    expect(held("one")?.view?.messages.get("m2")?.edited).toBe(true);
  });

  it("tell that they could not be loaded", async () => {
    server.say("one", ...chain(5));
    start();
    await opened("one");
    server.refusal = "down";
    await live.conversations.loadOlder("one");
    expect(held("one")?.older).toEqual({ loading: false, failed: true });
  });
});

describe("a view without its head", () => {
  it("is loaded again by itself, and never shows an empty branch", async () => {
    server.say("one", ...chain(9));
    start();
    await opened("one");
    const branches: (readonly string[])[] = [];
    stops.push(live.store.subscribe(() => branches.push(held("one")?.branch ?? [])));
    server.say("one", said("other", "m0"), begun("a", "other"), asked("a"), piece("a", "Hel"));
    await until(() => expect(held("one")?.branch).toEqual(["m0", "other", "a"]));
    server.say("one", piece("a", "lo"));
    await until(() => expect(text("one", "a")).toBe("Hello"));
    expect(branches.every((names) => names.length > 0)).toBe(true);
  });

  it("keeps what was loaded, so that the branch before is there at once", async () => {
    server.say("one", ...chain(9));
    start();
    await opened("one");
    await live.conversations.loadOlder("one");
    server.say("one", said("other", "m0"));
    await until(() => expect(held("one")?.branch).toEqual(["m0", "other"]));
    const loads = server.asked.filter((what) => what.startsWith("details")).length;
    server.say("one", { type: "head_moved", head: "m8", cause: "select" });
    await until(() => expect(held("one")?.branch).toEqual(["m3", "m4", "m5", "m6", "m7", "m8"]));
    expect(held("one")?.view?.before).toBe("m3");
    expect(server.asked.filter((what) => what.startsWith("details"))).toHaveLength(loads);
  });

  it("has the changes of the messages that it keeps, also those of the time it was loaded in", async () => {
    server.say("one", ...chain(9));
    start();
    await opened("one");
    await live.conversations.loadOlder("one");
    const release = server.hold();
    const edit = (id: string): EventBody => ({ type: "message_edited", message_id: id, parts: [] });
    server.say("one", said("other", "m0"));
    // The server has this one when it is asked, but the stream brings it later.
    server.say("one", edit("m4"));
    await until(() => expect(held("one")?.view?.incomplete).toBe(true));
    server.say("one", edit("m5"));
    release();
    await until(() => expect(held("one")?.view?.messages.get("m5")?.edited).toBe(true));
    expect(held("one")?.branch).toEqual(["m0", "other"]);
    expect(held("one")?.view?.messages.get("m4")?.edited).toBe(true);
  });
});

describe("a server that lost what this tab has seen", () => {
  it("is believed", async () => {
    server.say("one", ...chain(2), begun("a", "m1"), asked("a"), piece("a", "lost"));
    start();
    await opened("one");
    server.journals.set("one", server.journals.get("one")?.slice(0, 3) ?? []);
    const [first] = server.journals.get("one") ?? [];
    if (first) {
      server.write(first);
    }
    await until(() => expect(text("one", "a")).toBe(""));
    server.say("one", asked("a"), piece("a", "kept"));
    await until(() => expect(text("one", "a")).toBe("kept"));
  });
});

describe("a conversation that is deleted for good while it is watched", () => {
  it("is told to be missing, and the others go on", async () => {
    server.say("one", ...chain(1));
    server.say("two", ...chain(1));
    start();
    await opened("one");
    await opened("two");
    server.journals.delete("one");
    server.cut();
    await until(() => expect(held("one")?.status).toBe("missing"));
    server.say("two", said("m1", "m0"));
    await until(() => expect(held("two")?.branch).toEqual(["m0", "m1"]));
  });
});

describe("the list", () => {
  it("is loaded, and follows what changes, also in conversations of other pages", async () => {
    server.lines.set("one", line("one", { list_seq: 4, updated_at: 1 }));
    start();
    await until(() => expect(state().listStatus).toBe("ready"));
    await until(() => expect(server.asked).toContain("stream ?list=4"));
    server.list("one", { title: "Renamed" });
    server.list("new", { title: "New" });
    await until(() => expect(state().list.items.get("new")?.title).toBe("New"));
    expect(state().list.items.get("one")?.title).toBe("Renamed");
  });

  it("loads each page once", async () => {
    server.linesPerPage = 2;
    for (let index = 0; index < 5; index += 1) {
      server.lines.set(`c${index}`, line(`c${index}`, { updated_at: index }));
    }
    start();
    await until(() => expect(state().listStatus).toBe("ready"));
    await Promise.all([live.lines.more(), live.lines.more()]);
    expect(state().list.items.size).toBe(4);
    await live.lines.more();
    await live.lines.more();
    expect(state().list).toMatchObject({ next: null });
    expect(state().list.items.size).toBe(5);
  });

  it("comes once the server answers", async () => {
    server.refusal = "down";
    start();
    await until(() => expect(state().listStatus).toBe("failed"));
    expect(state().connection.kind).toBe("reconnecting");
    server.refusal = null;
    live.reconnect();
    await until(() => expect(state().listStatus).toBe("ready"));
  });
});

describe("what was read", () => {
  it("is shown at once, told to the server once, and never goes back", async () => {
    server.say("one", ...chain(1), begun("a", "m0"), ended("a"));
    server.lines.set("one", line("one", { answered_seq: 3, outcome: "completed" }));
    start();
    await until(() => expect(state().listStatus).toBe("ready"));
    await opened("one");
    live.lines.markRead("one");
    live.lines.markRead("one");
    expect(state().list.items.get("one")?.read_seq).toBe(3);
    server.list("one", { title: "Still read" });
    await until(() => expect(state().list.items.get("one")?.title).toBe("Still read"));
    expect(state().list.items.get("one")?.read_seq).toBe(3);
    await until(() => expect(server.reads).toEqual([["one", 3]]));
  });

  it("counts once the conversation is loaded, where somebody looked at it before", async () => {
    server.say("one", ...chain(1), begun("a", "m0"), ended("a"));
    server.lines.set("one", line("one", { answered_seq: 3, outcome: "completed" }));
    start();
    await until(() => expect(state().listStatus).toBe("ready"));
    live.lines.markRead("one");
    await opened("one");
    await until(() => expect(state().list.items.get("one")?.read_seq).toBe(3));
  });

  it("waits for the answer's own events where the list is ahead of them", async () => {
    server.say("one", ...chain(1), begun("a", "m0"));
    server.lines.set("one", line("one"));
    start();
    await until(() => expect(state().listStatus).toBe("ready"));
    await opened("one");
    server.list("one", { answered_seq: 3, outcome: "completed" });
    await until(() => expect(state().list.items.get("one")?.answered_seq).toBe(3));
    live.lines.markRead("one");
    server.say("one", ended("a"));
    await until(() => expect(state().list.items.get("one")?.read_seq).toBe(3));
  });
});

describe("another version of the workspace", () => {
  it("is told after the connection is back", async () => {
    start();
    await until(() => expect(server.asked).toContain("version"));
    server.answers = "1.1.0";
    await isFollowedAgain("list=0");
    await until(() => expect(state().updated).toBe(true));
  });
});
