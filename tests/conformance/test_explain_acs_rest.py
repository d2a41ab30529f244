"""``relaylab explain`` on errors of ACS over REST: by code, by body, and as a client prints them."""

from __future__ import annotations

import pytest

from relaylab.rules.acs_rest.errors import ERRORS
from relaylab.rules.catalogue import rulebook
from relaylab_conformance.explain import explain

BOOK = rulebook()


@pytest.mark.parametrize(
    ("asked", "rule"),
    [
        ("DomainNotLinked", "acs_rest.send.domain_is_not_linked"),
        (
            '{"error":{"code":"Denied","message":"Denied by the resource provider."}}',
            "acs_rest.send.nothing_proves_who_asks",
        ),
        (
            "(BadRequest) Request body validation error. See property 'attachments[0].contentType'",
            "acs_rest.send.property_is_wrong",
        ),
        ("The specified sender domain has not been linked.", "acs_rest.send.domain_is_not_linked"),
        ("TooManyRequests", "acs_rest.send.rate_is_used_up"),
        ("EmailDroppedAllRecipientsSuppressed", "acs_rest.outcome.all_recipients_are_suppressed"),
    ],
)
def test_an_error_is_explained_by_the_rules_that_give_it(asked: str, rule: str) -> None:
    found = explain(asked, BOOK)

    errors = found.document["errors"]
    assert isinstance(errors, list)
    assert rule in [name for error in errors for name in error["rules"]]
    assert "Fix" in found.text


@pytest.mark.parametrize("code", sorted({error.error for error in ERRORS}))
def test_every_code_is_explained(code: str) -> None:
    assert "acs_rest" == explain(code, BOOK).document["kind"]


def test_a_body_with_a_code_that_several_texts_share_is_explained_by_its_text() -> None:
    body = '{"error": {"code": "BadRequest", "message": "The number of recipients is over the limit of 50."}}'

    errors = explain(body, BOOK).document["errors"]
    assert isinstance(errors, list)
    assert [["acs_rest.send.recipients_are_too_many"]] == [error["rules"] for error in errors]
