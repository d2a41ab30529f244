"""A verdict as plain values: what is written to the event log, kept beside a message and shown in reports."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import TYPE_CHECKING

from relaylab.domain.implied import Implied
from relaylab.domain.noun import noun

if TYPE_CHECKING:
    from relaylab.domain.endpoint import Endpoint, Stage
    from relaylab.domain.source import Source


class EffectKind(StrEnum):
    """What a verdict does."""

    ADMIT = "admit"
    REFUSE = "refuse"  # 5xx
    DEFER = "defer"  # 4xx
    DISCONNECT = "disconnect"  # the reply, then the connection is closed
    BOUNCE = "bounce"  # accepted with 250, then a non-delivery report
    JUNK = "junk"  # accepted with 250, and the copy is put into Junk Email
    QUARANTINE = "quarantine"  # accepted with 250, and the copy is held in quarantine

    @property
    def places(self) -> bool:
        """True for what says where a copy goes; nothing is said to the sender then."""
        return self in {EffectKind.JUNK, EffectKind.QUARANTINE}


@noun()
class ReplyFacts:
    """A reply as three fields: ``code`` (550), ``enhanced`` ("5.7.30" or None), ``text`` (without trailer)."""

    code: int
    enhanced: str | None
    text: str

    @property
    def line(self) -> str:
        """The reply as one line."""
        return " ".join([str(self.code), *([self.enhanced] if self.enhanced else []), self.text])


@noun(kw_only=True)
class Decision(Implied):
    """One verdict, flat.

    ``rule`` is None where no rule decided: the default of the stage, or the grammar of the protocol. ``reading`` holds
    the readings that mattered, ``because`` the evidence in sentences, ``fix`` the cmdlet, DNS line or setting that
    would change the answer (empty when it is a good one).
    """

    effect: EffectKind
    reply: ReplyFacts | None
    rule: str | None
    endpoint: Endpoint
    stage: Stage
    at: datetime
    reading: tuple[tuple[str, str], ...]
    because: tuple[str, ...]
    source: Source
    fix: str
