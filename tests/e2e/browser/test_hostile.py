"""Whatever a model, a file or a provider writes is shown as text: it runs nothing, loads nothing and leads nowhere."""

from typing import Any

import pytest
from playwright.sync_api import Page, expect

from support.browser import Console, Workspace
from support.page import LONG, Watch, answer, ask, fits_its_width, messages, unfold

ELSEWHERE = "http://tracker.invalid"
RUN = "window.__pwned=1"

MARKUP = f"""
# Raw markup

<script>{RUN}</script><script src="{ELSEWHERE}/a.js"></script>

<img src="{ELSEWHERE}/pixel.gif" onerror="{RUN}" width=1> <img src=x onerror={RUN}>

<svg onload="{RUN}"><script>{RUN}</script><animate onbegin="{RUN}" attributeName=x dur=1s></svg>

<iframe src="javascript:parent.{RUN}"></iframe><iframe srcdoc="<script>parent.{RUN}</script>"></iframe>

<object data="{ELSEWHERE}/o"></object><embed src="{ELSEWHERE}/e"><video src="{ELSEWHERE}/v" autoplay></video>

<form action="{ELSEWHERE}/form"><input name=password autofocus onfocus="{RUN}"><button>Log in</button></form>

<meta http-equiv="refresh" content="0;url={ELSEWHERE}/meta"><base href="{ELSEWHERE}/">
<link rel="stylesheet" href="{ELSEWHERE}/l.css"><link rel="prefetch" href="{ELSEWHERE}/p">

<style>body{{display:none}} @import url({ELSEWHERE}/i.css); *{{background:url({ELSEWHERE}/b)}}</style>

<div style="position:fixed;inset:0;background:url({ELSEWHERE}/s)" onclick="{RUN}" onmouseover="{RUN}">over all</div>

<!-- comment --><!--[if IE]><script>{RUN}</script><![endif]--> <![CDATA[<script>{RUN}</script>]]>

<details open ontoggle="{RUN}"><summary>More</summary></details> <dialog open>Trust me</dialog>

<math><mtext><table><mglyph><style><img src=x onerror={RUN}></style></mglyph></table></mtext></math>
<noscript><p title="</noscript><img src=x onerror={RUN}>"></noscript>
"""

LINKS = rf"""
# Links

[plain](javascript:{RUN}) [upper](JaVaScRiPt:{RUN}) [entity](&#106;avascript:{RUN}) [tab](java&#9;script:{RUN})
[newline](java&NewLine;script:{RUN}) [colon](javascript&colon;{RUN}) [data](data:text/html,<script>{RUN}</script>)
[base64](data:text/html;base64,PHNjcmlwdD4=) [vbs](vbscript:{RUN}) [file](file:///etc/passwd) [blob](blob:{ELSEWHERE})
[angle](<javascript:{RUN}>) [control](\x01javascript:{RUN}) [reference][r] [protocol](//tracker.invalid/relative)
[escaped](javascript\:{RUN}) [encoded](javascript%3A{RUN}) [up](../../../../etc/passwd) [api](/api/logout)
[title](http://ok.invalid "onmouseover={RUN}\"><script>{RUN}</script>") <javascript:{RUN}> [app](intent://x#Intent;end)
[https://bank.invalid](https://evil.invalid/login) [ok](https://fine.invalid/path?q=1) <me@mail.invalid>

[r]: javascript:{RUN}

# Images

![pixel]({ELSEWHERE}/pixel.png) ![svg](data:image/svg+xml,<svg/onload={RUN}>) ![script](javascript:{RUN})
![own](/api/login-links) ![reference][i] [![inside]({ELSEWHERE}/inside.png)](https://fine.invalid)

[i]: {ELSEWHERE}/reference.png
"""

FORMULAS = rf"""
# Formulas

$\href{{javascript:{RUN}}}{{click}}$ $\url{{javascript:{RUN}}}$ $\includegraphics{{{ELSEWHERE}/tex.png}}$
$\htmlStyle{{position:fixed;inset:0}}{{x}}$ $\htmlData{{x=y}}{{z}}$ $\style{{background:url({ELSEWHERE}/t)}}{{x}}$
$\def\x{{\x\x}}\x$ $\rule{{99999em}}{{99999em}}$

$$
\begin{{matrix}} {" & ".join("a" * 300)} \end{{matrix}}
$$
"""

SURFACE = f"""
# Looks

Right to left: \u202egnp.exe\u202c, isolate \u2066\u2067abc\u2069, zero\u200bwidth, joiner\u200d,
soft\u00adhyphen, nul\u0000l.

Z{"".join(chr(0x300 + index % 0x60) for index in range(400))}algo

```mermaid
graph TD; A-->B; click A "javascript:{RUN}"
```

```html
<script>{RUN}</script><img src="{ELSEWHERE}/code.png">
```

```"><img src=x onerror={RUN}>
language as markup
```

[^note]: A note <script>{RUN}</script>

See[^note] and `<img src=x onerror={RUN}>` and ~~<b onclick={RUN}>~~

| <script>{RUN}</script> | [x](javascript:{RUN}) |
|---|---|
| <img src=x onerror={RUN}> | ![y]({ELSEWHERE}/cell.png) |

https://tracker.invalid/autolink www.tracker.invalid

~~~~
an open fence <script>{RUN}</script>
"""

HOSTILE = "\n\n".join((MARKUP, LINKS, FORMULAS, SURFACE))

FOREIGN = """
(root) => [...root.querySelectorAll("*")].flatMap((element) => {
  const found = [];
  const strange = /^(script|iframe|frame|object|embed|form|style|link|meta|base|video|audio|input|foreignobject)$/i;
  if (strange.test(element.tagName))
    found.push(element.outerHTML.slice(0, 200));
  for (const { name, value } of element.attributes) {
    if (/^on/i.test(name) || name === "srcdoc") found.push(`${name} of ${element.tagName}`);
    if (name === "src" && !value.startsWith("data:image/")) found.push(`${element.tagName} ${value}`);
    if (name === "href" && element.tagName === "A" && !/^(https?:|mailto:)/.test(element.href)) found.push(value);
    if (name === "style" && /url\\(|fixed/.test(value)) found.push(value);
  }
  return found;
})
"""
"""What no text may ever become."""


LONGEST_TASK = """
() => {
  globalThis.__longest = 0;
  new PerformanceObserver((list) => {
    for (const { duration } of list.getEntries()) globalThis.__longest = Math.max(globalThis.__longest, duration);
  }).observe({type: "longtask", buffered: false});
}
"""


@pytest.fixture
def watch(page: Page, workspace: Workspace) -> Watch:
    """Watches the page from its next address on."""
    return Watch(page, workspace.url)


def assert_harmless(page: Page, watch: Watch, address: str) -> None:
    assert messages(page).evaluate(FOREIGN) == []
    assert page.evaluate("() => globalThis.__pwned") is None
    assert page.url == address
    watch.check()


def open_new(page: Page, workspace: Workspace) -> str:
    """Open an empty conversation; gives its address."""
    address = f"{workspace.url}/c/{workspace.conversation()}"
    page.goto(address)
    return address


@pytest.mark.parametrize("part", [MARKUP, LINKS, FORMULAS, SURFACE], ids=["markup", "links", "formulas", "surface"])
def test_a_hostile_answer_does_nothing_but_show_text(page: Page, workspace: Workspace, watch: Watch, part: str) -> None:
    workspace.script({"text": part}, {"text": "Still here."})
    address = open_new(page, workspace)
    ask(page, "Attack me")
    assert_harmless(page, watch, address)
    assert fits_its_width(page)
    assert messages(page).evaluate("list => list.scrollWidth <= list.clientWidth")
    # It is read again from the journal, in one piece.
    page.reload()
    expect(answer(page)).to_be_visible()
    assert_harmless(page, watch, address)
    ask(page, "Are you there?")
    expect(answer(page)).to_contain_text("Still here.")


QUOTES = "\n\n".join(">" * depth + f" level {depth}" for depth in range(1, 201))
LISTS = "\n".join("  " * depth + f"- level {depth}" for depth in range(200))
EMPHASIS = (
    "*" * 200 + "deep" + "*" * 200 + " " + "[" * 200 + "x" + "](http://a.invalid)" * 200 + "\n\n" + "`" * 3 + "a" * 5000
)
TABLE = "|" + " a |" * 100 + "\n|" + "---|" * 100 + "\n" + ("|" + " cell |" * 100 + "\n") * 300
BRACKETS = "![" * 20_000 + "\n\n" + "$" * 20_000 + "\n\n" + "<" * 20_000 + "\n\n" + "_a_" * 20_000


MONSTERS = {
    "quotes": QUOTES,
    "lists": LISTS,
    "emphasis": EMPHASIS,
    "table": TABLE,
    "brackets": BRACKETS,
    "10 MB of one word": "x" * 10_000_000,
    "10 MB of one line": "word " * 2_000_000,
}


@pytest.mark.parametrize("text", MONSTERS.values(), ids=MONSTERS.keys())
def test_a_monstrous_answer_leaves_the_page_usable(page: Page, workspace: Workspace, watch: Watch, text: str) -> None:
    workspace.script({"text": text, "chunk_size": max(16, len(text) // 200)}, {"text": "Still here."})
    open_new(page, workspace)
    page.evaluate(LONGEST_TASK)
    ask(page, "Attack me")
    assert fits_its_width(page)
    assert page.evaluate("() => globalThis.__longest") < 5_000
    page.reload()
    expect(answer(page)).to_be_visible(timeout=LONG)
    page.get_by_role("button", name="Show the panel").click()
    expect(page.get_by_role("tab", name="Plan")).to_be_visible()
    ask(page, "Are you there?")
    expect(answer(page)).to_contain_text("Still here.")
    watch.check()


MEAN = f'<img src="{ELSEWHERE}/name.png" onerror="{RUN}"><script>{RUN}</script>\u202e'


def test_hostile_arguments_results_and_file_names_are_text(page: Page, workspace: Workspace, watch: Watch) -> None:
    name = MEAN.replace("/", "_")
    (workspace.workdir / name).write_text(f"{MEAN}\n[x](javascript:{RUN})\n" + MARKUP)
    (workspace.workdir / f"javascript:{RUN}").mkdir()
    calls = [
        {"name": "read_file", "arguments": {"path": name}},
        {"name": "list_dir", "arguments": {"path": "."}},
        {"name": "grep_files", "arguments": {"pattern": "script>"}},
        {"name": "update_plan", "arguments": {"explanation": MEAN, "steps": [{"step": MEAN, "status": "pending"}]}},
        {"name": MEAN[:60].replace(" ", "_"), "arguments": {MEAN: MEAN}},
        {"name": "read_file", "arguments": {"path": MEAN}},
    ]
    workspace.script({"thinking": MARKUP, "text": "I look.", "tool_calls": calls}, {"text": "Looked."})
    address = open_new(page, workspace)
    ask(page, MEAN)
    unfold(page)
    assert_harmless(page, watch, address)
    page.get_by_role("button", name="Show the panel").click()
    page.get_by_role("tab", name="Files").click()
    panel = page.get_by_role("tabpanel")
    panel.get_by_role("button").first.click()
    expect(panel.get_by_role("button", name="Back to the files")).to_be_visible()
    assert panel.evaluate(FOREIGN) == []
    page.get_by_role("tab", name="Plan").click()
    expect(panel).to_contain_text("<script>")
    page.get_by_role("tab", name="History").click()
    expect(page.get_by_role("slider")).to_be_visible()
    assert page.locator("body").evaluate("body => body.querySelectorAll('img, iframe').length") == 0
    assert_harmless(page, watch, address)
    assert fits_its_width(page)


def test_a_hostile_title_is_text_everywhere(page: Page, workspace: Workspace, watch: Watch) -> None:
    identifier = workspace.conversation()
    workspace.ask("PATCH", f"/api/conversations/{identifier}", {"title": MEAN[:150]})
    page.goto(f"{workspace.url}/c/{identifier}")
    expect(page.get_by_role("link", name="<img src=")).to_be_visible()
    expect(page.get_by_role("heading", level=1)).to_contain_text("<script>")
    page.keyboard.press("Control+k")
    expect(page.get_by_role("option", name="<img src=")).to_be_visible()
    assert page.locator("body").evaluate("body => body.querySelectorAll('img, body script').length") == 0
    assert page.evaluate("() => globalThis.__pwned") is None
    watch.check()


def test_a_hostile_providers_failure_is_text(page: Page, workspace: Workspace, watch: Watch) -> None:
    workspace.script({"status": 400, "error_message": MEAN + MARKUP})
    address = open_new(page, workspace)
    ask(page, "Hello")
    expect(answer(page).get_by_role("button", name="Try again")).to_be_visible()
    unfold(page)
    assert_harmless(page, watch, address)
    assert fits_its_width(page)


def test_a_hostile_list_of_models_is_text(page: Page, workspace: Workspace, watch: Watch) -> None:
    workspace.script(models={"ids": [MEAN, "x" * 500, f"javascript:{RUN}"]})
    open_new(page, workspace)
    page.get_by_role("button", name="Model: ").click()
    expect(page.get_by_role("option", name="javascript:")).to_be_visible()
    assert page.locator("body").evaluate("body => body.querySelectorAll('img, body script').length") == 0
    assert fits_its_width(page)
    watch.check()


def test_the_policy_stops_script_and_style_that_are_in_the_page(
    page: Page, workspace: Workspace, watch: Watch, console: Console
) -> None:
    console.allow("Content Security Policy")
    page.reload()
    page.evaluate(
        """(elsewhere) => {
          const add = (name, set) => document.body.append(Object.assign(document.createElement(name), set));
          add("script", {textContent: "window.__pwned = 1"});
          add("style", {textContent: "body { display: none }"});
          const paragraph = '<p style="color: red" onclick="window.__pwned = 1">x</p>';
          add("div", {innerHTML: `<img src="${elsewhere}/x.png">${paragraph}`});
          add("iframe", {src: "https://framed.invalid"});
          document.querySelector("p[onclick]").click();
        }""",
        ELSEWHERE,
    )
    page.wait_for_function("() => globalThis.__seen.violations.length >= 6")
    stopped = {violation.split(" ")[0] for violation in watch.violations()}
    assert stopped == {"script-src-elem", "style-src-elem", "img-src", "style-src-attr", "script-src-attr", "frame-src"}
    assert page.evaluate("() => globalThis.__pwned") is None
    refused: Any = page.evaluate("() => fetch('https://elsewhere.invalid').then(() => 'sent', String)")
    assert "TypeError" in refused
