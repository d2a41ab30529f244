"""The error lines of the catalogue: every distinct text of 4xx and 5xx, with the replies and the rules that say it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Final

from relaylab.domain.codes import ReplyCode
from relaylab.domain.decision import EffectKind
from relaylab.rules.replies import OF_FAULTS, REPLIES
from relaylab_conformance.errors.meanings import MEANINGS, Meaning

if TYPE_CHECKING:
    from relaylab.domain.reply import ReplyTemplate
    from relaylab.engine.rule import AnyRule
    from relaylab.engine.rulebook import Rulebook

_LONGEST_TITLE: Final = 110  # characters; SendAsDenied has more than two thousand
_LONGEST_NAME: Final = 95
_FIRST_ERROR: Final = 400


@dataclass(frozen=True)
class ErrorLine:
    """One line that somebody may find in a log; ``replies`` differ in their trailer only.

    ``rules`` are those that say it, in the order of the catalogue; none where the grammar of the protocol does.
    """

    replies: tuple[ReplyTemplate, ...]
    rules: tuple[AnyRule, ...]

    @property
    def reply(self) -> ReplyTemplate:
        """The reply that stands for all."""
        return self.replies[0]

    @property
    def text(self) -> str:
        """The line as it is written, without its trailer, blanks in braces."""
        return str(self.reply)

    @property
    def code(self) -> ReplyCode:
        """The three digits."""
        return ReplyCode(self.reply.code)

    @property
    def enhanced(self) -> str:
        """The enhanced code, or nothing."""
        return str(self.reply.enhanced or "")

    @property
    def title(self) -> str:
        """The line, cut where it is too long to be read at a glance."""
        if len(self.text) <= _LONGEST_TITLE:
            return self.text
        return f"{self.text[:_LONGEST_TITLE].rsplit(' ', 1)[0]} ..."

    @cached_property
    def name(self) -> str:
        """The name of its page: digits and the first words, as an address can hold them."""
        words = re.sub(r"\{\w+\}|'", "", self.text.lower())
        words = re.sub(r"[^a-z0-9]+", "-", words).strip("-")
        return words if len(words) <= _LONGEST_NAME else words[:_LONGEST_NAME].rsplit("-", 1)[0]

    @property
    def meaning(self) -> Meaning:
        """What it means."""
        return MEANINGS[self.reply.name]

    @property
    def comes_as_report(self) -> bool:
        """Whether it comes in a non-delivery report, after a 250."""
        return bool(self.rules) and all(rule.effect.kind is EffectKind.BOUNCE for rule in self.rules)

    @property
    def places(self) -> tuple[str, ...]:
        """The endpoints and stages at which it comes, each once."""
        return tuple(dict.fromkeys(f"{rule.endpoint} {rule.stage}" for rule in self.rules))


def error_lines(rulebook: Rulebook) -> tuple[ErrorLine, ...]:
    """Give every error line of the service, ordered by its digits and then by its words; no line of a fault."""
    alike: dict[str, list[ReplyTemplate]] = {}
    for reply in REPLIES:
        if reply.code >= _FIRST_ERROR and reply not in OF_FAULTS:
            alike.setdefault(str(reply), []).append(reply)
    lines = [
        ErrorLine(tuple(replies), tuple(rule for rule in rulebook.catalogue.rules if rule.effect.reply in replies))
        for replies in alike.values()
    ]
    return tuple(sorted(lines, key=_by_digits))


def _by_digits(line: ErrorLine) -> tuple[tuple[int, ...], str]:
    enhanced = tuple(int(part) for part in line.enhanced.split(".") if part)
    return (int(line.code), *enhanced), line.text
