"""What ends a command with a plain sentence instead of a traceback."""


class CommandError(Exception):
    """A command cannot go on: what is wrong, what to do, and which field is meant where one is."""

    def __init__(self, message: str, remedy: str = "", *, field: str | None = None) -> None:
        """Keep both sentences."""
        super().__init__(message)
        self.remedy = remedy
        self.field = field

    def __str__(self) -> str:
        """Give both sentences."""
        return " ".join(part for part in (self.args[0], self.remedy) if part)
