"""The one call that a session makes: authenticate a message as Microsoft 365 does, under the readings in force."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from relaylab.domain.authentication import AuthenticationResults
from relaylab.domain.randomness import Random
from relaylab.domain.zone import Zone
from relaylab.mailauth import Discovery, Session, authenticate
from relaylab.rules.authentication.composite import Recipients, composite


def judge(  # noqa: PLR0913 - the message and its session, whose it is, and under which readings
    zone: Zone,
    session: Session,
    content: bytes | bytearray,
    *,
    recipients: Recipients | None,
    readings: Mapping[str, str],
    chance: Random,
) -> AuthenticationResults:
    """Give SPF, DKIM and DMARC, and the composite for mail that comes in; ``recipients`` is None for relayed mail."""
    discovery = Discovery(readings["dmarc_discovery"])
    results = authenticate(zone, session, content, chance=chance, discovery=discovery)
    if recipients is None:
        return results
    return replace(results, composite=composite(results, recipients, readings))
