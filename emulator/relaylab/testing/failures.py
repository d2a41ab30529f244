"""What a lab raises when a sender did not do what a test expects; the text holds what is needed to see why.

``told`` writes that text: what was expected, what stood on the wire, the refusals with rule, source and way past, and
what was kept.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from relaylab.store import Dialogues
    from relaylab.testing.messages import Message
    from relaylab.testing.verdicts import Verdict

_MOST_SESSIONS: Final = 5
_MOST_REFUSALS: Final = 3
_MOST_MESSAGES: Final = 10


class MessageNotSeenError(AssertionError):
    """No message came that is as it should be, or more than one did."""


class RefusalNotSeenError(AssertionError):
    """The refusal that was expected did not come."""


class UnexpectedRefusalError(AssertionError):
    """Something was refused, and no ``expect_refusal`` was waiting for it."""


class NothingDecidedError(LookupError):
    """A verdict was asked for, and nobody came so far that there is one."""


def told(
    sentence: str,
    *,
    dialogues: Dialogues | None,
    refusals: Sequence[Verdict],
    messages: Sequence[Message],
) -> str:
    """Write what happened behind a sentence that says what was expected."""
    parts = [sentence]
    if dialogues is not None:
        parts.append(_titled("On the wire", _dialogue(dialogues)))
    if refusals:
        shown = refusals[-_MOST_REFUSALS:]
        earlier = len(refusals) - len(shown)
        title = "Why" if not earlier else f"Why ({earlier} earlier refusals are left out)"
        parts.append(_titled(title, "\n\n".join(verdict.in_short() for verdict in shown)))
    parts.append(_titled("Kept", listed(messages)))
    return "\n\n".join(parts)


def listed(messages: Sequence[Message]) -> str:
    """Write messages one a line."""
    lines = [str(message) for message in messages[:_MOST_MESSAGES]]
    if len(messages) > len(lines):
        lines.append(f"and {len(messages) - len(lines)} more")
    return "\n".join(lines) or "(no message)"


def _dialogue(dialogues: Dialogues) -> str:
    sessions = dialogues.sessions
    if not sessions:
        return "(nobody has connected)"
    shown = sessions[-_MOST_SESSIONS:]
    earlier = [f"({len(sessions) - len(shown)} earlier sessions are left out)"] if len(sessions) > len(shown) else []
    return "\n".join([*earlier, dialogues.text(*shown)])


def _titled(title: str, text: str) -> str:
    return f"{title}:\n{_indented(text.splitlines())}"


def _indented(lines: Iterable[str]) -> str:
    return "\n".join(f"  {line}".rstrip() for line in lines)
