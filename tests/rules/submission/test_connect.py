"""EHLO and HELO at smtp.office365.com."""

import pytest

from relaylab.domain.decision import EffectKind
from tests.builders import a_hello_ask
from tests.rules.judging import effect, said

INVALID = "501 5.5.4 Invalid domain name"


@pytest.mark.parametrize(
    "name",
    [
        "MacBook..",
        "..",
        ".",
        "cafe..de",
        "[]",
        "[printer]",
        ".contoso.com",
        "scan ner",
        "printer!",
        "a..b",
        "büro.contoso.com",
        "printer.contoso.com\t",
    ],
)
def test_a_name_with_an_empty_label_or_a_character_no_host_name_has_is_refused(name: str) -> None:
    assert INVALID == said(a_hello_ask(name))


@pytest.mark.parametrize(
    "name",
    [
        "printer.contoso.com",
        "printer.contoso.com.",
        "localhost",
        "MYHOST",
        "MY_HOST",
        "xn--bro-hoa.contoso.com",
        "172.16.0.35",
        "printer.local",
        "[172.16.0.35]",
        "[IPv6:2001:db8::1]",
        "fe80::1",
        "",
    ],
)
def test_single_labels_bare_addresses_literals_and_no_name_at_all_are_accepted(name: str) -> None:
    assert EffectKind.ADMIT == effect(a_hello_ask(name))
