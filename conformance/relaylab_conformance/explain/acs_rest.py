"""Explains an error of Azure Communication Services over REST: by code, HTTP status or text, as logs and docs show it.

``TooManyRequests, HTTP 429``, ``DomainNotLinked, HTTP 404 or 403``, ``401 Denied by the resource provider.``,
``HTTP/1.1 429 Too Many Requests``, ``(BadRequest) Request body ...``, the last line of a traceback, or a whole body. A
status that is named narrows a code down; alone it stands for every code that comes with it. Whether a bare number is
HTTP's is for ``ask`` to say.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from http import HTTPStatus
from typing import TYPE_CHECKING, Final

from relaylab.rules.acs_rest.errors import ERRORS
from relaylab.rules.blanks import in_words
from relaylab.rules.entra.errors import ERRORS as ENTRA_ERRORS
from relaylab_conformance.errors.rest_meanings import REST_CAUSES
from relaylab_conformance.explain.answer import Explanation, UnknownError, cited, entry, said_on
from relaylab_conformance.explain.matching import TELLING
from relaylab_conformance.explain.rules import describe_rule

if TYPE_CHECKING:
    from collections.abc import Sequence

    from relaylab.domain.acs_rest import RestError
    from relaylab.engine.rulebook import Rulebook

# A code as a body has it, or as the client for Python prints it; alone it is the whole text.
_CODE: Final = r"""["']?code["']?\s*[:=]\s*["']?(?P<code>[A-Za-z]+)|^\((?P<shown>[A-Za-z]+)\)"""
_IN_A_BODY: Final = re.compile(_CODE, re.IGNORECASE)
_BEFORE: Final = re.compile(
    r"(?P<http>HTTP(?:/[\d.]+)?[\s:]+)?(?P<status>[2-5]\d\d)(?:[\s,:]+(?P<words>.*))?", re.IGNORECASE
)
_BEHIND: Final = re.compile(r"(?P<words>.+?)[\s,]+\(?HTTP\s+(?P<statuses>\d{3}(?:\s+or\s+\d{3})*)\)?", re.IGNORECASE)
_ENDED: Final = re.compile(r"(?:Failed|Canceled)\s+(?P<words>[A-Za-z]+)")  # how the log tells of an operation
_RAISED: Final = re.compile(
    r"(?:Uncaught\s+)?(?:\w+\.)*\w*(?:Error|Exception):\s+"
)  # what a client's error begins with
_IN_A_STATUS: Final = "in the status of an operation"
_FEW: Final = 3  # errors that are explained in full; of more, only the texts and the rules are listed


@dataclass(frozen=True, slots=True)
class _Asked:
    """What somebody pasted: the words but for the statuses, none of which is any; and whether they are HTTP's."""

    words: str
    statuses: frozenset[int] = frozenset()
    is_http: bool = False

    @property
    def is_a_status(self) -> bool:
        """True where nothing is named but a status of HTTP."""
        return self.is_http and not self.words


def is_of_acs_rest(what: str) -> bool:
    """Tell whether somebody asks about an error of the REST interface, or about a status of HTTP."""
    return _read(what).is_a_status or bool(_named(what))


def explain_rest_error(what: str, rulebook: Rulebook) -> Explanation:
    """Explain every error that fits, or of those the one whose text was pasted, with the rules that give it.

    Raise UnknownError where a status is named with which none comes.
    """
    errors = _named(what)
    if not errors:
        known = ", ".join(map(str, sorted({int(error.code) for error in ERRORS})))
        raise UnknownError(
            f"{what!r}: no error of Azure Communication Services over REST comes with it; they come with {known}, and "
            "those of Entra have a number: AADSTS..."
        )
    return _explained(what, errors, rulebook, _heading(what))


def explain_status(number: str, rulebook: Rulebook) -> Explanation | None:
    """Explain every error that comes with an HTTP status, given as its three digits; None where none does."""
    asked = f"HTTP {number}"
    return _explained(number, _named(asked), rulebook, _heading(asked)) if _named(asked) else None


def _explained(what: str, errors: Sequence[RestError], rulebook: Rulebook, heading: str = "") -> Explanation:
    describe = describe_error if len(errors) <= _FEW else _in_short
    text = "\n\n".join(filter(None, (heading, *(describe(error, rulebook) for error in errors))))
    rows = [
        {
            "error": error.error,
            "status": int(error.code),
            "text": error.text,
            "rules": _rules(error, rulebook),
        }
        for error in errors
    ]
    return Explanation(text, {"kind": "acs_rest", "asked": what, "errors": rows})


def _heading(what: str) -> str:
    """Say of what service the codes are, where somebody asks about nothing but a status."""
    asked = _read(what)
    if not asked.is_a_status:
        return ""
    (status,) = asked.statuses
    also = any(int(error.code) == status for error in ENTRA_ERRORS)
    entra = "; Entra answers with it as well, and its errors have a number, AADSTS..., to ask about" if also else ""
    return f"HTTP {status} {HTTPStatus(status).phrase}, from Azure Communication Services over REST{entra}."


def _read(what: str) -> _Asked:
    """Take the statuses off, and before that all that a traceback or a line of the log has around what was said."""
    line = " ".join(what.split())
    raised = _RAISED.match(line)
    text = said_on(line[raised.end() :] if raised else line)
    if ended := _ENDED.fullmatch(text):
        return _Asked(ended["words"], frozenset({int(HTTPStatus.OK)}), is_http=True)
    if text.endswith(_IN_A_STATUS):
        return _Asked(text.removesuffix(_IN_A_STATUS).rstrip(" ,"), frozenset({int(HTTPStatus.OK)}), is_http=True)
    if found := _BEFORE.fullmatch(text):
        status, words = int(found["status"]), found["words"] or ""
        is_phrase = words.lower() in {one.phrase.lower() for one in HTTPStatus if one == status}
        is_http = is_phrase or found["http"] is not None
        return _Asked("" if is_phrase else words, frozenset({status}), is_http=is_http)
    if found := _BEHIND.fullmatch(text):
        return _Asked(found["words"], frozenset(map(int, found["statuses"].split(" or "))), is_http=True)
    return _Asked(text)


def _named(what: str) -> list[RestError]:
    asked = _read(what)
    coming = [error for error in ERRORS if not asked.statuses or int(error.code) in asked.statuses]
    if asked.is_a_status:
        return coming
    code = _code_in(asked.words)
    of_code = [error for error in coming if error.error.lower() == code.lower()]
    pasted = [error for error in of_code if _beginning(error) in asked.words]
    return pasted or of_code or [error for error in coming if _is_said(error, asked.words)]


def code_asked(what: str) -> str:
    """Give the word that stands where a code would, known or not."""
    return _code_in(_read(what).words)


def _code_in(words: str) -> str:
    found = _IN_A_BODY.search(words)
    return (found["code"] or found["shown"]) if found else words


def _is_said(error: RestError, words: str) -> bool:
    """Tell whether that is the text of an error, or what a log has cut it down to."""
    cut = words.removesuffix("...")
    return words.startswith(_beginning(error)) or (cut != words and len(cut) >= TELLING and error.text.startswith(cut))


def _beginning(error: RestError) -> str:
    """Give the text up to its first blank."""
    return error.text.partition("{")[0]


def _rules(error: RestError, rulebook: Rulebook) -> list[str]:
    return list(dict.fromkeys(rule.id for rule in rulebook.catalogue.rules if rule.effect.reply == error))


def describe_error(error: RestError, rulebook: Rulebook) -> str:
    """Describe an error with the rules that give it."""
    head = "\n".join([_said(error), entry("Error", _shown(error)), entry("Wording", cited(error.source))])
    return "\n\n".join([head, *(describe_rule(rule, rulebook, [error]) for rule in _rules(error, rulebook))])


def _in_short(error: RestError, rulebook: Rulebook) -> str:
    rules = [entry("Rule", rule) for rule in _rules(error, rulebook)]
    return "\n".join([_said(error), entry("Error", _shown(error)), *rules])


def _said(error: RestError) -> str:
    """Give the text, and the cause where another error says the same."""
    cause = f" ({REST_CAUSES[error.name]})" if error.name in REST_CAUSES else ""
    return f"{in_words(error.text)}{cause}"


def _shown(error: RestError) -> str:
    """Give code and status."""
    where = f", {_IN_A_STATUS}" if error.code == HTTPStatus.OK else ""
    return f"{error.error}, HTTP {int(error.code)}{where}"
