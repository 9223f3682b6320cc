/** The hooks over a server in memory: what they give, and that they render for nothing else. */
import { act, renderHook } from "@testing-library/react";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { asked, begun, chain, FakeServer, line, piece, said } from "./fake-server";
import type { Server } from "./server";

let fake: FakeServer;
let stops: (() => void)[] = [];

vi.mock("./server", () => ({
  server: new Proxy({} as Server, { get: (_, name: keyof Server) => fake[name].bind(fake) }),
}));

const until = (what: () => void) => vi.waitFor(what, { timeout: 3000, interval: 5 });

/** A fresh tab: the store is one for each. */
async function tab() {
  vi.resetModules();
  const store = await import("./store");
  vi.stubGlobal("fetch", fake.fetch);
  stops.push(store.startLive(), store.startList());
  return store;
}

/** Counts how often a hook is rendered with what it gives. */
function counted<Value>(hook: () => Value) {
  let renders = 0;
  const { result } = renderHook(() => {
    renders += 1;
    return hook();
  });
  return { result, renders: () => renders };
}

beforeEach(() => {
  fake = new FakeServer();
});

afterEach(() => {
  for (const stop of stops) {
    stop();
  }
  stops = [];
});

async function streaming() {
  fake.say("one", ...chain(2), begun("a", "m1"), asked("a"), piece("a", "x"));
  const store = await tab();
  store.openConversation("one");
  await until(() => expect(fake.asked).toContain("stream ?watch=one:5&list=0"));
  const say = async (...bodies: Parameters<FakeServer["say"]>[1][]) => {
    await act(async () => {
      fake.say("one", ...bodies);
      const seq = fake.journals.get("one")?.at(-1)?.seq;
      await until(() => expect(store.getView("one")?.state.seq).toBe(seq));
    });
  };
  return { store, say };
}

describe("a conversation's hooks", () => {
  it("give what is loaded", async () => {
    const { store } = await streaming();
    expect(renderHook(() => store.useConversationStatus("one")).result.current).toBe("ready");
    expect(renderHook(() => store.useBranch("one")).result.current).toEqual(["m0", "m1", "a"]);
    expect(renderHook(() => store.useMessage("one", "a")).result.current?.status).toBe("running");
    expect(renderHook(() => store.useConversation("one", (view) => view.state.turn_id)).result.current).toBe(
      "turn.a",
    );
    expect(renderHook(() => store.useOlder("one")).result.current).toEqual({
      more: false,
      loading: false,
      failed: false,
    });
  });

  it("give nothing for a conversation that is not loaded", async () => {
    const store = await tab();
    expect(renderHook(() => store.useConversationStatus("none")).result.current).toBe("loading");
    expect(renderHook(() => store.useConversation("none", (view) => view.id)).result.current).toBeUndefined();
    expect(renderHook(() => store.useMessage("none", "a")).result.current).toBeUndefined();
    expect(renderHook(() => store.useBranch("none")).result.current).toEqual([]);
  });

  it("render a message that grows, and only that one", async () => {
    const { store, say } = await streaming();
    const grows = counted(() => store.useMessage("one", "a"));
    const stays = counted(() => store.useMessage("one", "m1"));
    const branch = counted(() => store.useBranch("one"));
    const status = counted(() =>
      store.useConversation("one", (view) => [view.state.status, view.state.title]),
    );
    const older = counted(() => store.useOlder("one"));
    await say(piece("a", "y"));
    await say(piece("a", "z"));
    expect(grows.result.current?.parts).toMatchObject([{ text: "xyz" }]);
    expect(grows.renders()).toBe(3);
    for (const other of [stays, branch, status, older]) {
      expect(other.renders()).toBe(1);
    }
  });

  it("render the branch once it is another one", async () => {
    const { store, say } = await streaming();
    const branch = counted(() => store.useBranch("one"));
    await say(said("m3", "a"));
    expect(branch.result.current).toEqual(["m0", "m1", "a", "m3"]);
    expect(branch.renders()).toBe(2);
  });
});

describe("a moment of the past", () => {
  it("is shown instead of the present, which goes on underneath", async () => {
    const { store, say } = await streaming();
    const { setPast } = await import("./past");
    const { emptyView } = await import("./conversation");
    const shown = renderHook(() => [store.useBranch("one"), store.useMessage("one", "a")?.id]);
    const now = shown.result.current;
    act(() => setPast("one", emptyView("one")));
    expect(shown.result.current).toEqual([[], undefined]);
    await say(piece("a", "y"));
    expect(shown.result.current).toEqual([[], undefined]);
    act(() => setPast("one", null));
    expect(shown.result.current).toEqual(now);
  });
});

describe("the list's hooks", () => {
  it("render a line that changed, and only that one", async () => {
    fake.lines.set("one", line("one"));
    fake.lines.set("two", line("two"));
    const store = await tab();
    await until(() => expect(fake.asked).toContain("stream ?list=1"));
    const one = counted(() => store.useListed("one"));
    const two = counted(() => store.useListed("two"));
    const count = counted(() => store.useList((list) => list.items.size));
    await act(async () => {
      fake.list("one", { title: "Renamed" });
      await until(() => expect(store.liveStore.getState().list.items.get("one")?.title).toBe("Renamed"));
    });
    expect([one.renders(), two.renders(), count.renders()]).toEqual([2, 1, 1]);
    expect(one.result.current?.title).toBe("Renamed");
  });
});

describe("the connection's hook", () => {
  it("tells that the server is away, and that it is back", async () => {
    const store = await tab();
    const { result } = renderHook(() => store.useConnection());
    await act(() => until(() => expect(store.liveStore.getState().connection.kind).toBe("live")));
    expect(result.current).toMatchObject({ kind: "live", updated: false });
    await act(async () => {
      fake.refusal = "down";
      fake.cut();
      await until(() => expect(store.liveStore.getState().connection.attempts).toBeGreaterThan(1));
    });
    expect(result.current.kind).toBe("reconnecting");
    await act(async () => {
      fake.refusal = null;
      dispatchEvent(new Event("online"));
      await until(() => expect(store.liveStore.getState().connection.kind).toBe("live"));
    });
    expect(result.current.kind).toBe("live");
  });
});
