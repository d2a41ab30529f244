"""What a server can do wrong on purpose, listed: as a table, as JSON, or as a page in Markdown."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Final

from relaylab.domain.fault import Step
from relaylab.rules import faults
from relaylab.rules.faults import SAYABLE, Conduct
from relaylab.servers.fault_words import COMMON, PARAMETERS, SCOPE
from relaylab_conformance.tables import Column, table

_GROUPS: Final = (
    ("The 23 behaviours of the captures", faults.CAPTURED),
    ("Answers", faults.ANSWERS),
    ("The form and the pace of answers", faults.FORMS),
    ("The EHLO list", faults.OFFERS),
    ("The end of a connection", faults.ENDS),
    ("TLS", faults.HANDSHAKES),
    ("DNS", faults.NAMES),
    ("Copies that Azure Communication Services has accepted", faults.COPIES),
)


def as_text(fit: int) -> str:
    """Set the table."""
    rows = [
        (conduct.behaviour.value, conduct.sentence, _acts_at(conduct), _takes(conduct))
        for _, conducts in _GROUPS
        for conduct in conducts
    ]
    columns = (
        Column("fault"),
        Column("what it does", wraps=True),
        Column("at", wraps=True),
        Column("takes", wraps=True),
    )
    words = [*SCOPE, *COMMON, *PARAMETERS.items()]
    meanings = table((Column("key"), Column("meaning", wraps=True)), words, fit)
    use = "relaylab serve WORLD --fault WHERE=FAULT,key=value,...   WHERE: a listener, a host name, or *"
    return "\n".join([table(columns, rows, fit), "", meanings, "", use])


def as_json() -> str:
    """Give everything as JSON."""
    document = {
        "faults": [
            {
                "behaviour": conduct.behaviour.value,
                "group": group,
                "sentence": conduct.sentence,
                "steps": [step.value for step in Step if step in conduct.steps],
                "step": conduct.step.value if conduct.step else None,
                "lasts": conduct.lasts,
                "takes": list(conduct.takes),
                "implied": conduct.implied,
                "reply": str(conduct.reply) if conduct.reply else None,
                "source": {
                    "fact": conduct.source.fact,
                    "title": conduct.source.title,
                    "url": conduct.source.url,
                    "date": conduct.source.date,
                    "confidence": conduct.source.confidence.value,
                },
            }
            for group, conducts in _GROUPS
            for conduct in conducts
        ],
        "scope": dict(SCOPE),
        "common": dict(COMMON),
        "parameters": dict(PARAMETERS),
        "says": {name: str(reply) for name, reply in SAYABLE.items()},
    }
    return json.dumps(document, indent=2, ensure_ascii=False)


def as_markdown() -> str:
    """Give a page."""
    return "\n".join(_page())


def _page() -> Iterator[str]:
    yield from ("# Faults", "", "Written by `relaylab faults --markdown`; change the catalogue, not this page.", "")
    yield "What the listeners can do wrong on purpose. A fault is written `WHERE=FAULT,key=value,...`, where WHERE is a"
    yield "listener, a host name or `*`; or sent as JSON to `POST /faults`. Of faults that answer, the first that fits"
    yield "acts; those that change an answer act together; no fault behind a fitting `m365` acts."
    for group, conducts in _GROUPS:
        yield from ("", f"## {group}")
        for conduct in conducts:
            yield from ("", f"### `{conduct.behaviour}`", "", conduct.sentence, "")
            yield f"- Acts at: {_acts_at(conduct)}{', once for a connection' if conduct.lasts else ''}"
            if conduct.reply:
                yield f"- Says: `{conduct.reply}`"
            if conduct.takes:
                yield f"- Takes: {', '.join(f'`{name}`' for name in conduct.takes)}"
            source = conduct.source
            title = f"[{source.title}]({source.url})" if source.url else source.title
            yield f"- Source: {title}; {source.confidence}, {source.fact}"
    for heading, words in (("Scope", SCOPE), ("All faults take", COMMON), ("Parameters", PARAMETERS.items())):
        yield from ("", f"## {heading}", "", *(f"- `{word}`: {meaning}" for word, meaning in words))


def _takes(conduct: Conduct) -> str:
    """Write what it takes, each with what holds where it is not given."""
    implied = {key: "+".join(value) if isinstance(value, list) else value for key, value in conduct.implied.items()}
    words = {**dict.fromkeys(conduct.takes), **implied}
    return ", ".join(name if value in {None, True} else f"{name}={value}" for name, value in words.items())


def _acts_at(conduct: Conduct) -> str:
    if conduct.step is not None and len(conduct.steps) > 1:
        return f"{conduct.step}, or a step you choose"
    if len(conduct.steps) > 4:
        return "every step, or one you choose" if "step" in conduct.takes else "every step"
    return ", ".join(step for step in Step if step in conduct.steps)
