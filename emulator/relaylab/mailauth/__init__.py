"""Sender authentication as the RFCs have it: SPF, DKIM, ARC and DMARC against the zone of a world, at an instant.

Knows nothing of Microsoft 365: what the service makes of these results is in ``relaylab.rules``. Part of the core: DNS
is a Zone that is handed in, time an instant, chance a named stream.
"""

from relaylab.domain.authentication import JudgedAddress
from relaylab.mailauth.authenticate import authenticate
from relaylab.mailauth.authors import author_domains, unsigned_authors
from relaylab.mailauth.dkim import SigningKey, seal, sign, verify
from relaylab.mailauth.dmarc import Discovery, check_dmarc
from relaylab.mailauth.spf import Session, check_spf
from relaylab.mailauth.trail import judged_address

__all__ = [
    "Discovery",
    "JudgedAddress",
    "Session",
    "SigningKey",
    "authenticate",
    "author_domains",
    "check_dmarc",
    "check_spf",
    "judged_address",
    "seal",
    "sign",
    "unsigned_authors",
    "verify",
]
