"""The choices that SMTP and REST share; those of one door stand in its own room."""

from __future__ import annotations

from typing import Final

from relaylab.engine.readings import Reading
from relaylab.rules.acs import sources

READINGS: Final = (
    Reading(
        "acs_quota",
        "Do SMTP and REST share the quota of a subscription? The question was asked in public and not answered.",
        (("shared", "one quota for both"), ("separate", "one quota each")),
        "shared",
        sources.SHARED_QUOTA,
    ),
)
