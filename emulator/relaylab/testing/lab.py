"""The lab: an emulator on free ports with everything a test asks of it, steered and read from any thread or loop."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import TYPE_CHECKING

from relaylab.domain.clock import iso
from relaylab.testing.events import Events
from relaylab.testing.failures import MessageNotSeenError, NothingDecidedError, UnexpectedRefusalError, told
from relaylab.testing.messages import Message, Messages
from relaylab.testing.places import PlacedLab
from relaylab.testing.refusals import ExpectedRefusal
from relaylab.testing.verdicts import Verdict, Verdicts, verdict_of, verdicts_of_messages

if TYPE_CHECKING:
    import re
    from types import TracebackType


class Lab(PlacedLab):
    """An emulator for a test: a world, an instant, a seed, and nothing kept yet.

    Use it as ``with Lab() as lab`` or ``async with Lab() as lab``.
    """

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Stop; with ``strict``, raise UnexpectedRefusalError for refusals that were not expected."""
        __tracebackhide__ = True
        try:
            if error is None:
                self.check()
        finally:
            super().__exit__(kind, error, trace)

    # What happened --------------------------------------------------------------------------------------------------

    @property
    def messages(self) -> Messages:
        """The mail that was kept, in order of acceptance; reports of the service are among it."""
        mail, verdicts = self.emulator.store.mail, verdicts_of_messages(self.emulator.store.events)
        kept = filter(None, (mail.message(message.id) for message in mail.messages()))
        return Messages([Message(message, verdicts.get(message.id)) for message in kept], self.told)

    @property
    def events(self) -> Events:
        """Everything that was logged."""
        return Events.of_log(tuple(self.emulator.store.events))

    @property
    def verdicts(self) -> Verdicts:
        """Every answer that was decided, by a rule, a default or the grammar."""
        return Verdicts([verdict for entry in self.emulator.store.events if (verdict := verdict_of(entry))])

    @property
    def last_verdict(self) -> Verdict:
        """The newest verdict; raise NothingDecidedError, a LookupError, where there is none."""
        __tracebackhide__ = True
        verdicts = self.verdicts
        if not verdicts:
            raise NothingDecidedError(self.told("nothing was decided yet; nobody came so far that a rule was asked"))
        return verdicts[-1]

    @property
    def dialogue(self) -> str:
        """What stood on the wire, session by session, secrets left out."""
        dialogues = self.emulator.dialogues
        return dialogues.text() if dialogues is not None else ""

    @property
    def last_seq(self) -> int:
        """The number of the newest event, 0 where there is none."""
        newest = next(reversed(self.emulator.store.events), None)
        return newest.seq if newest else 0

    def told(self, sentence: str) -> str:
        """Write what happened behind a sentence that says what was expected."""
        return told(
            sentence,
            dialogues=self.emulator.dialogues,
            refusals=self.verdicts.refusals,
            messages=tuple(self.messages),
        )

    # Expecting ------------------------------------------------------------------------------------------------------

    def wait_for_message(
        self,
        *,
        to: str | None = None,
        from_: str | None = None,
        subject: str | re.Pattern[str] | None = None,
        timeout: float = 5.0,
    ) -> Message:
        """Give the first message that fits, and wait for it at most ``timeout`` real seconds.

        Raise MessageNotSeenError, which tells what happened, when none came.
        """
        __tracebackhide__ = True
        look = self._look_for(to, from_, subject)
        if (found := look()) is None and _in_a_loop():
            msg = "this would hold up the event loop that it is called from; use: await lab.message(...)"
            raise RuntimeError(msg)
        return self._found(found or self.bell.wait(look, timeout), to, from_, subject, timeout)

    async def message(
        self,
        *,
        to: str | None = None,
        from_: str | None = None,
        subject: str | re.Pattern[str] | None = None,
        timeout: float = 5.0,  # noqa: ASYNC109 - the failure must tell what happened, which a bare TimeoutError cannot
    ) -> Message:
        """Do what ``wait_for_message`` does, in asynchronous code."""
        __tracebackhide__ = True
        found = await self.bell.hear(self._look_for(to, from_, subject), timeout)
        return self._found(found, to, from_, subject, timeout)

    def expect_refusal(self, what: str | int | None = None, *, timeout: float = 0.0) -> ExpectedRefusal:
        """Give a block, for ``with`` or ``async with``, in which a refusal must come.

        ``what`` is an enhanced code (``"5.7.30"``), a code (``550``), the id of a rule, or some words of the line; None
        is any. The exception that a client raises over the refusal ends with the block. ``timeout`` is how many real
        seconds it may come late. Raise ValueError for a rule that does not exist, and for what is almost a code.
        """
        __tracebackhide__ = True
        return ExpectedRefusal(self, what, timeout)

    @property
    def unexpected(self) -> list[Verdict]:
        """The refusals that no ``expect_refusal`` was waiting for."""
        return [verdict for verdict in self.verdicts.refusals if verdict.seq not in self.expected]

    def check(self) -> None:
        """With ``strict``, raise UnexpectedRefusalError for refusals that were not expected."""
        __tracebackhide__ = True
        unexpected = self.unexpected if self.options.strict else []
        if unexpected:
            lines = "\n".join(f"  {verdict}" for verdict in unexpected)
            raise UnexpectedRefusalError(self.told(f"refused, and no expect_refusal() was waiting for it:\n{lines}"))

    def __repr__(self) -> str:
        if self._emulator is None:
            return "<Lab, not running>"
        where = self._emulator.endpoints.get("submission")
        return f"<Lab at {iso(self.now)}{f', submission {where.host}:{where.port}' if where else ''}>"

    # Inside ---------------------------------------------------------------------------------------------------------

    def _look_for(
        self, to: str | None, from_: str | None, subject: str | re.Pattern[str] | None
    ) -> Callable[[], Message | None]:
        def look() -> Message | None:
            return next(iter(_fitting(self.messages, to, from_, subject)), None)

        return look

    def _found(
        self,
        message: Message | None,
        to: str | None,
        from_: str | None,
        subject: str | re.Pattern[str] | None,
        timeout: float,
    ) -> Message:
        __tracebackhide__ = True
        if message is None:
            wanted = {"to": to, "from_": from_, "subject": subject}
            asked = ", ".join(f"{name}={value!r}" for name, value in wanted.items() if value is not None)
            raise MessageNotSeenError(self.told(f"no message({asked}) came within {timeout:g} s"))
        return message


def _fitting(messages: Messages, to: str | None, from_: str | None, subject: str | re.Pattern[str] | None) -> Messages:
    if to is not None:
        messages = messages.to(to)
    if from_ is not None:
        messages = messages.from_(from_)
    return messages.with_subject(subject) if subject is not None else messages


def _in_a_loop() -> bool:
    try:
        asyncio.get_running_loop()
    except RuntimeError:
        return False
    return True
