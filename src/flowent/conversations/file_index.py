"""A project's files and directories, laid out so that a keystroke searches 100,000 of them.

Placing a word in every path would take a second. So cheap tests, each one pass over prepared text, first name the paths
that can be the best: by what a name begins with, holds, or abbreviates, then by what the path holds, and only then by
characters that are scattered over it. Within a test the shallower and shorter path comes first. Only those named are
scored (`flowent.conversations.fuzzy`).

An index does not change once it is made, and may be used by any thread. Making and searching one takes time: do it in
a thread.
"""

import re
from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator
from dataclasses import dataclass
from itertools import chain, islice
from typing import Final, Literal

from flowent.conversations.fuzzy import Fit, Query, fit, fold, initials, letters

_ENOUGH: Final = 400
_FROM_ONE_TEST: Final = 250

Kind = Literal["file", "directory"]


@dataclass(frozen=True, slots=True)
class Hit:
    """A path that fits; ``matched`` are the places of the matched characters, counted in Unicode code points."""

    path: str
    kind: Kind
    matched: tuple[int, ...] = ()


class FileIndex:
    """See the module."""

    def __init__(self, files: Collection[str]) -> None:
        """Take the files' paths, relative and with ``/``, each once; their directories are added."""
        directories = _directories(files)
        self.paths = _by_prominence(chain(files, directories))
        self._is_directory = [path in directories for path in self.paths]
        self._folded: list[str] = []
        self._names: list[str] = []
        self._initials: list[str] = []
        self._letters: list[int] = []
        above: dict[str, int] = {"": 0}
        for path in self.paths:
            folded = fold(path)
            parent, _, name = folded.rpartition("/")
            # Most paths are in lower case already, and need not be held twice.
            self._folded.append(path if folded == path else folded)
            self._names.append(name)
            self._initials.append(initials(path[-len(name) :]))
            mask = above.get(parent)
            if mask is None:
                mask = above[parent] = letters(set(parent))
            self._letters.append(mask | letters(set(name)) | letters("/" if parent else ""))

    def prominent(self, count: int) -> list[Hit]:
        """Give the shallowest files, and every directory and file at the top."""
        shown = (Hit(path, self._kind(at)) for at, path in enumerate(self.paths) if self._stands_alone(at))
        return list(islice(shown, count))

    def search(self, text: str, limit: int) -> list[Hit]:
        """Give the paths that fit best, the best first; capitals count as long as something has them."""
        query = Query.parse(text)
        if not query.words:
            return self.prominent(limit)
        hits = self._best(query, limit)
        return self._best(Query.parse(fold(text)), limit) if query.cased and not hits else hits

    def _best(self, query: Query, limit: int) -> list[Hit]:
        fits: list[tuple[int, int, int, Fit]] = []
        for at in self._candidates(query):
            path = self.paths[at]
            found = fit(query, path, self._folded[at])
            if found is not None:
                fits.append((-found.score, len(path), at, found))
        fits.sort(key=lambda each: each[:3])
        return [Hit(self.paths[at], self._kind(at), found.places) for _, _, at, found in fits[:limit]]

    def _candidates(self, query: Query) -> Iterable[int]:
        """Name the paths that can be the best."""
        # The longest word narrows most, so it comes first.
        words = sorted((fold(word) for word in query.words), key=len, reverse=True)
        wanted = letters("".join(words))
        alive = [at for at, mask in enumerate(self._letters) if mask & wanted == wanted]
        if query.cased:
            alive = self._with_capitals(alive, query)
        # Who types several words types them whole: scattered ones are looked for only where nearly nothing is found.
        enough = _ENOUGH if len(words) == 1 else _ENOUGH // 4
        found: dict[int, None] = {}
        for named in self._tests(words, alive):
            found.update(dict.fromkeys(islice(named, _FROM_ONE_TEST)))
            if len(found) >= enough:
                break
        return found

    def _tests(self, words: list[str], alive: list[int]) -> Iterator[Iterator[int]]:
        """Give what each test names, the best test first."""
        names, folded, short = self._names, self._folded, self._initials
        main, *others = words
        holding = alive
        for other in others:
            holding = [at for at in holding if other in folded[at]]
        named = holding
        for other in others:
            named = [at for at in named if other in names[at]]
        yield (at for at in named if names[at].startswith(main))
        yield (at for at in holding if main in short[at])
        yield (at for at in named if main in names[at])
        if others:
            yield (at for at in holding if main in names[at])
        yield (at for at in holding if main in folded[at])
        scattered = alive
        *first, last = (_scattered(word) for word in words)
        for search in first:
            scattered = [at for at in scattered if search(folded[at])]
        yield (at for at in scattered if last(folded[at]))

    def _with_capitals(self, alive: list[int], query: Query) -> list[int]:
        """Keep the paths that hold every word as it was typed."""
        paths = self.paths
        for capital in {character for word in query.words for character in word if character.isupper()}:
            alive = [at for at in alive if capital in paths[at]]
        for word in query.words:
            search = _scattered(word)
            alive = [at for at in alive if search(paths[at])]
        return alive

    def _kind(self, at: int) -> Kind:
        return "directory" if self._is_directory[at] else "file"

    def _stands_alone(self, at: int) -> bool:
        """Whether a path is worth naming although nothing was asked for."""
        return not self._is_directory[at] or "/" not in self.paths[at]


def _directories(files: Iterable[str]) -> set[str]:
    found: set[str] = set()
    for path in files:
        above = path.rpartition("/")[0]
        while above and above not in found:
            found.add(above)
            above = above.rpartition("/")[0]
    return found


def _by_prominence(paths: Iterable[str]) -> list[str]:
    """Sort the shallowest first, of them the shortest."""
    # In many small sorts: one large one would hold up every other thread for a tenth of a second.
    groups: defaultdict[tuple[int, int], list[str]] = defaultdict(list)
    for path in paths:
        groups[path.count("/"), len(path)].append(path)
    return [path for group in sorted(groups) for path in sorted(groups[group])]


def _scattered(word: str) -> Callable[[str], re.Match[str] | None]:
    """Give a search for a word's characters in their order."""
    steps = (f"[^{re.escape(character)}]*{re.escape(character)}" for character in word[1:])
    return re.compile(re.escape(word[0]) + "".join(steps), re.DOTALL).search
