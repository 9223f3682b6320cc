"""From the printed address to the first answer, whatever is there to answer; and the ways in and out."""

import json
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page, expect

from flowent.scripted.process import ScriptedProvider
from flowent.settings.local_servers import PORTS
from support.browser import Console, Workspace
from support.page import LONG, answer, ask, composer

PASSWORD = "correct horse battery staple"


@pytest.fixture
def stranger(page: Page, console: Console) -> Page:
    """A browser that is not logged in."""
    # Asked for without a login, the first answer of the server is a refusal.
    console.allow_refusals(401)
    page.context.clear_cookies()
    return page


def printed_link(workspace: Workspace) -> str:
    found = re.search(r"Open\s+(http\S+)", workspace.server.output())
    assert found is not None
    return found[1]


def set_password(workspace: Workspace) -> None:
    command = [sys.executable, "-m", "flowent", "password"]
    environment = workspace.server.environment()
    subprocess.run(command, input=f"{PASSWORD}\n{PASSWORD}\n", text=True, env=environment, check=True)


def offer(page: Page, name: str) -> Locator:
    return page.get_by_role("article").filter(has=page.get_by_role("heading", name=name))


def fill_in(page: Page, address: str, key: str) -> None:
    page.get_by_role("button", name="Add a provider").click()
    page.get_by_role("radio", name="Another one").check()
    page.get_by_role("textbox", name="Name", exact=True).fill("Mine")
    page.get_by_role("textbox", name="Base URL").fill(address)
    page.get_by_role("textbox", name="API key").fill(key)


def test_the_printed_address_logs_in_and_welcomes(stranger: Page, empty_workspace: Workspace) -> None:
    stranger.goto(printed_link(empty_workspace))
    expect(stranger.get_by_role("heading", name="Welcome to Flowent")).to_be_visible()
    # The token is gone from the address, and so from the history.
    assert stranger.url == f"{empty_workspace.url}/"


def test_the_embedded_model_can_be_taken_or_says_what_is_missing(page: Page, empty_workspace: Workspace) -> None:
    embedded = offer(page, "built in")
    problem = empty_workspace.ask("GET", "/api/setup")["offers"][-1]["problem"]
    if problem is not None:
        expect(embedded).to_contain_text(problem["message"])
        expect(embedded).to_contain_text(problem["remedy"])
        return
    embedded.get_by_role("button", name="Use this").click()
    expect(page.get_by_role("main").get_by_text("answers from now on")).to_be_visible()
    composer(page).fill("Say hello.")
    composer(page).press("Enter")
    expect(answer(page).get_by_role("button", name="Answer again")).to_be_enabled(timeout=90_000)
    assert answer(page).locator(".markdown").inner_text().strip()


class TestWithAKey:
    @pytest.fixture
    def environment(self, provider: ScriptedProvider) -> dict[str, str]:
        return {"OPENAI_API_KEY": "sk-0123456789abcdef", "OPENAI_BASE_URL": provider.base_url("chat")}

    def test_a_key_of_the_environment_answers_after_one_click(self, page: Page, empty_workspace: Workspace) -> None:
        empty_workspace.script({"text": "The first answer."}, models={"ids": ["gpt-5"]})
        card = offer(page, "OpenAI")
        expect(card).to_contain_text("OPENAI_API_KEY")
        expect(card).to_contain_text("cdef")
        expect(card).not_to_contain_text("0123456789")
        card.get_by_role("button", name="Use this").click()
        expect(page.get_by_role("main").get_by_text("answers from now on")).to_be_visible()
        expect(composer(page)).to_be_focused()
        ask(page, "Hello")
        expect(answer(page)).to_contain_text("The first answer.")

    def test_a_key_that_does_not_work_says_so_in_the_providers_words(
        self, page: Page, empty_workspace: Workspace, console: Console
    ) -> None:
        # Its list of models is asked for as well, to choose one of them.
        console.allow_refusals(502)
        empty_workspace.script(models={"error": "bad_key"})
        offer(page, "OpenAI").get_by_role("button", name="Use this").click()
        expect(page.get_by_text("The key was not accepted")).to_be_visible()
        expect(page.get_by_role("button", name="Add a provider")).to_be_visible()


@pytest.fixture
def local_server(tmp_path: Path) -> Iterator[int]:
    """A server that answers on one of the ports on which such servers listen."""
    script = tmp_path / "local.json"
    script.write_text(json.dumps({"steps": [{"text": "From this machine."}], "models": {"ids": ["local-model"]}}))
    for port in reversed(PORTS):
        command = [sys.executable, "-m", "flowent.scripted", "--script", str(script), "--port", str(port), "--relaxed"]
        with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True) as process:
            assert process.stdout is not None
            if "listening" in process.stdout.readline():
                yield port
                process.terminate()
                return
    pytest.skip("something else listens on every port on which local servers are looked for")


def test_a_local_server_is_found_and_answers(page: Page, empty_workspace: Workspace, local_server: int) -> None:
    page.get_by_role("button", name="Look again").click()
    card = page.get_by_role("article").filter(has_text=f":{local_server}")
    expect(card).to_contain_text("local-model")
    card.get_by_role("button", name="Use this").click()
    ask(page, "Hello")
    expect(answer(page)).to_contain_text("From this machine.")


def test_a_provider_of_ones_own_is_tested_until_it_answers(
    page: Page, empty_workspace: Workspace, console: Console
) -> None:
    console.allow_refusals(422, 502)
    empty_workspace.script({"text": "word"}, {"text": "The first answer."}, api_key="right-key-0123456789")
    address = empty_workspace.provider.base_url("chat")
    fill_in(page, "http://127.0.0.1:9/v1", "wrong-key-0123456789")
    page.get_by_role("button", name="Save and test").click()
    alert = page.get_by_role("alert")
    expect(alert).to_contain_text("Nothing accepts connections at 127.0.0.1:9", timeout=LONG)
    page.get_by_role("textbox", name="Base URL").fill(address)
    page.get_by_role("button", name="Save and test").click()
    # A key is never sent to another server than that for which it was entered.
    expect(page.get_by_role("textbox", name="API key")).to_have_accessible_description(
        re.compile("names another server")
    )
    page.get_by_role("textbox", name="API key").fill("still-wrong-0123456789")
    page.get_by_role("button", name="Save and test").click()
    expect(alert).to_contain_text("The key was not accepted")
    page.get_by_role("textbox", name="API key").fill("right-key-0123456789")
    page.get_by_role("button", name="Save and test").click()
    expect(page.get_by_role("button", name="Use this model")).to_be_visible()
    page.get_by_role("combobox", name="Model that answers by default").fill("any-model")
    page.get_by_role("button", name="Use this model").click()
    expect(page.get_by_role("main").get_by_text("any-model answers from now on")).to_be_visible()
    ask(page, "Hello")
    expect(answer(page)).to_contain_text("The first answer.")


def test_what_was_typed_into_the_provider_form_is_only_thrown_away_when_asked(
    page: Page, empty_workspace: Workspace
) -> None:
    fill_in(page, "http://127.0.0.1:9/v1", "some-key")
    page.get_by_role("button", name="Back to the offers").click()
    dialog = page.get_by_role("dialog", name="Discard what you typed?")
    dialog.get_by_role("button", name="Cancel").click()
    expect(page.get_by_role("textbox", name="API key")).to_have_value("some-key")
    page.get_by_role("button", name="Back to the offers").click()
    dialog.get_by_role("button", name="Discard").click()
    expect(page.get_by_role("heading", name="Welcome to Flowent")).to_be_focused()


def test_a_used_link_is_refused_and_says_how_to_get_another(stranger: Page, empty_workspace: Workspace) -> None:
    link = empty_workspace.login_url()
    stranger.goto(link)
    expect(stranger.get_by_role("heading", name="Welcome to Flowent")).to_be_visible()
    stranger.context.clear_cookies()
    stranger.goto(link)
    expect(stranger.get_by_text("The link was not accepted")).to_be_visible()
    expect(stranger.get_by_text("flowent link", exact=True)).to_be_visible()
    stranger.get_by_role("button", name="Use a login link or a token instead").click()
    field = stranger.get_by_role("textbox", name="Login link or token")
    field.fill(link)
    field.press("Enter")
    expect(stranger.get_by_role("alert")).to_contain_text("was not accepted")
    field.fill(empty_workspace.login_url())
    field.press("Enter")
    expect(stranger.get_by_role("heading", name="Welcome to Flowent")).to_be_visible()


def test_the_password_leads_to_the_page_that_was_asked_for(stranger: Page, empty_workspace: Workspace) -> None:
    set_password(empty_workspace)
    stranger.goto(f"{empty_workspace.url}/settings/limits")
    field = stranger.get_by_role("textbox", name="Password")
    expect(field).to_be_focused()
    field.press("Enter")
    expect(stranger.get_by_role("alert")).to_contain_text("Enter the password")
    field.fill("wrong")
    field.press("Enter")
    expect(stranger.get_by_role("alert")).to_contain_text("The password is wrong")
    field.fill(PASSWORD)
    field.press("Enter")
    expect(stranger.get_by_role("heading", name="Limits", level=1)).to_be_visible()
    assert stranger.url == f"{empty_workspace.url}/settings/limits"


@pytest.mark.parametrize("next_page", ["https://evil.invalid", "//evil.invalid", "/\\evil.invalid", "javascript:1"])
def test_a_login_leads_nowhere_else(stranger: Page, empty_workspace: Workspace, next_page: str) -> None:
    set_password(empty_workspace)
    stranger.goto(f"{empty_workspace.url}/login?next={next_page}")
    stranger.get_by_role("textbox", name="Password").fill(PASSWORD)
    stranger.get_by_role("button", name="Log in").click()
    stranger.wait_for_url(lambda url: "/login" not in url)
    assert stranger.url.startswith(f"{empty_workspace.url}/")


def test_too_many_wrong_passwords_have_to_wait(stranger: Page, empty_workspace: Workspace, console: Console) -> None:
    console.allow_refusals(429)
    set_password(empty_workspace)
    stranger.goto(f"{empty_workspace.url}/login")
    field = stranger.get_by_role("textbox", name="Password")
    refused = stranger.get_by_text("Too many logins failed")
    tries = 0
    while not refused.is_visible() and tries < 20:
        tries += 1
        field.fill(f"wrong {tries}")
        with stranger.expect_response("**/api/login"):
            field.press("Enter")
        expect(stranger.get_by_role("alert").or_(refused).first).to_be_visible()
    expect(refused).to_be_visible()
    expect(stranger.get_by_role("button", name="Wait")).to_be_visible()


def test_logging_out_ends_the_session(page: Page, workspace: Workspace, console: Console) -> None:
    console.allow_refusals(401)
    page.goto(f"{workspace.url}/settings/about")
    page.get_by_role("button", name="Log out").click()
    page.get_by_role("dialog", name="Log out?").get_by_role("button", name="Log out").click()
    expect(page.get_by_role("heading", name="Log in to Flowent")).to_be_visible()
    page.goto(workspace.url)
    expect(page.get_by_role("heading", name="Log in to Flowent")).to_be_visible()
