"""Other EHLO lists."""

from __future__ import annotations

from typing import Final

from relaylab.domain.fault import Behaviour
from relaylab.rules.faults.conduct import (
    offers,
)
from relaylab.rules.sources import requirement

OFFERS: Final = (
    offers(
        Behaviour.OFFER,
        "Offers these mechanisms, inside TLS or in clear (`layer`); takes PLAIN and CRAM-MD5 but at the MX.",
        requirement("AUT-21", 4954, "4"),
        "mechanisms",
        "layer",
        words=("XOAUTH2",),
    ),
    offers(
        Behaviour.WITHOUT,
        "Leaves keywords out of the list; what they stand for is still done, but for STARTTLS.",
        requirement("ENV-04", 5321, "2.2"),
        "keywords",
        words=("PIPELINING", "CHUNKING", "8BITMIME", "SMTPUTF8"),
    ),
    offers(
        Behaviour.UNKNOWN, "Adds keywords that nobody knows.", requirement("EHL-04", 5321, "2.2"), "lines", lines=40
    ),
    offers(Behaviour.SHUFFLE, "Gives the list in another order.", requirement("EHL-05", 5321, "4.1.1.1")),
    offers(Behaviour.STARTTLSAGAIN, "Offers STARTTLS again inside TLS.", requirement("TLS-16", 3207, "4")),
)
