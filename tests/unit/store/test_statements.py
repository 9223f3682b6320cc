"""The statements of an append: every row once, in order, in few different texts."""

from pathlib import Path
from typing import Any

from flowent.store.sqlite import SqliteBackend
from flowent.store.statements import AppendStatements


class Recorder:
    """A driver's connection and cursor that only listen."""

    def __init__(self) -> None:
        self.texts: list[str] = []
        self.values: list[Any] = []
        self.rowcount = 0

    def cursor(self) -> "Recorder":
        return self

    def execute(self, text: str, values: tuple[Any, ...]) -> None:
        assert text.count("?") == len(values)
        self.texts.append(text)
        self.values += values

    def close(self) -> None:
        self.rowcount = 0


def test_any_number_of_rows_needs_only_a_few_texts() -> None:
    statements = AppendStatements(SqliteBackend(Path("flowent.db")))
    texts: set[str] = set()
    for count in range(300):
        driver: Any = Recorder()
        rows = [("c", seq, 1, "delta", f"{seq}") for seq in range(count)]
        statements.insert_events(driver, rows)
        assert driver.values == [value for row in rows for value in row]
        texts.update(driver.texts)
    # 1, 2, 4 … 64 rows.
    assert len(texts) == 7
