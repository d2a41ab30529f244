"""Explains an error of Entra by its AADSTS number, wherever in a pasted text that stands."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from relaylab.app.world_file.errors import near_miss
from relaylab.rules.entra.errors import ERRORS
from relaylab_conformance.explain.answer import Explanation, UnknownError, cited, entry
from relaylab_conformance.explain.rules import describe_rule

if TYPE_CHECKING:
    from relaylab.domain.reply import OAuthError
    from relaylab.engine.rulebook import Rulebook

_NUMBER: Final = re.compile(r"AADSTS(\d+)", re.IGNORECASE)


def is_of_entra(what: str) -> bool:
    """Tell whether somebody asks about an error of Entra."""
    return _NUMBER.search(what) is not None


def explain_aadsts(what: str, rulebook: Rulebook) -> Explanation:
    """Explain every error of that number, with the rules that give it; raise UnknownError."""
    found = _NUMBER.search(what)
    number = int(found[1]) if found and len(found[1]) < 10 else 0
    errors = [error for error in ERRORS if error.number == number and number]
    if not errors:
        known = sorted({f"AADSTS{error.number}" for error in ERRORS if error.number})
        near = near_miss(f"AADSTS{number}", known)
        way_out = f'did you mean "{near}"?' if near else f"relaylab knows {', '.join(known)}"
        raise UnknownError(f"AADSTS{number} is no error that relaylab gives; {way_out}")
    text = "\n\n".join(_described(error, rulebook) for error in errors)
    rows = [
        {
            "number": error.number,
            "error": error.error,
            "suberror": error.suberror or None,
            "status": int(error.code),
            "text": error.text,
            "rules": _rules(error, rulebook),
        }
        for error in errors
    ]
    return Explanation(text, {"kind": "aadsts", "asked": what, "errors": rows})


def _rules(error: OAuthError, rulebook: Rulebook) -> list[str]:
    return list(dict.fromkeys(rule.id for rule in rulebook.catalogue.rules if rule.effect.reply == error))


def _described(error: OAuthError, rulebook: Rulebook) -> str:
    acts_on = error.error + (f", suberror {error.suberror}" if error.suberror else "")
    head = "\n".join(
        [error.text, entry("Error", f"{acts_on}, HTTP {int(error.code)}"), entry("Wording", cited(error.source))]
    )
    return "\n\n".join([head, *(describe_rule(rule, rulebook, [error]) for rule in _rules(error, rulebook))])
