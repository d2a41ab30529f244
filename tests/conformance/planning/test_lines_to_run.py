"""A line to run does what it says, whatever the names in it hold."""

from __future__ import annotations

import pytest

from relaylab.domain.powershell import argument, filled, quoted
from relaylab_conformance.planning.spf_record import txt
from tests.conformance.planning.planning import a_sender, lines, plan_of


@pytest.mark.parametrize(
    ("name", "written"),
    [
        ("Office", "'Office'"),
        ("Mail $(Remove-Item x)", "'Mail $(Remove-Item x)'"),
        ('a" -Confirm "', "'a\" -Confirm \"'"),
        ("O'Brien", "'O''Brien'"),
        ("O\u2019Brien", "'O\u2019\u2019Brien'"),
        ("a\nRemove-Item x", "('' + 'a' + [char]10 + 'Remove-Item x')"),
    ],
)
def test_a_name_is_quoted_so_that_powershell_runs_nothing_of_it(name: str, written: str) -> None:
    assert written == quoted(name)


@pytest.mark.parametrize(
    ("address", "written"),
    [
        ("app@contoso.com", "app@contoso.com"),
        ("203.0.113.7", "203.0.113.7"),
        ("203.0.113.7;x", "'203.0.113.7;x'"),
        ("o'brien@contoso.com", "'o''brien@contoso.com'"),
        ("a&b@contoso.com", "'a&b@contoso.com'"),
        ("x$y@contoso.com", "'x$y@contoso.com'"),
        ("-whatif@contoso.com", "'-whatif@contoso.com'"),
    ],
)
def test_an_address_is_bare_only_where_powershell_reads_nothing_into_it(address: str, written: str) -> None:
    assert written == argument(address)


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("Set-Mailbox {name} -MaxSendSize 150MB", "Set-Mailbox 'a$(x)' -MaxSendSize 150MB"),
        (
            "or Add-MailboxPermission -Identity {name} -User {it}.",
            "or Add-MailboxPermission -Identity 'a$(x)' -User b.",
        ),
        ('New-InboundConnector -Name "{it}"', "New-InboundConnector -Name 'b'"),
        ("Correct {name} in tenant {it}: a well-known {name}", "Correct a$(x) in tenant b: a well-known a$(x)"),
        ("@{{Add={it}}}", "@{Add=b}"),
    ],
)
def test_a_blank_behind_a_cmdlet_or_a_parameter_is_filled_with_an_argument(text: str, line: str) -> None:
    assert line == filled(text, {"name": "a$(x)", "it": "b"})


def test_the_name_of_a_connector_does_not_run_when_its_line_is_pasted() -> None:
    changed = (('name = "Office"', 'name = "Mail $(Remove-Item x)"'),)
    plan = plan_of(a_sender(target="smtp-auth-basic", site="shop"), changed=changed)

    assert lines(plan)[0].startswith("Set-InboundConnector -Identity 'Mail $(Remove-Item x)' -SenderIPAddresses ")


def test_a_mailbox_with_an_apostrophe_is_quoted_in_every_line() -> None:
    plan = plan_of(
        a_sender("app", profile="python-smtplib", mail_from="o'shut@contoso.com", target="smtp-auth-basic"),
        changed=(('"shut@contoso.com"', '"o\'shut@contoso.com"'),),
    )

    assert "Set-CASMailbox -Identity 'o''shut@contoso.com' -SmtpClientAuthenticationDisabled $false" in lines(plan)


def test_a_record_is_written_as_a_zone_file_has_it() -> None:
    assert r'"a\"b\\c\010"' == txt('a"b\\c\n')
    assert [255, 45] == [len(one.strip('"')) for one in txt("x" * 300).split(" ")]
