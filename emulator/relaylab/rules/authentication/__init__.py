"""What Microsoft 365 makes of SPF, DKIM and DMARC: composite authentication, the handling of spoofs, header lines."""

from relaylab.rules.authentication.composite import Recipients, composite, dmarc_action, handling
from relaylab.rules.authentication.judge import judge
from relaylab.rules.authentication.stamps import (
    AntispamReport,
    Attributed,
    Hop,
    antispam_report,
    arc_results,
    attributed,
    authentication_results,
    received,
    received_spf,
    skip_listed,
)

__all__ = [
    "AntispamReport",
    "Attributed",
    "Hop",
    "Recipients",
    "antispam_report",
    "arc_results",
    "attributed",
    "authentication_results",
    "composite",
    "dmarc_action",
    "handling",
    "judge",
    "received",
    "received_spf",
    "skip_listed",
]
