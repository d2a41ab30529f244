"""The error codes of Azure Communication Services over REST: a page for each, whose texts may be several."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from http import HTTPStatus
from typing import TYPE_CHECKING, Final

from relaylab.domain.endpoint import Stage
from relaylab.rules.acs_rest.errors import ERRORS
from relaylab.rules.blanks import in_general
from relaylab.rules.pages import cited
from relaylab_conformance.errors.page import WRITTEN_BY, causes, escaped, in_force
from relaylab_conformance.errors.rest_meanings import REST_CAUSES, REST_MEANINGS

if TYPE_CHECKING:
    from relaylab.domain.acs_rest import RestError
    from relaylab.engine.rule import AnyRule
    from relaylab.engine.rulebook import Rulebook

_IN_A_STATUS: Final = "in the status of an operation"
_KINDS: Final[Mapping[int, str]] = {
    HTTPStatus.OK: "the end of the operation, and no answer of its own: the request for the status has 200, its "
    "`status` says how it ended and its `error` has the code; asking again changes nothing, and another try is a new "
    "operation",
    HTTPStatus.TOO_MANY_REQUESTS: "for now: the same request is taken again after `Retry-After`",
    HTTPStatus.INTERNAL_SERVER_ERROR: "for now: the same request may be taken later",
    HTTPStatus.SERVICE_UNAVAILABLE: "for now: the same request may be taken later",
}
_ASKED: Final[Mapping[Stage, str]] = {
    Stage.CONNECT: "any request",
    Stage.SEND: "`POST /emails:send`",
    Stage.STATUS: "`GET /emails/operations/OPERATION`",
    Stage.OUTCOME: "`GET /emails/operations/OPERATION`, in `error`",
}
_FOR_GOOD: Final = "for good: the same request brings the same answer"


@dataclass(frozen=True, slots=True)
class RestCode:
    """One code, as ``x-ms-error-code`` and the body have it, with all its texts."""

    code: str
    errors: tuple[RestError, ...]

    @property
    def name(self) -> str:
        """The name of its page."""
        return f"acs-rest-{self.code.lower()}"

    @property
    def statuses(self) -> tuple[int, ...]:
        """The HTTP statuses with which it comes."""
        return tuple(dict.fromkeys(int(error.code) for error in self.errors))

    @property
    def shown(self) -> str:
        """The statuses, for people."""
        if self.statuses == (HTTPStatus.OK,):
            return _IN_A_STATUS
        return f"HTTP {' or '.join(map(str, self.statuses))}"

    @property
    def title(self) -> str:
        """Code and statuses."""
        return f"{self.code}, {self.shown}"

    @property
    def means(self) -> str:
        """What it means."""
        return REST_MEANINGS[self.code]


def rest_codes() -> tuple[RestCode, ...]:
    """Give every code that the interface can say, by the alphabet."""
    by_code: dict[str, list[RestError]] = {}
    for error in ERRORS:
        by_code.setdefault(error.error, []).append(error)
    return tuple(RestCode(code, tuple(errors)) for code, errors in sorted(by_code.items()))


def rules_of(error: RestError, rulebook: Rulebook) -> tuple[AnyRule, ...]:
    """Give the rules that say an error, in the order of the catalogue."""
    return tuple(rule for rule in rulebook.catalogue.rules if rule.effect.reply == error)


def rest_page(code: RestCode, rulebook: Rulebook) -> str:
    """Give the page of a code, in Markdown."""
    parts = [
        f"# {escaped(code.title)}",
        "```text\n" + "\n".join(dict.fromkeys(f"({code.code}) {error.text}" for error in code.errors)) + "\n```",
        code.means,
        "\n".join(_facts(code, rulebook)),
        *(part for error in code.errors for part in _one(error, rulebook)),
        WRITTEN_BY,
    ]
    return "\n\n".join(parts) + "\n"


def _facts(code: RestCode, rulebook: Rulebook) -> Iterator[str]:
    where = _IN_A_STATUS if code.statuses == (HTTPStatus.OK,) else "as the answer to a request"
    yield f"- Comes from: Azure Communication Services over REST (`*.communication.azure.com`), {where}"
    for status in code.statuses:
        yield f"- Kind of {_named(status)}: {_KINDS.get(status, _FOR_GOOD)}"
    fixes = [in_general(rule.fix) for error in code.errors for rule in rules_of(error, rulebook)]
    if any("{" in text for text in (*(error.text for error in code.errors), *fixes)):
        yield "- A word in braces stands for a name or a number of the case at hand"


def _named(status: int) -> str:
    return f"{status} {HTTPStatus(status).phrase}"


def _one(error: RestError, rulebook: Rulebook) -> Iterator[str]:
    cause = f" ({REST_CAUSES[error.name]})" if error.name in REST_CAUSES else ""
    yield f"## {_named(int(error.code))}: {escaped(error.text)}{cause}"
    yield f"- Wording: {cited(error.source)}"
    yield from causes(rules_of(error, rulebook), rulebook, _ASKED)


def rest_rows(rulebook: Rulebook) -> list[dict[str, object]]:
    """Give the codes for programs."""
    return [
        {
            "name": code.name,
            "error": code.code,
            "means": code.means,
            "texts": [
                {
                    "status": int(error.code),
                    "text": error.text,
                    "rules": [
                        {
                            "id": rule.id,
                            "in_force": in_force(rule, rulebook),
                            "under": dict(rule.under),
                            "fix": in_general(rule.fix),
                        }
                        for rule in rules_of(error, rulebook)
                    ],
                }
                for error in code.errors
            ],
        }
        for code in rest_codes()
    ]
