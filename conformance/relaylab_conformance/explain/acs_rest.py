"""Explains an error of Azure Communication Services over REST by its code or its text, wherever in a pasted body."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from relaylab.rules.acs_rest.errors import ERRORS
from relaylab_conformance.explain.answer import Explanation, cited, entry
from relaylab_conformance.explain.rules import describe_rule

if TYPE_CHECKING:
    from relaylab.domain.acs_rest import RestError
    from relaylab.engine.rulebook import Rulebook
# A code as a body has it, or as the client for Python prints it; alone it is the whole text.
_CODE: Final = r"""["']?code["']?\s*[:=]\s*["']?(?P<code>[A-Za-z]+)|^\((?P<shown>[A-Za-z]+)\)"""
_IN_A_BODY: Final = re.compile(_CODE, re.IGNORECASE)


def is_of_acs_rest(what: str) -> bool:
    """Tell whether somebody asks about an error of the REST interface."""
    return bool(_named(what))


def explain_rest_error(what: str, rulebook: Rulebook) -> Explanation:
    """Explain every error that has the code, or of those the one whose text was pasted, with the rules that give it."""
    errors = _named(what)
    text = "\n\n".join(_described(error, rulebook) for error in errors)
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


def _named(what: str) -> list[RestError]:
    found = _IN_A_BODY.search(what)
    code = (found["code"] or found["shown"]) if found else what
    of_code = [error for error in ERRORS if error.error.lower() == code.lower()]
    pasted = [error for error in of_code if _beginning(error) in what]
    return pasted or of_code or [error for error in ERRORS if _beginning(error) == what[: len(_beginning(error))]]


def _beginning(error: RestError) -> str:
    """Give the text up to its first blank."""
    return error.text.partition("{")[0]


def _rules(error: RestError, rulebook: Rulebook) -> list[str]:
    return list(dict.fromkeys(rule.id for rule in rulebook.catalogue.rules if rule.effect.reply == error))


def _described(error: RestError, rulebook: Rulebook) -> str:
    where = f"{error.error}, HTTP {int(error.code)}, in the status of an operation"
    shown = where if int(error.code) == 200 else f"{error.error}, HTTP {int(error.code)}"
    head = "\n".join([error.text, entry("Error", shown), entry("Wording", cited(error.source))])
    return "\n\n".join([head, *(describe_rule(rule, rulebook, [error]) for rule in _rules(error, rulebook))])
