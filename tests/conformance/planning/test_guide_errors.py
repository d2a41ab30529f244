"""What guides get wrong is found in the text of a world file, with what is right instead."""

from __future__ import annotations

import pytest

from relaylab.app.rulebooks import rulebook_for
from relaylab_conformance.planning.as_html import as_html
from relaylab_conformance.planning.as_markdown import as_markdown
from relaylab_conformance.planning.as_text import as_text
from relaylab_conformance.planning.guide_errors import guide_errors
from tests.conformance.estates import an_estate
from tests.conformance.pages import Page
from tests.conformance.planning.planning import estate_text, planned

RULEBOOK = rulebook_for(an_estate().world, {}, {})


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("# see Get-AuthenticationReport", "Get-AuthenticationReport"),
        ("# New-HighVolumeMailAccount first", "New-HighVolumeMailAccount"),
        ("# scope https://graph.microsoft.com/Mail.Send", "graph.microsoft.com/Mail.Send"),
        ("# where SmtpClientAuthenticationDisabled -eq $false", "SmtpClientAuthenticationDisabled -eq $false"),
        ('# New-InboundConnector -Name "x" -SenderIPAddresses 1.2.3.4', "New-InboundConnector"),
        ("# smtp.hve.mx.microsoft:25", "smtp.hve.mx.microsoft:25"),
        ("# endpoint=https://x.communication.azure.com/;accesskey=y", "endpoint=https://x.communication.azure.com"),
        ("# New-MailUser -HighVolumeMail", "-HighVolumeMail"),
        ("# grant Mail.Send and use SMTP", "grant Mail.Send"),
        ("# Set-InboundConnector x -ConnectorType OnPremises -RequireTls $true", "Set-InboundConnector x"),
        ("# HVE is free", "HVE is free"),
        ("# removed in H2 2027", "H2 2027"),
        ("# devices in Q4 2026", "Q4 2026"),
        ("# HVE in Q1 2027", "HVE in Q1 2027"),
        ("# done by September 2025", "September 2025"),
        ("# ramp from 2026-03-01", "2026-03-01"),
        ("# April 2026 at the latest", "April 2026"),
        ("# by March 15, 2026", "March 15, 2026"),
        ("# before 30 Apr. 2026", "Apr. 2026"),
        ("# not after 2026/04/30", "2026/04/30"),
    ],
)
def test_a_guide_error_is_found(text: str, found: str) -> None:
    (error,) = guide_errors(f"a = 1\n{text}\n", RULEBOOK)

    assert 2 == error.line
    assert found in error.found
    assert all((error.symptom, error.wrong, error.instead, error.source.fact))


@pytest.mark.parametrize(
    "text",
    [
        "# New-InboundConnector -Name x -ConnectorType OnPremises -SenderDomains * -SenderIPAddresses 1.2.3.4",
        "# New-MailUser -HVEAccount -Name x",
        "# HVE wants Mail.Send over SMTP",
        "# Set-InboundConnector x -ConnectorType Partner -RequireTls $true",
        "# HVE costs 42 dollars for a million recipients",
        "# until Dec 30, 2026",
        "# smtp.hve.mx.microsoft:587",
        "# end of December 2026",
        "created = 2026-03-01",
        "# 2026-13-45",
    ],
)
def test_what_is_right_is_left_alone(text: str) -> None:
    assert () == guide_errors(text, RULEBOOK)


def test_a_connector_that_guides_set_is_found_where_it_stands() -> None:
    text = estate_text()
    (error,) = guide_errors(text, RULEBOOK)

    assert ("require_tls = true", "RequireTls does nothing on an OnPremises connector") == (error.found, error.wrong)
    assert "  require_tls = true" == text.split("\n")[error.line - 1]


def test_every_form_tells_symptom_cause_and_fix() -> None:
    plan = planned(estate_text()).plan
    (error,) = plan.guide_errors
    page = Page(as_html(plan)).root.text

    for form in (as_markdown(plan), page, as_text(plan, 200)):
        assert all(said in form for said in (error.symptom, error.wrong, error.instead))
