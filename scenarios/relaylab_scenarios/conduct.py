"""What a sender does with its message when a session is over: the answer to "and then?"."""

from enum import StrEnum
from typing import Final


class Conduct(StrEnum):
    """What becomes of the message. A refusal is one thing; whether the message is lost is the sender's doing."""

    DELIVERED = "delivered"
    PARTIAL = "partial"
    STOPS_WITH_ERROR = "stops-with-error"
    QUEUES_SILENTLY = "queues-silently"
    RETURNS_TO_SENDER = "returns-to-sender"
    LOSES_MESSAGE = "loses-message"
    REFUSES_LOCALLY = "refuses-locally"

    @property
    def sentence(self) -> str:
        """The conduct in plain words, where the profile has none of its own."""
        return _SENTENCES[self]


_SENTENCES: Final = {
    Conduct.DELIVERED: "hands the message over to every recipient",
    Conduct.PARTIAL: "delivers to the recipients that were accepted, and not to the others",
    Conduct.STOPS_WITH_ERROR: "raises an error and stops; nothing is queued",
    Conduct.QUEUES_SILENTLY: "keeps the message and tries again for days; nobody is told",
    Conduct.RETURNS_TO_SENDER: "gives up and mails a non-delivery report to the envelope sender",
    Conduct.LOSES_MESSAGE: "has no queue: the message is lost, and only the sender's own log says so",
    Conduct.REFUSES_LOCALLY: "refuses by itself, before it gives the message to the server",
}
