"""What guides get wrong is found in the text of a world file, with what is right instead."""

from __future__ import annotations

import pytest

from relaylab.app.rulebooks import rulebook_for
from relaylab_conformance.planning.guide_errors import guide_errors
from tests.conformance.estates import an_estate

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
        ("# removed in H2 2027", "H2 2027"),
        ("# HVE in Q1 2027", "HVE in Q1 2027"),
        ("# done by September 2025", "September 2025"),
        ("# ramp from 2026-03-01", "2026-03-01"),
        ("# April 2026 at the latest", "April 2026"),
    ],
)
def test_a_guide_error_is_found(text: str, found: str) -> None:
    (error,) = guide_errors(f"a = 1\n{text}\n", RULEBOOK)

    assert (2, found) == (error.line, error.found)
    assert error.wrong
    assert error.instead


@pytest.mark.parametrize(
    "text",
    [
        "# New-InboundConnector -Name x -ConnectorType OnPremises -SenderDomains * -SenderIPAddresses 1.2.3.4",
        "# New-MailUser -HVEAccount -Name x",
        "# smtp.hve.mx.microsoft:587",
        "# end of December 2026",
        "created = 2026-03-01",
        "# 2026-13-45",
    ],
)
def test_what_is_right_is_left_alone(text: str) -> None:
    assert () == guide_errors(text, RULEBOOK)
