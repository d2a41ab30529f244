"""The service's answers in another form, or at another pace."""

from __future__ import annotations

from typing import Final

from relaylab.domain.fault import Behaviour, Step
from relaylab.rules.faults.conduct import (
    WORDED,
    forms,
    paces,
)
from relaylab.rules.sources import practice, requirement

FORMS: Final = (
    paces(
        Behaviour.DELAY,
        "Holds an answer back.",
        requirement("CON-01", 5321, "4.5.3.2"),
        "seconds",
        seconds=5.0,
        octets=0,
    ),
    paces(
        Behaviour.DRIP,
        "Writes answers drop by drop: so many octets, then so many seconds of nothing.",
        requirement("CON-12", 5321, "4.5.3.2"),
        "seconds",
        "octets",
        seconds=0.1,
        octets=1,
    ),
    paces(
        Behaviour.SPLIT,
        "Cuts answers into segments in the middle of a line.",
        requirement("EHL-06", 5321, "4.2.1"),
        "seconds",
        "octets",
        seconds=0.05,
        octets=7,
    ),
    paces(
        Behaviour.ONEBYONE,
        "Writes each answer to pipelined commands in a segment of its own.",
        requirement("ENV-21", 2920, "3.1"),
        seconds=0.0,
        octets=0,
    ),
    forms(Behaviour.MULTILINE, "Answers with several lines.", requirement("EHL-06", 5321, "4.2.1"), lines=3),
    forms(
        Behaviour.LONGTEXT,
        "Answers with a line of so many octets.",
        requirement("EHL-07", 5321, "4.5.3.1.5"),
        octets=512,
    ),
    forms(
        Behaviour.ODDCODE,
        "Answers with 259, 439 or 577 in place of another code with the same first digit.",
        requirement("EHL-09", 5321, "4.2.1"),
        steps=WORDED - {Step.CONNECT},
    ),
    forms(Behaviour.REWORD, "Says everything in other words, in German.", requirement("EHL-08", 5321, "4.2")),
    forms(Behaviour.NOENHANCED, "Leaves enhanced status codes out.", requirement("EHL-08", 2034, "4")),
    forms(
        Behaviour.PROMPTS,
        "Asks for user name and password in other letters.",
        practice("AUT-02", "prompts are compared by code, not by text"),
        steps=frozenset({Step.PROMPT}),
        step=Step.PROMPT,
    ),
)
