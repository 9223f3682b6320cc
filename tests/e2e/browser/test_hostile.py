"""Whatever a model, a file or a provider writes is shown as text: it runs nothing, loads nothing and leads nowhere."""

from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from support.browser import Console, Workspace
from support.page import LONG, Watch, answer, ask, composer, fits_its_width, messages

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

Right to left: \u202egnp.exe\u202c, isolate \u2066\u2067abc\u2069, zero\u200bwidth, joiner\u200d, soft\u00adhyphen, nul\u0000l.

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
  if (/^(script|iframe|frame|object|embed|form|style|link|meta|base|video|audio|input|foreignobject)$/i.test(element.tagName))
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
def test_a_hostile_answer_does_nothing_but_show_text(
    page: Page, workspace: Workspace, watch: Watch, part: str
) -> None:
    workspace.script({"text": part}, {"text": "Still here."})
    address = open_new(page, workspace)
    ask(page, "Attack me")
    page.set_viewport_size({"width":1100,"height":2200}); page.screenshot(path=f"/tmp/shots/hostile-{part[3:8]}.png"); page.set_viewport_size({"width":1280,"height":800})
    assert_harmless(page, watch, address)
    assert fits_its_width(page)
    # It is read again from the journal, in one piece.
    page.reload()
    expect(answer(page)).to_be_visible()
    assert_harmless(page, watch, address)
    ask(page, "Are you there?")
    expect(answer(page)).to_contain_text("Still here.")
