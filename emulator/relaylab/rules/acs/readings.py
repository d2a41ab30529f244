"""The choices of Azure Communication Services Email where nothing is public: those of both ways, then those of SMTP."""

from __future__ import annotations

from typing import Final

from relaylab.engine.readings import Reading
from relaylab.rules.acs import smtp_sources, sources

READINGS: Final = (
    Reading(
        "acs_quota",
        "Do SMTP and REST share the quota of a subscription? The question was asked in public and not answered.",
        (("shared", "one quota for both"), ("separate", "one quota each")),
        "shared",
        sources.SHARED_QUOTA,
    ),
    Reading(
        "acs_sender_checks",
        "When does ACS over SMTP look at MAIL FROM?",
        (("data", "at the end of DATA, with the From field"), ("mail", "at MAIL; the From field at the end of DATA")),
        "data",
        smtp_sources.SENDER_CHECKS,
    ),
    Reading(
        "acs_too_many_recipients",
        "When does ACS over SMTP refuse a message to more than 50 recipients? No line is public.",
        (("data", "at the end of DATA, the whole message"), ("rcpt", "at the 51st RCPT, for a while")),
        "data",
        smtp_sources.TOO_MANY_RECIPIENTS,
    ),
    Reading(
        "acs_xoauth2_user",
        "Which name does ACS over SMTP take with XOAUTH2? The page names the SMTP username.",
        (("smtp_username", "the SMTP username only"), ("any", "also resource, application and tenant in one")),
        "smtp_username",
        smtp_sources.XOAUTH2_USER,
    ),
    Reading(
        "acs_smtp_after_the_end",
        "What does smtp.azurecomm.net do once ACS Email has ended?",
        (("auth", "it greets, and every sign-in fails"), ("ehlo", "it refuses EHLO and closes")),
        "auth",
        sources.AFTER_THE_END,
    ),
)
