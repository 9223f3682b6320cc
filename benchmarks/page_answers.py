"""Answers as models write them: paragraphs, lists, code, tables and mathematics, in Markdown.

The same number gives the same text. A token is four characters, which is what it is on average in such answers.
"""

import random
from collections.abc import Callable, Mapping, Sequence

from benchmarks.workspace import Workspace
from flowent.scripted.process import ScriptedProvider

TOKEN_CHARACTERS = 4
END = "This is the end of the answer."
PROVIDER = "openai"
RATE = 1_000
"""Tokens a second."""
TOKENS_A_WRITE = 10
"""So that the provider's own work leaves the processor to the page: the workspace joins what comes within 33 ms."""

VOCABULARY = """
the a this that each every one of to in for with from without before after when while because so which settings
value values module request answer reader writer event stream file folder line index cache lock queue test page
table column key token message branch handler checks keeps reads writes opens closes returns raises waits sends
small large first last next open empty shared typed slow fast whole same other only also then again once never
"""
WORDS = VOCABULARY.split()
LANGUAGES: Mapping[str, Sequence[str]] = {
    "python": (
        "async def read_values(path: Path, *, limit: int = 100) -> list[Value]:",
        '    """Give the values of a file, the newest first."""',
        "    with path.open(encoding='utf-8') as file:",
        "        rows = [json.loads(line) for line in file if line.strip()]",
        "    for number, row in enumerate(rows[:limit], start=1):",
        "        if not isinstance(row, dict):",
        '            raise ValueError(f"line {number} is no object")  # the caller names the file',
        "        yield Value(name=row['name'], weight=float(row.get('weight', 1.0)))",
        "    return sorted(rows, key=lambda row: (-row.weight, row.name))",
    ),
    "typescript": (
        "export function useValues(id: string): readonly Value[] {",
        "  const values = useStore(store, (state) => state.values.get(id) ?? NONE);",
        "  const [shown, setShown] = useState<number>(20);",
        "  useEffect(() => { void load(id).catch((error: unknown) => report(error)); }, [id]);",
        "  // What is out of sight is not drawn.",
        "  return useMemo(() => values.slice(0, shown).filter((value) => value.weight > 0.5), [values, shown]);",
        "}",
    ),
    "bash": (
        "set -eu",
        'for file in "$directory"/*.json; do',
        '    jq -r \'.values[] | select(.weight > 0.5) | .name\' "$file" | sort -u >"${file%.json}.txt"',
        "done",
        'echo "done: $(ls -1 "$directory" | wc -l) files" >&2',
    ),
}
FORMULAS = (
    r"\sum_{i=1}^{n} w_i x_i = \frac{1}{n}\left(\alpha + \beta\right)",
    r"\int_0^\infty e^{-x^2}\,dx = \frac{\sqrt{\pi}}{2}",
    r"P(A \mid B) = \frac{P(B \mid A)\,P(A)}{P(B)}",
)


def answer(tokens: int, number: int = 0) -> str:
    """Write an answer of that many tokens; it ends with ``END``."""
    chance = random.Random(number)
    wanted = tokens * TOKEN_CHARACTERS - len(END) - 2
    written: list[str] = []
    length = 0
    # A shuffled round of blocks after the other, so that every answer has some of everything once it is long enough.
    while length < wanted:
        for block in chance.sample(BLOCKS, len(BLOCKS)):
            text = block(chance)
            written.append(text)
            length += len(text) + 2
            if length >= wanted:
                break
    # Cut where a block begins, and filled up with a paragraph, so that no fence or formula stays open.
    last = written.pop()
    rest = wanted - (length - len(last) - 2)
    filling = _sentence(chance)
    while len(filling) < rest - 2:
        filling += f" {_sentence(chance)}"
    return "\n\n".join([*written, filling[: max(rest - 2, 0)].rstrip(), END])


def short_answer(number: int) -> str:
    """Write an answer for a conversation that has many of them: 120 to 400 tokens."""
    return answer(120 + 40 * (number % 8), number)


async def connect(workspace: Workspace, provider: ScriptedProvider, *tokens: int) -> None:
    """Have answers of these lengths, each from a model of its own; the first is the workspace's usual one."""
    steps = {
        _model(count): [
            {
                "text": answer(count, count),
                "chunk_size": TOKEN_CHARACTERS,
                "tokens_per_second": RATE,
                "coalesce": TOKENS_A_WRITE,
                "repeat": "always",
                "optional": True,
            }
        ]
        for count in tokens
    }
    await provider.load({"lanes": steps, "strict": False, "max_recorded": 200})
    await workspace.connect(provider, PROVIDER)
    await workspace.ask("PUT", "/api/settings", {"provider_id": PROVIDER, "model": _model(tokens[0])})


async def choose(workspace: Workspace, conversation: str, tokens: int) -> None:
    """Have a conversation's next answers be that long."""
    change = {"provider_id": PROVIDER, "model": _model(tokens)}
    await workspace.ask("PATCH", f"/api/conversations/{conversation}", change)


async def new_conversation(workspace: Workspace, tokens: int) -> str:
    """Begin a conversation with answers of that length."""
    conversation = str((await workspace.ask("POST", "/api/conversations", {"title": "Empty"}))["id"])
    await choose(workspace, conversation, tokens)
    return conversation


def _model(tokens: int) -> str:
    return f"writer-{tokens}"


def _words(chance: random.Random, count: int) -> str:
    return " ".join(chance.choices(WORDS, k=count))


def _sentence(chance: random.Random) -> str:
    words = chance.choices(WORDS, k=chance.randint(7, 22))
    place = chance.randrange(len(words))
    match chance.randrange(8):
        case 0:
            words[place] = f"`{words[place]}_{words[0]}()`"
        case 1:
            words[place] = f"**{words[place]}**"
        case 2:
            words[place] = f"[{words[place]}](https://example.org/{words[place]})"
        case 3:
            words[place] = f"*{words[place]}*"
        case _:
            pass
    return " ".join(words).capitalize() + "."


def _paragraph(chance: random.Random) -> str:
    text = " ".join(_sentence(chance) for _ in range(chance.randint(2, 6)))
    return f"{text} Here $x_{{{chance.randint(1, 9)}}} \\le n$ holds." if chance.random() < 0.2 else text


def _heading(chance: random.Random) -> str:
    return f"{'#' * chance.randint(2, 4)} {_words(chance, 4).capitalize()}\n\n{_paragraph(chance)}"


def _list(chance: random.Random) -> str:
    ordered = chance.random() < 0.5
    lines: list[str] = []
    for number in range(1, chance.randint(4, 8)):
        lines.append(f"{f'{number}.' if ordered else '-'} **{_words(chance, 2)}**: {_sentence(chance)}")
        if chance.random() < 0.3:
            lines += [f"   - {_sentence(chance)}" for _ in range(2)]
    return "\n".join(lines)


def _code(chance: random.Random) -> str:
    language = chance.choice(list(LANGUAGES))
    lines = [line for _ in range(chance.randint(1, 3)) for line in LANGUAGES[language]]
    return "\n".join([f"```{language}", *lines, "```"])


def _table(chance: random.Random) -> str:
    rows = [
        [_words(chance, 2), f"`{_words(chance, 1)}`", f"{chance.random():.3f}", _words(chance, 5)] for _ in range(6)
    ]
    lines = ["| name | kind | weight | meaning |", "|---|---|---:|---|"]
    return "\n".join([*lines, *(f"| {' | '.join(row)} |" for row in rows)])


def _formula(chance: random.Random) -> str:
    return f"$$\n{chance.choice(FORMULAS)}\n$$"


def _quote(chance: random.Random) -> str:
    return f"> {_sentence(chance)} {_sentence(chance)}"


BLOCKS: tuple[Callable[[random.Random], str], ...] = (
    *(_paragraph,) * 5,
    *(_heading,) * 2,
    *(_list,) * 2,
    *(_code,) * 2,
    _table,
    _formula,
    _quote,
)
