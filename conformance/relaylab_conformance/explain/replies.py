"""Explains a reply line as somebody pasted it from a log, and a status code alone.

By code *and* text: other services use the same enhanced codes for other things (fact COR-42), and a tool that goes by
the code alone tells its user nonsense.
"""

from __future__ import annotations

import re
from difflib import get_close_matches
from typing import TYPE_CHECKING, Final

from relaylab.rules.replies import OF_FAULTS, REPLIES
from relaylab_conformance.explain.answer import Explanation, UnknownError, cited, cut, entry
from relaylab_conformance.explain.matching import TELLING, bare, best_match, said_in
from relaylab_conformance.explain.rules import describe_rule
from relaylab_conformance.other_owners import other_owners

if TYPE_CHECKING:
    from relaylab.domain.reply import ReplyTemplate
    from relaylab.domain.source import Source
    from relaylab.engine.rule import AnyRule
    from relaylab.engine.rulebook import Rulebook

_ENHANCED: Final = re.compile(r"[245]\.\d{1,3}\.\d{1,3}")
_TAG: Final = re.compile(r"[A-Za-z]{1,6}\(?\d+\)?")  # letters with a number: no code, and no rule
_FEW: Final = 3  # replies that are explained in full; of more, only the lines and the rules are listed
_NO_RULE: Final = "none: it is what a stage answers by default, or the grammar of the protocol"
_A_FAULT: Final = "none: only a fault says it (`relaylab faults`); the service is not known to"


def is_a_code(what: str) -> bool:
    """Tell whether somebody asks about a code alone."""
    return _ENHANCED.fullmatch(what) is not None or re.fullmatch(r"[2-5]\d\d", what) is not None


def is_said(code: str) -> bool:
    """Tell whether a reply of SMTP has that code."""
    return any(code in {str(reply.enhanced), str(int(reply.code))} for reply in REPLIES)


def explain_code(what: str, rulebook: Rulebook) -> Explanation:
    """Explain an enhanced code or a reply code: every line that has it; raise UnknownError."""
    replies = [reply for reply in REPLIES if what in {str(reply.enhanced), str(int(reply.code))}]
    if not replies and not other_owners(what):
        raise UnknownError(f"no reply here has the code {what}; {_codes_near(what)}")
    return _explained(what, what, replies, rulebook)


def explain_line(what: str, rulebook: Rulebook) -> Explanation:
    """Explain a reply line, wherever in the pasted text it stands, or a tag such as ATTR36; raise UnknownError."""
    tagged = _tagged(what)
    if tagged:
        return _explained(what, str(tagged[0].enhanced), tagged, rulebook)
    places = said_in(what)
    found = best_match(places)
    if found is not None:
        same = [reply for reply in REPLIES if str(reply) == str(found)]
        return _explained(what, str(found.enhanced), same, rulebook)
    named = next((said for said in places if said.enhanced), None)
    if named is None or named.enhanced is None:
        raise UnknownError(f"{what!r}: {_near(what)}")
    if not named.words:
        return explain_code(named.enhanced, rulebook)
    return _by_code_only(what, named.enhanced, rulebook)


def _tagged(what: str) -> list[ReplyTemplate]:
    """Give the replies whose text holds a tag that was asked for alone: people search for ATTR49 and for AS(1440)."""
    tag = what.strip()
    if not _TAG.fullmatch(tag):
        return []
    within = re.compile(rf"(?<!\w){re.escape(tag)}(?!\w)", re.IGNORECASE)
    return [reply for reply in REPLIES if within.search(reply.text)]


def _by_code_only(what: str, code: str, rulebook: Rulebook) -> Explanation:
    """Explain a line whose code we know and whose text we do not: say so before anything else."""
    lines = dict.fromkeys(f"  {cut(str(reply))}" for reply in REPLIES if str(reply.enhanced) == code)
    if not lines and not other_owners(code):
        raise UnknownError(f"{what!r}: neither the code {code} nor the text is one that relaylab knows; {_near(what)}")
    head = f"The code {code} is known, and the text is not: this may be another service's answer."
    known = "\n".join(["With this code relaylab knows:", *lines]) if lines else ""
    document = explain_code(code, rulebook).document
    text = "\n\n".join(filter(None, (head, known, _warning(code))))
    return Explanation(text, {**document, "asked": what, "text_is_known": False})


def _explained(what: str, code: str, replies: list[ReplyTemplate], rulebook: Rulebook) -> Explanation:
    lines = {str(reply): [one for one in replies if str(one) == str(reply)] for reply in replies}
    describe = _in_full if len(lines) <= _FEW else _in_short
    text = [describe(alike, rulebook) for alike in lines.values()]
    document = {
        "kind": "reply",
        "asked": what,
        "text_is_known": True,
        "replies": [
            {
                "code": int(alike[0].code),
                "enhanced": str(alike[0].enhanced) if alike[0].enhanced else None,
                "text": alike[0].text,
                "source": _source(alike[0].source),
                "rules": _rules_saying(alike, rulebook),
            }
            for alike in lines.values()
        ],
        "other_owners": [
            {"who": owner.who, "means": owner.means, "source": _source(owner.source)} for owner in other_owners(code)
        ],
    }
    return Explanation("\n\n".join(filter(None, (*text, _warning(code)))), document)


def _in_full(alike: list[ReplyTemplate], rulebook: Rulebook) -> str:
    lines = [cut(str(alike[0])), entry("Wording", cited(alike[0].source))]
    rules = _rules_saying(alike, rulebook)
    if not rules:
        lines.append(entry("Rule", _no_rule(alike)))
    return "\n\n".join(["\n".join(lines), *(describe_rule(rule, rulebook, alike) for rule in rules)])


def _in_short(alike: list[ReplyTemplate], rulebook: Rulebook) -> str:
    rules = _rules_saying(alike, rulebook) or [_no_rule(alike)]
    return "\n".join([cut(str(alike[0])), *(entry("Rule", rule) for rule in rules)])


def _no_rule(alike: list[ReplyTemplate]) -> str:
    return _NO_RULE if any(one not in OF_FAULTS for one in alike) else _A_FAULT


def _rules_saying(alike: list[ReplyTemplate], rulebook: Rulebook) -> list[str]:
    """Name the rules that say a line, those first that are in force at some time under the readings chosen."""
    rules = [rule for rule in rulebook.catalogue.rules if rule.effect.reply in alike]
    come = [rule for rule in rules if rulebook.readings.allow(rule.under) and _comes(rule, rulebook)]
    return list(dict.fromkeys(rule.id for rule in (*come, *rules)))


def _comes(rule: AnyRule, rulebook: Rulebook) -> bool:
    return rule.since is None or rulebook.calendar.at(rule.since) is not None


def _warning(code: str) -> str:
    others = [entry(owner.who, f"{owner.means}\n{cited(owner.source)}") for owner in other_owners(code)]
    return "\n".join([f"Careful: {code} has other owners, so go by the text as well.", *others]) if others else ""


def _near(what: str) -> str:
    """Name the texts that resemble what was pasted."""
    texts = {bare(reply).lower(): reply for reply in REPLIES if len(bare(reply)) >= TELLING}
    close = get_close_matches(cut(" ".join(what.lower().split())), texts, n=3, cutoff=0.4)
    if not close:
        return "no reply reads like it; paste the whole line with its code, or name a rule, an event or a message"
    return "no reply is it; the nearest are:\n" + "\n".join(f"  {cut(str(texts[one]))}" for one in close)


def _codes_near(what: str) -> str:
    known = [str(code) for code in sorted({reply.enhanced for reply in REPLIES if reply.enhanced})]
    family = [code for code in known if code.rpartition(".")[0] == what.rpartition(".")[0]]
    return f"of its family there are {', '.join(family)}" if family else f"the codes are {', '.join(known)}"


def _source(source: Source) -> dict[str, str]:
    return {
        "fact": source.fact,
        "title": source.title,
        "date": source.date,
        "confidence": source.confidence.value,
        "url": source.url,
    }
