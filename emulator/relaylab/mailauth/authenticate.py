"""The front door: SPF, DKIM and DMARC of one message, in that order."""

from __future__ import annotations

from typing import TYPE_CHECKING

from relaylab.domain.authentication import AuthenticationResults
from relaylab.mailauth.authors import author_domains
from relaylab.mailauth.dkim import verify
from relaylab.mailauth.dmarc import Discovery, check_dmarc
from relaylab.mailauth.spf import Session, check_spf

if TYPE_CHECKING:
    from relaylab.domain.randomness import Random
    from relaylab.domain.zone import Zone


def authenticate(
    zone: Zone,
    session: Session,
    content: bytes | bytearray,
    *,
    chance: Random,
    discovery: Discovery = Discovery.SUFFIX_LIST,
) -> AuthenticationResults:
    """Check a message as it arrived in a session; ``chance`` is the named stream that ``pct`` draws from.

    The composite is left open: it is Microsoft's, and made of these results in ``relaylab.rules``.
    """
    spf = check_spf(zone, session)
    dkim = verify(zone, content, session.now)
    dmarc = check_dmarc(zone, author_domains(content), spf, dkim, chance=chance, discovery=discovery)
    return AuthenticationResults(spf=spf, dkim=dkim, dmarc=dmarc)
