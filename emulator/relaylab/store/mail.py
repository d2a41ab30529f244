"""Accepted mail: what every store of it does, and the store that lives as long as its process.

Law: when ``keep`` returns, all that it was given is kept; when it raises, nothing of that is.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import islice
from typing import TYPE_CHECKING, ClassVar, Final, Protocol

from relaylab.store.ledger import Ledger
from relaylab.store.shelf import Shelf

if TYPE_CHECKING:
    from collections.abc import Sequence

    from relaylab.domain.address import Address
    from relaylab.domain.charge import Charge
    from relaylab.domain.endpoint import Endpoint
    from relaylab.domain.keeping import Keeping
    from relaylab.domain.message import KeptMessage


class StoreError(Exception):
    """The store cannot do what was asked of it; the message ends with the way out."""


@dataclass(frozen=True, slots=True)
class MailDump:
    """All that a store keeps: messages with their contents, in order, and the charges that outlive a process.

    ``dropped`` counts the messages that had made room for others.
    """

    messages: tuple[KeptMessage, ...]
    charges: tuple[Charge, ...]
    dropped: int = 0


@dataclass(frozen=True, slots=True)
class Bounds:
    """How many messages are kept at most, and how many octets of content; the oldest make room for newer ones.

    None is no bound. The newest message stays, however large it is.
    """

    messages: int | None = 100_000
    octets: int | None = 1 << 30

    def __post_init__(self) -> None:
        """Raise ValueError for bounds within which nothing could be kept."""
        if any(bound is not None and bound < 1 for bound in (self.messages, self.octets)):
            raise ValueError(
                f"{self.messages} messages of {self.octets} octets are no bounds to keep mail in; keep at least one"
            )

    def are_over(self, messages: int, octets: int) -> bool:
        """Tell whether something must make room."""
        return messages > 1 and (
            (self.messages is not None and messages > self.messages)
            or (self.octets is not None and octets > self.octets)
        )

    def narrowed(self, keep: Keeping) -> Bounds:
        """Give these bounds, with those that were asked for in their place."""
        octets = None if keep.mebibytes is None else keep.mebibytes << 20
        return Bounds(
            messages=self.messages if keep.messages is None else keep.messages,
            octets=self.octets if octets is None else octets,
        )


BOUNDS: Final = Bounds()
# Of a file, unless somebody asks: what earlier runs kept must not be lost by its being opened.
UNBOUNDED: Final = Bounds(messages=None, octets=None)


class MailStore(Protocol):
    """Keeps accepted messages, octet for octet, in the order of their acceptance, and the charges that came with them.

    It is bounded, and what is dropped stays charged for as long as a charge may count (``store.ledger``).

    Lists come without content: ``raw`` is empty in them. ``message`` and ``raw`` give it.
    """

    @property
    def run(self) -> int:
        """Which opening of this store this is, counted from 1: names drawn under its number repeat no earlier run's."""
        ...

    usual: ClassVar[Bounds]
    """What it keeps at most where nobody says."""

    bounds: Bounds
    """What it keeps at most; narrower ones count from the next message that is kept."""

    @property
    def dropped(self) -> int:
        """How many messages had to make room for newer ones, since this process opened or cleared it, or a load."""
        ...

    def keep(self, *messages: KeptMessage, charges: Sequence[Charge] = ()) -> None:
        """Keep all that one turn keeps, or raise StoreError and keep nothing of it."""
        ...

    def messages(  # noqa: PLR0913 - each narrows the list
        self,
        *,
        tenant: str | None = None,
        recipient: Address | None = None,
        endpoint: Endpoint | None = None,
        session: str | None = None,
        after: str | None = None,
        limit: int | None = None,
    ) -> list[KeptMessage]:
        """Give, without content, the messages that match; a recipient is one of the envelope, or one with a copy.

        With ``after`` those behind the message of that id (none where there is no such message), with ``limit`` so many
        at most.
        """
        ...

    def message(self, name: str) -> KeptMessage | None:
        """Give the message of that id, content included."""
        ...

    def raw(self, name: str) -> bytes | None:
        """Give the content of the message of that id."""
        ...

    def delete(self, name: str) -> bool:
        """Forget a message, and tell whether there was one; what it was charged stays charged."""
        ...

    def charges(self) -> list[Charge]:
        """Give every charge that outlives a process and may still count, in order."""
        ...

    def forget(self) -> int:
        """Forget all messages, and tell how many there were; what they were charged stays charged."""
        ...

    def clear(self) -> None:
        """Forget all messages and charges."""
        ...

    def dump(self) -> MailDump:
        """Give everything that is kept, contents included."""
        ...

    def load(self, dump: MailDump) -> None:
        """Keep what a dump holds and nothing else, or raise StoreError and stay as before."""
        ...

    def close(self) -> None:
        """Let go of what the store holds; it is of no use afterwards."""
        ...

    def __len__(self) -> int: ...


class MemoryMailStore:
    """Mail in memory."""

    run: Final = 1
    usual: ClassVar[Bounds] = BOUNDS

    def __init__(self, bounds: Bounds = BOUNDS) -> None:
        """Start empty."""
        self.bounds = bounds
        self.dropped = 0
        self._messages = Shelf()
        self._octets = 0
        self._charges = Ledger()

    def keep(self, *messages: KeptMessage, charges: Sequence[Charge] = ()) -> None:
        """Keep all that one turn keeps, or raise StoreError and keep nothing of it."""
        try:
            held = self._messages.add(messages)
        except KeyError as taken:  # the id
            raise StoreError(kept_before(str(taken.args[0]))) from None
        for message in messages:
            self._octets += len(message.raw)
        if charges:
            self._charges.add(charges)
        while self.bounds.are_over(held, self._octets):
            self._octets -= len(self._messages.take_oldest().raw)
            held -= 1
            self.dropped += 1

    def messages(  # noqa: PLR0913 - each narrows the list
        self,
        *,
        tenant: str | None = None,
        recipient: Address | None = None,
        endpoint: Endpoint | None = None,
        session: str | None = None,
        after: str | None = None,
        limit: int | None = None,
    ) -> list[KeptMessage]:
        """Give, without content, the messages that match."""
        matching = (
            replace(message, raw=b"")
            for message in self._messages.after(after)
            if tenant in {None, message.tenant}
            and endpoint in {None, message.endpoint}
            and session in {None, message.session}
            and (recipient is None or _is_for(message, recipient))
        )
        return list(islice(matching, limit))

    def message(self, name: str) -> KeptMessage | None:
        """Give the message of that id, content included."""
        return self._messages.get(name)

    def raw(self, name: str) -> bytes | None:
        """Give the content of the message of that id."""
        message = self._messages.get(name)
        return bytes(message.raw) if message else None

    def delete(self, name: str) -> bool:
        """Forget a message, and tell whether there was one."""
        message = self._messages.take(name)
        if message is not None:
            self._octets -= len(message.raw)
        return message is not None

    def charges(self) -> list[Charge]:
        """Give every charge that outlives a process, in order."""
        return list(self._charges)

    def forget(self) -> int:
        """Forget all messages, and tell how many there were."""
        count = len(self._messages)
        self._messages = Shelf()
        self._octets = 0
        return count

    def clear(self) -> None:
        """Forget all messages and charges."""
        self.forget()
        self._charges = Ledger()
        self.dropped = 0

    def dump(self) -> MailDump:
        """Give everything that is kept."""
        return MailDump(tuple(self._messages.after(None)), tuple(self._charges), self.dropped)

    def load(self, dump: MailDump) -> None:
        """Keep what a dump holds and nothing else."""
        shelf = Shelf()
        shelf.add(dump.messages)
        self._messages = shelf
        self._octets = sum(len(message.raw) for message in dump.messages)
        self._charges = Ledger(dump.charges)
        self.dropped = dump.dropped

    def close(self) -> None:
        """Hold nothing, let go of nothing."""

    def __len__(self) -> int:
        return len(self._messages)


def recipients_of(message: KeptMessage) -> set[Address]:
    """Give everybody a message was addressed to or has a copy for."""
    return {*message.envelope.recipients, *(copy.recipient for copy in message.copies)}


def _is_for(message: KeptMessage, recipient: Address) -> bool:
    """Tell whether a message was addressed to somebody, or has a copy for him."""
    return recipient in message.envelope.recipients or any(copy.recipient == recipient for copy in message.copies)


def kept_before(name: str) -> str:
    """Say that an id is taken."""
    return (
        f"a message {name} was kept before: two runs drew the same names. "
        "Draw them under the number of the run, start with an empty store, or choose another --seed"
    )
