"""Handshakes with something wrong in them."""

from __future__ import annotations

from typing import Final

from relaylab.domain.fault import Behaviour
from relaylab.domain.handshake import Certificate, Chain, TlsVersion
from relaylab.rules.faults.conduct import (
    ELSEWHERE,
    shakes,
)
from relaylab.rules.sources import practice, requirement

_NAMES: Final = requirement("TLS-07", 9525, "6")
_CHAINS: Final = practice("TLS-17", "large chains and other orders are handled")
_VERSIONS: Final = requirement("TLS-11", 8996, "4")
HANDSHAKES: Final = (
    shakes(
        Behaviour.EXPIRED,
        "Shows a certificate that expired in 2001.",
        requirement("TLS-08", 5280, "4.1.2.5"),
        certificate=Certificate.EXPIRED,
    ),
    shakes(
        Behaviour.NOTYETVALID,
        "Shows a certificate that becomes valid in 2990.",
        requirement("TLS-08", 5280, "4.1.2.5"),
        certificate=Certificate.NOT_YET_VALID,
    ),
    shakes(
        Behaviour.CNONLY,
        "Shows a certificate with its name in the subject only.",
        _NAMES,
        "name",
        certificate=Certificate.NAME_IN_SUBJECT_ONLY,
        name="smtp.office365.com",
    ),
    shakes(
        Behaviour.WEAKKEY,
        "Shows a certificate with an RSA key of 1,024 bits.",
        requirement("TLS-15", 3207, "4.1"),
        certificate=Certificate.WEAK_KEY,
    ),
    shakes(Behaviour.LONGCHAIN, "Sends five certificates.", _CHAINS, chain=Chain.LONG),
    shakes(Behaviour.LEAFONLY, "Sends its certificate without those above it.", _CHAINS, chain=Chain.LEAF_ONLY),
    shakes(
        Behaviour.CHAINORDER,
        "Sends the certificates above its own in another order.",
        _CHAINS,
        chain=Chain.ANOTHER_ORDER,
    ),
    shakes(
        Behaviour.NOSNI,
        "Shows the certificate of another host to who names none (SNI).",
        requirement("TLS-14", 6066, "3"),
        "name",
        certificate=Certificate.OTHER_NAME,
        name=ELSEWHERE,
    ),
    shakes(Behaviour.TLS, "Speaks TLS from one version to another.", _VERSIONS, "minimum", "maximum"),
    shakes(Behaviour.TLS11, "Speaks TLS 1.1 only.", _VERSIONS, only=TlsVersion.TLS1_1),
    shakes(Behaviour.TLS12, "Speaks TLS 1.2 only.", requirement("TLS-10", 8314, "4.1"), only=TlsVersion.TLS1_2),
    shakes(Behaviour.TLS13, "Speaks TLS 1.3 only.", requirement("TLS-12", 8446, "D"), only=TlsVersion.TLS1_3),
    shakes(
        Behaviour.TLSSUITES,
        "Takes only the cipher suites that Microsoft 365 lists.",
        practice("TLS-13", "a sender offers at least one suite of the service"),
    ),
    shakes(Behaviour.TLSALERT, "Ends every handshake with an alert.", requirement("TLS-03", 3207, "4.1")),
    shakes(
        Behaviour.TLSINTOLERANT,
        "Ends the handshake with an alert where the client offers TLS 1.3.",
        requirement("TLS-12", 8446, "D"),
    ),
)
