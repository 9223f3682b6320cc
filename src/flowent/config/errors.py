"""What a person is told when the configuration cannot be used."""


class ConfigError(Exception):
    """The configuration cannot be used; each problem is a sentence or two for the person, with the remedy."""

    def __init__(self, *problems: str) -> None:
        """Keep the problems; the exception's text is all of them, one a line."""
        super().__init__("\n".join(problems))
        self.problems = problems
