"""Finding files by what people type: the best hit, and what of it is highlighted."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flowent.conversations.file_index import FileIndex
from flowent.conversations.fuzzy import Query, fit, fold, initials

PROJECT = FileIndex(
    [
        "README.md",
        "pyproject.toml",
        "src/app/main.py",
        "src/app/application.py",
        "src/api/app.py",
        "src/api/routes/conversations.py",
        "src/api/routes/files.py",
        "src/conversations/service.py",
        "src/conversations/services.py",
        "src/conversations/file_index.py",
        "src/conversations/project_files.py",
        "src/store/sqlite.py",
        "src/tools/read_file.py",
        "src/tools/grep_files.py",
        "docs/files.md",
        "docs/css/site.css",
        "tests/unit/test_conversation_service.py",
        "tests/unit/test_app.py",
        "web/src/MessageList.tsx",
        "web/src/messageList.test.tsx",
        "web/src/components/CommandPalette.tsx",
        "web/package.json",
        "web/src/übersicht/Größe.ts",
    ]
)


@pytest.mark.parametrize(
    ("typed", "best"),
    [
        ("readme", "README.md"),
        ("service", "src/conversations/service.py"),
        ("service.py", "src/conversations/service.py"),
        ("services", "src/conversations/services.py"),
        ("app", "src/app"),
        ("app.py", "src/api/app.py"),
        ("api/app", "src/api/app.py"),
        ("main", "src/app/main.py"),
        ("cp", "web/src/components/CommandPalette.tsx"),
        ("compal", "web/src/components/CommandPalette.tsx"),
        ("ml", "web/src/MessageList.tsx"),
        ("messagelist", "web/src/MessageList.tsx"),
        ("messagelist test", "web/src/messageList.test.tsx"),
        ("mL.t", "web/src/messageList.test.tsx"),
        ("convserv", "tests/unit/test_conversation_service.py"),
        ("pf", "src/conversations/project_files.py"),
        ("rf", "src/tools/read_file.py"),
        ("gf", "src/tools/grep_files.py"),
        ("routes conv", "src/api/routes/conversations.py"),
        ("conv routes", "src/api/routes/conversations.py"),
        ("files", "docs/files.md"),
        ("routes files", "src/api/routes/files.py"),
        ("sql", "src/store/sqlite.py"),
        ("toml", "pyproject.toml"),
        ("pkg", "web/package.json"),
        ("css", "docs/css"),
        ("src/tools/", "src/tools/read_file.py"),
        ("größe", "web/src/übersicht/Größe.ts"),
    ],
)
def test_the_best_hit(typed: str, best: str) -> None:
    assert PROJECT.search(typed, 1)[0].path == best


def test_capitals_count_where_they_were_typed() -> None:
    assert [hit.path for hit in PROJECT.search("mL", 5)] == ["web/src/messageList.test.tsx"]


def test_capitals_that_nothing_has_do_not_count() -> None:
    assert PROJECT.search("ReadMe", 1)[0].path == "README.md"


@pytest.mark.parametrize("typed", ["zzz", "app zzz", "mainx", "niam", "ß" * 100])
def test_what_does_not_occur_is_not_found(typed: str) -> None:
    assert PROJECT.search(typed, 5) == []


def test_directories_are_found_too() -> None:
    hit = PROJECT.search("conversations", 1)[0]
    assert (hit.path, hit.kind) == ("src/conversations", "directory")


def test_equals_are_told_apart_by_length() -> None:
    index = FileIndex(["long/directory/x.py", "a/x.py"])
    assert [hit.path for hit in index.search("x.py", 2)] == ["a/x.py", "long/directory/x.py"]


def test_what_is_highlighted_are_code_points_of_the_path() -> None:
    hit = FileIndex(["İ🎉/ẞ_größe.py"]).search("größe", 1)[0]
    assert "".join(hit.path[place] for place in hit.matched) == "größe"


def test_without_a_word_the_top_comes_first() -> None:
    paths = [hit.path for hit in PROJECT.search("  ", 7)]
    assert set(paths) == {"README.md", "pyproject.toml", "src", "docs", "tests", "web", "docs/files.md"}


def test_a_run_is_preferred_to_a_better_beginning_elsewhere() -> None:
    found = fit(Query.parse("file"), "f/i/l/file.py", "f/i/l/file.py")
    assert found is not None
    assert found.places == (6, 7, 8, 9)


@pytest.mark.parametrize(
    ("segment", "letters"),
    [("open_hit.py", "ohp"), ("openHit.py", "ohp"), ("HTTPServer2", "h2"), (".env", "e"), ("__init__.py", "ip")],
)
def test_initials(segment: str, letters: str) -> None:
    assert initials(segment) == letters


PATHS = st.text(st.sampled_from("abAB_-./ é1"), min_size=1, max_size=30).filter(lambda path: path.strip("/ ") == path)
WORDS = st.text(st.sampled_from("abAB_.é1"), min_size=1, max_size=5)


def occurs(word: str, text: str) -> bool:
    """Whether the characters occur in their order, by the plainest way."""
    rest = iter(text)
    return all(character in rest for character in word)


@given(PATHS, WORDS)
def test_what_is_highlighted_spells_the_word(path: str, word: str) -> None:
    query = Query.parse(word)
    text = path if query.cased else fold(path)
    found = fit(query, path, fold(path))
    assert (found is not None) == occurs(query.words[0], text)
    if found is not None:
        assert list(found.places) == sorted(set(found.places))
        assert "".join(text[place] for place in found.places) == query.words[0]


@given(st.sets(PATHS, max_size=12), st.lists(WORDS, min_size=1, max_size=3))
def test_the_index_finds_what_fits_and_nothing_else(paths: set[str], words: list[str]) -> None:
    files = {path for path in paths if "//" not in path}
    query = Query.parse(" ".join(words))
    index = FileIndex(files)
    found = {hit.path for hit in index.search(" ".join(words), 1000)}
    fitting = {path for path in index.paths if fit(query, path, fold(path)) is not None}
    loosely = Query.parse(fold(" ".join(words)))
    assert found == (fitting or {path for path in index.paths if fit(loosely, path, fold(path)) is not None})


@given(st.text(max_size=50))
def test_folding_keeps_places(text: str) -> None:
    assert len(fold(text)) == len(text)


def test_an_abbreviation_is_found_among_thousands_that_hold_its_letters() -> None:
    files = [f"docs/{number % 7}/acs_{number}.py" for number in range(5000)]
    hits = FileIndex([*files, "deep/a/b/c/d/conversation_service.py"]).search("cs", 1)
    assert hits[0].path == "deep/a/b/c/d/conversation_service.py"
