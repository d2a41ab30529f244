"""Answers in place of the service's."""

from __future__ import annotations

from typing import Final

from relaylab.domain.fault import Behaviour, Per, Step
from relaylab.rules import replies, sources
from relaylab.rules.faults.conduct import (
    ANSWERED,
    WORDS,
    Conduct,
    Kind,
    answers,
)
from relaylab.rules.sources import requirement

ANSWERS: Final = (
    answers(
        Behaviour.REPLY,
        "Answers as you say: with 4xx or 5xx in place of the service, with 2xx or 3xx where the service says yes.",
        requirement("EHL-08", 5321, "4.2"),
        Step.MAIL,
        None,
        also=ANSWERED,
    ),
    answers(
        Behaviour.CONNECT554,
        "Greets with 554, and takes nothing but QUIT then.",
        requirement("CON-04", 5321, "3.1"),
        Step.CONNECT,
        replies.NO_SERVICE,
    ),
    answers(
        Behaviour.EHLO500,
        "Does not know EHLO; HELO is answered.",
        requirement("EHL-01", 5321, "3.2"),
        Step.EHLO,
        replies.UNRECOGNISED,
    ),
    answers(
        Behaviour.AUTH454,
        "Puts every sign-in off with 454.",
        requirement("AUT-16", 4954, "6"),
        Step.AUTH,
        replies.AUTH_NOT_NOW,
    ),
    Conduct(
        behaviour=Behaviour.GREYLIST,
        kind=Kind.ANSWER,
        sentence="Puts a recipient off the first time (`times`) that this client, sender and recipient come together.",
        source=sources.FAULT_GREYLISTING,
        takes=WORDS,
        steps=frozenset({Step.RCPT}),
        step=Step.RCPT,
        reply=replies.GREYLISTED,
        times=1,
        per=Per.TRIPLET,
    ),
    Conduct(
        behaviour=Behaviour.PARAMETER555,
        kind=Kind.ANSWER,
        sentence="Refuses MAIL and RCPT with certain parameters.",
        source=requirement("ENV-05", 5321, "4.1.1.11"),
        takes=("parameters", *WORDS),
        steps=frozenset({Step.MAIL, Step.RCPT}),
        reply=replies.PARAMETERS_NOT_RECOGNISED,
        words=("SMTPUTF8", "ORCPT"),
    ),
    Conduct(
        behaviour=Behaviour.CHALLENGE,
        kind=Kind.CHALLENGE,
        sentence="Asks once more in AUTH when everything has been given.",
        source=requirement("AUT-07", 4954, "4"),
        steps=frozenset({Step.AUTH}),
        reply=replies.ANOTHER_CHALLENGE,
    ),
)
