"""Tokens and money, as a provider counted them."""

from decimal import Decimal

from flowent.domain.values import Fact, NonNegative


class Usage(Fact):
    """Tokens of one or more steps.

    ``input`` counts everything sent, ``cached`` the part of it that the provider read from its cache and
    ``cache_written`` what it stored there; ``output`` counts everything written, ``reasoning`` the part of it that
    was thought. ``estimated`` is true where a provider gave no numbers (four bytes count as a token).
    """

    input: NonNegative = 0
    cached: NonNegative = 0
    cache_written: NonNegative = 0
    output: NonNegative = 0
    reasoning: NonNegative = 0
    estimated: bool = False

    @property
    def total(self) -> int:
        """Tokens sent and written together."""
        return self.input + self.output

    def __add__(self, other: "Usage") -> "Usage":
        return Usage(
            input=self.input + other.input,
            cached=self.cached + other.cached,
            cache_written=self.cache_written + other.cache_written,
            output=self.output + other.output,
            reasoning=self.reasoning + other.reasoning,
            estimated=self.estimated or other.estimated,
        )


class Cost(Fact):
    """Money in US dollars. ``complete`` is false where a price was unknown: the amount is then a lower bound."""

    amount: Decimal = Decimal(0)
    complete: bool = True

    def __add__(self, other: "Cost") -> "Cost":
        return Cost(amount=self.amount + other.amount, complete=self.complete and other.complete)
