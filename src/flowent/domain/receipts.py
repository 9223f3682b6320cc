"""Which messages were accepted, and how: the fold that makes sending idempotent.

A message's receipt is what its sender was told. It outlives edits, so that the same body sent again under the same id
is recognised, and another body under that id is refused.
"""

from dataclasses import dataclass

from flowent.domain.events import MessageAdded, QueueChanged, Recorded
from flowent.domain.parts import AttachmentPart, UserPart


@dataclass(frozen=True, slots=True)
class Receipt:
    """What was answered to a message's sender; ``seq`` is that of the event that accepted it."""

    message_id: str
    turn_id: str | None
    seq: int
    parts: tuple[UserPart, ...]

    def same_body(self, parts: tuple[UserPart, ...]) -> bool:
        """Whether these parts say and attach the same."""
        return [_body(part) for part in self.parts] == [_body(part) for part in parts]


def _body(part: UserPart) -> str:
    return part.attachment_id if isinstance(part, AttachmentPart) else part.text


class Receipts:
    """See the module."""

    def __init__(self) -> None:
        """Start before the first event."""
        self._receipts: dict[str, Receipt] = {}

    def get(self, message_id: str) -> Receipt | None:
        """Give the receipt of an accepted message."""
        return self._receipts.get(message_id)

    def apply(self, recorded: Recorded) -> None:
        """Fold one committed event."""
        match recorded.event:
            case MessageAdded() as event if event.message_id not in self._receipts:
                receipt = Receipt(event.message_id, event.turn_id, recorded.seq, event.parts)
                self._receipts[event.message_id] = receipt
            case QueueChanged() as event:
                for item in event.items:
                    if item.id not in self._receipts:
                        self._receipts[item.id] = Receipt(item.id, item.turn_id, recorded.seq, item.parts)
            case _:
                pass
