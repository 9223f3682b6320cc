import { screen, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { describe, expect, it } from "vitest";
import type { ToolPart } from "@/shared/api/types";
import { useWorkspace } from "@/shared/lib/workspace";
import { CONVERSATION, call, renderInThread, result } from "./test-thread";
import { ToolCard } from "./tool-card";
import { ToolGroup } from "./tool-group";
import { linesOf } from "./tool-views/file-view";
import { patternOf, pieces } from "./tool-views/hits-view";

let made = 0;

/** Shows a call's card, opened. Each test has its own call: what was opened stays open. */
async function openCard(part: ToolPart): Promise<void> {
  made += 1;
  renderInThread(<ToolCard part={{ ...part, id: `call ${made}` }} arriving={false} />);
  await userEvent.click(screen.getByRole("button", { expanded: false }));
}

describe("a tool card", () => {
  it("says in its line what it does, how it stands and how long it took", () => {
    renderInThread(
      <ToolCard
        part={call("line", "read_file", { title: "Read README.md", duration_ms: 340 })}
        arriving={false}
      />,
    );
    expect(screen.getByRole("button", { name: "Read README.md 340 ms done" })).toBeDefined();
  });

  it.each(["failed", "denied", "interrupted"] as const)("says when a call was %s", (status) => {
    renderInThread(<ToolCard part={call(status, "x", { status, title: "Doing x" })} arriving={false} />);
    const said = { failed: "failed", denied: "not allowed", interrupted: "interrupted" }[status];
    expect(screen.getByRole("button", { name: `Doing x ${said}` })).toBeDefined();
  });

  it("shows the name and the end of the arguments while they arrive", () => {
    const part = call("arriving", "write_file", {
      status: "pending",
      input: '{"path":"a.py","content":"x = 1',
    });
    renderInThread(<ToolCard part={part} arriving />);
    expect(screen.getByText("Preparing: write_file")).toBeDefined();
    expect(screen.getByText(/"content":"x = 1/)).toBeDefined();
  });

  it("names its arguments and leaves out the empty ones", async () => {
    await openCard(
      call("", "grep_files", {
        arguments: { pattern: "a+", glob: "", limit: 5 },
        result: result(null, "ok"),
      }),
    );
    const terms = screen.getAllByRole("term").map((term) => term.textContent);
    expect(terms).toEqual(["pattern", "limit"]);
  });

  it("shows why a call failed", async () => {
    await openCard(
      call("", "read_file", { status: "failed", result: result(null, "There is no such file.") }),
    );
    expect(screen.getByText("There is no such file.")).toBeDefined();
  });

  it("opens a file that was read at its lines", async () => {
    const data = {
      kind: "file",
      path: "src/a.py",
      first_line: 7,
      last_line: 8,
      total_lines: 90,
      language: "python",
    };
    await openCard(
      call("", "read_file", { result: result(data, "     7\tx = 1\n     8\ty = 2\n[Lines 7-8 of 90.]\n") }),
    );
    expect(screen.getByText("Lines 7–8 of 90")).toBeDefined();
    await userEvent.click(screen.getByRole("button", { name: "Open the file" }));
    expect(useWorkspace.getState().file).toEqual({
      conversationId: CONVERSATION,
      path: "src/a.py",
      line: 7,
      lastLine: 8,
    });
  });

  it("opens a hit at its line and marks what matched", async () => {
    const data = {
      kind: "hits",
      pattern: "val\\w+",
      path: ".",
      count: 1,
      complete: true,
      files: [
        {
          path: "src/b.py",
          lines: [
            { number: 12, text: "value = 3" },
            { number: 13, text: "next", context: true },
          ],
        },
      ],
    };
    await openCard(call("", "grep_files", { arguments: { case: "sensitive" }, result: result(data) }));
    const hit = screen.getByRole("button", { name: "Open src/b.py at line 12: value = 3" });
    expect(within(hit).getByText("value").tagName).toBe("MARK");
    await userEvent.click(hit);
    expect(useWorkspace.getState().file).toEqual({
      conversationId: CONVERSATION,
      path: "src/b.py",
      line: 12,
    });
  });

  it("opens a file out of a listing by its path in the project", async () => {
    const entries = [
      { name: "deep", type: "directory" },
      { name: "deep/c.py", type: "file", size: 12 },
    ];
    await openCard(
      call("", "list_dir", {
        result: result({ kind: "directory", path: "src", entries, first: 1, total: 2 }),
      }),
    );
    await userEvent.click(screen.getByRole("button", { name: "c.py" }));
    expect(useWorkspace.getState().file?.path).toBe("src/deep/c.py");
  });

  it("shows a plan as a list with each step's state", async () => {
    const steps = [
      { step: "Read", status: "completed" },
      { step: "Write", status: "in_progress" },
    ];
    await openCard(
      call("", "update_plan", {
        arguments: { steps },
        result: result({ kind: "plan", explanation: null, steps }),
      }),
    );
    expect(screen.getAllByRole("listitem").map((item) => item.textContent)).toEqual([
      "Read (done)",
      "Write (in progress)",
    ]);
    expect(screen.getByText("1 of 2 done")).toBeDefined();
  });

  it("says in a sentence that a file is not text", async () => {
    await openCard(
      call("", "read_file", {
        result: result({ kind: "binary", path: "a.png", type: "PNG image", size: 2000 }),
      }),
    );
    expect(
      screen.getByText("This file is not text (PNG image, 2 kB), so its content is not shown."),
    ).toBeDefined();
  });

  it("shows results without a form of their own as text", async () => {
    await openCard(call("", "mcp_weather", { result: result({ kind: "weather" }, "Sunny, 20 °C") }));
    expect(screen.getByText("Sunny, 20 °C")).toBeDefined();
  });

  it("leads to the whole of a result that was cut", async () => {
    const blob = "a".repeat(64);
    await openCard(call("", "x", { result: { model_text: "cut", truncated: true, blob } }));
    expect(screen.getByRole("link", { name: "Open the whole result" }).getAttribute("href")).toBe(
      `/api/blobs/${blob}?conversation=${CONVERSATION}`,
    );
  });

  it("has what the model wrote, what it read and the data one click away", async () => {
    await openCard(
      call("", "x", { input: '{"a":1}', result: result({ some: "data" }, "read by the model") }),
    );
    await userEvent.click(screen.getByRole("button", { name: "Raw data" }));
    expect(
      screen.getAllByRole("figure").map((figure) => figure.querySelector("figcaption")?.textContent),
    ).toEqual(["Arguments as the model wrote them", "What the model read", "Data"]);
  });
});

describe("a group of calls", () => {
  it("counts what was done and opens to the single calls", async () => {
    const parts = [
      call("g1", "read_file", { title: "Read a" }),
      call("g2", "read_file", { title: "Read b" }),
      call("g3", "grep_files", { title: "Searched" }),
    ];
    renderInThread(<ToolGroup parts={parts} />);
    await userEvent.click(screen.getByRole("button", { name: "Read 2 files, searched once" }));
    expect(screen.getByRole("button", { name: /Read b/ })).toBeDefined();
  });
});

describe("the lines of a file that was read", () => {
  it("are those of the window, without numbers and notes", () => {
    expect(linesOf("     1\ta\n     2\t\tb\n[note]\n", 1, 2)).toBe("a\n\tb");
  });

  it("are not guessed where the text was cut", () => {
    expect(linesOf("     1\ta\n[… 12 bytes left out here …]\n     9\tb\n", 1, 9)).toBeNull();
  });
});

describe("the pattern of a search", () => {
  it("ignores case as the search did", () => {
    expect(pieces("Foo", patternOf("foo", "insensitive"))).toEqual(["", "Foo", ""]);
    expect(pieces("Foo", patternOf("foo", "sensitive"))).toEqual(["Foo"]);
    expect(pieces("foo Foo", patternOf("Foo", "smart"))).toEqual(["foo ", "Foo", ""]);
  });

  it.each(["(a+)+b", "(a|a)*b", "a*a*a*b", "(?P<x>a)", "["])("does not run %s", (pattern) => {
    expect(patternOf(pattern, null)).toBeNull();
  });
});
