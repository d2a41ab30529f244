"""What a client's certificate is worth at an instant: a value that answers for every instant."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from relaylab.domain.certificate import CertificateFacts, ChainFault, ClientCertificate
from relaylab.domain.clock import Window

SINCE, UNTIL = datetime(2026, 1, 1, tzinfo=UTC), datetime(2027, 1, 1, tzinfo=UTC)
TICK = timedelta(microseconds=1)
GOOD = ClientCertificate(
    subject="Mail.Contoso.com",
    names=("mail.contoso.com", "*.Contoso.com"),
    issuer="CN=An authority",
    not_before=SINCE,
    not_after=UNTIL - timedelta(seconds=1),
    fingerprint="A1:B2",
    trusted=Window(SINCE, UNTIL),
)
STEADY = [fault for fault in ChainFault if fault not in {ChainFault.EXPIRED, ChainFault.NOT_YET_VALID}]


@pytest.mark.parametrize(
    ("now", "fault"),
    [
        (SINCE - TICK, ChainFault.NOT_YET_VALID),
        (SINCE, None),
        (UNTIL - TICK, None),
        (UNTIL, ChainFault.EXPIRED),
    ],
    ids=["the instant before", "the first instant", "the last instant", "the instant after"],
)
def test_a_chain_is_trusted_within_its_window_only(now: datetime, fault: ChainFault | None) -> None:
    assert fault == GOOD.fault_at(now)
    assert (fault is None) == GOOD.is_trusted_at(now)


@pytest.mark.parametrize("defect", STEADY)
@pytest.mark.parametrize("now", [SINCE - TICK, SINCE, UNTIL])
def test_a_defect_holds_at_every_instant(defect: ChainFault, now: datetime) -> None:
    assert defect == replace(GOOD, trusted=None, defect=defect).fault_at(now)


def test_a_window_without_edges_never_ends() -> None:
    always = replace(GOOD, trusted=Window())

    assert always.is_trusted_at(datetime(2999, 1, 1, tzinfo=UTC))


@pytest.mark.parametrize("both", [{"trusted": None}, {"defect": ChainFault.SELF_SIGNED}])
def test_a_certificate_has_either_a_window_or_a_defect(both: dict[str, ChainFault | None]) -> None:
    with pytest.raises(ValueError, match="either"):
        replace(GOOD, **both)  # type: ignore[arg-type]


def test_the_names_to_match_are_subject_and_dns_names_in_one_case_and_each_once() -> None:
    assert ("mail.contoso.com", "*.contoso.com") == GOOD.identities
    assert () == replace(GOOD, subject=None, names=()).identities


def test_what_a_chain_is_worth_is_said_in_words_with_the_date_that_matters() -> None:
    assert "is trusted" == GOOD.standing_at(SINCE)
    assert "is not trusted: its chain is valid only from 2026-01-01T00:00:00Z on" == GOOD.standing_at(SINCE - TICK)
    assert "is not trusted: its chain was valid only before 2027-01-01T00:00:00Z" == GOOD.standing_at(UNTIL)


def test_every_defect_has_words_of_its_own() -> None:
    said = {replace(GOOD, trusted=None, defect=defect).standing_at(SINCE) for defect in STEADY}

    assert len(STEADY) == len(said)


def test_the_log_tells_what_it_was_worth_when_it_was_shown() -> None:
    assert CertificateFacts.of(GOOD, SINCE).trusted
    assert ChainFault.EXPIRED is CertificateFacts.of(GOOD, UNTIL).fault
