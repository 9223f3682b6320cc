"""A person at the page: where things are, found by role and name, and what people do most."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from playwright.sync_api import Locator, Page, expect

from support.browser import Workspace


@dataclass
class Person:
    """Somebody with one page of one workspace."""

    page: Page
    workspace: Workspace

    # What is there

    @property
    def thread(self) -> Locator:
        return self.page.get_by_role("region", name="Messages")

    @property
    def answers(self) -> Locator:
        return self.thread.get_by_role("article", name="Assistant")

    @property
    def answer(self) -> Locator:
        """The latest answer."""
        return self.answers.last

    @property
    def own_messages(self) -> Locator:
        return self.thread.get_by_role("article", name="You,")

    @property
    def field(self) -> Locator:
        return self.page.get_by_role("textbox", name="Message", exact=True)

    @property
    def queue(self) -> Locator:
        return self.page.get_by_role("region", name="Waiting messages")

    @property
    def list(self) -> Locator:
        return self.page.get_by_role("navigation", name="Conversations")

    @property
    def panel(self) -> Locator:
        return self.page.get_by_role("complementary", name="Side panel")

    @property
    def toasts(self) -> Locator:
        return self.page.get_by_role("region", name="Notifications")

    @property
    def stop_button(self) -> Locator:
        return self.page.get_by_role("button", name="Stop", exact=True)

    @property
    def title(self) -> Locator:
        """The conversation's title above its thread."""
        return self.page.get_by_role("heading", level=1)

    def button(self, name: str) -> Locator:
        return self.page.get_by_role("button", name=name, exact=True)

    def row(self, title: str) -> Locator:
        """A conversation's line in the list."""
        return self.list.get_by_role("listitem").filter(has=self.page.get_by_role("link", name=title))

    @property
    def conversation_id(self) -> str:
        """The conversation that is shown."""
        self.page.wait_for_url("**/c/*")
        return self.page.url.rsplit("/", 1)[-1]

    # What they do

    def open(self, conversation_id: str) -> None:
        """Go to a conversation by its address."""
        self.page.goto(f"{self.workspace.url}/c/{conversation_id}")
        expect(self.field).to_be_visible()

    def write(self, text: str) -> None:
        self.field.fill(text)

    def send(self, text: str) -> None:
        """Write a message and send it as it is sent by default."""
        self.write(text)
        self.field.press("Enter")

    def choose(self, button: Locator, item: str) -> None:
        """Open a menu and choose one of its items."""
        button.click()
        self.page.get_by_role("menuitem", name=item, exact=True).click()

    def begin(self, text: str) -> str:
        """Begin a conversation on the start page; gives its id."""
        self.send(text)
        return self.conversation_id

    # What the server says

    def details(self, conversation_id: str | None = None) -> Any:
        """The conversation as the API tells it."""
        return self.workspace.ask("GET", f"/api/conversations/{conversation_id or self.conversation_id}?limit=200")
