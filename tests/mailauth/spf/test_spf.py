"""SPF beyond the public suite: evidence, limits, names that the world does not hold, and texts that are no record."""

from __future__ import annotations

import contextlib
from datetime import UTC, datetime
from ipaddress import ip_address

import pytest
from hypothesis import given
from hypothesis import strategies as st

from relaylab.domain.authentication import SpfCheck, SpfIdentity, SpfResult
from relaylab.mailauth.spf import Session, check_spf
from relaylab.mailauth.spf.macros import MacroError, parse_domain_spec, parse_macro_string
from relaylab.mailauth.spf.questions import MOST_NAMES, MOST_TERMS
from relaylab.mailauth.spf.record import RecordError, parse_record
from tests.mailauth.zones import LiteralZone, a_zone

NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)
HQ = "203.0.113.9"
MICROSOFT = ("spf.protection.outlook.com", [("TXT", "v=spf1 ip4:40.92.0.0/15 ip4:52.100.0.0/15 -all")])


def a_session(ip: str = HQ, mail_from: str = "scanner@contoso.com", helo: str = "mfp.contoso.com") -> Session:
    return Session(ip=ip_address(ip), helo=helo, mail_from=mail_from, receiver="protection.outlook.com", now=NOON)


def checked(record: str, ip: str = HQ, **records: str) -> SpfCheck:
    zone = a_zone({"contoso.com": [("TXT", record)], **{name: [("TXT", text)] for name, text in records.items()}})
    return check_spf(zone, a_session(ip))


def test_the_term_that_decided_is_named_with_the_record_that_holds_it() -> None:
    zone = a_zone(
        {
            "contoso.com": [("TXT", f"v=spf1 ip4:{HQ} include:spf.protection.outlook.com ~all")],
            MICROSOFT[0]: MICROSOFT[1],
        }
    )

    site = check_spf(zone, a_session())
    stranger = check_spf(zone, a_session("198.51.100.7"))

    assert (SpfResult.PASS, f"ip4:{HQ}", "contoso.com") == (site.result, site.term, site.record_of)
    assert (SpfResult.SOFTFAIL, "~all") == (stranger.result, stranger.term)
    assert stranger.because[-1].endswith("softfail by ~all in the record of contoso.com")


def test_the_terms_that_did_not_match_are_named_and_a_long_record_is_cut_short() -> None:
    short = checked("v=spf1 ip4:192.0.2.0/24 ip4:198.51.100.7 -all")
    long = checked(f"v=spf1 {'ip4:192.0.2.1 ' * 40}-all")

    assert (
        f"SPF: in the record of contoso.com, {HQ} is not matched by ip4:192.0.2.0/24, ip4:198.51.100.7"
        == short.because[0]
    )
    assert long.because[0].endswith(" and 28 more")


def test_every_question_is_in_the_evidence_in_its_order() -> None:
    zone = a_zone(
        {
            "contoso.com": [("TXT", "v=spf1 a:gone.contoso.com include:spf.protection.outlook.com -all")],
            MICROSOFT[0]: MICROSOFT[1],
        }
    )

    lookups = check_spf(zone, a_session()).lookups

    assert (
        "TXT contoso.com: NOERROR, 1 found",
        "A gone.contoso.com: NXDOMAIN, 0 found",
        "TXT spf.protection.outlook.com: NOERROR, 1 found",
    ) == lookups


def test_a_record_with_ten_includes_is_read_and_one_with_eleven_is_an_error() -> None:
    others = {f"s{number}.example": "v=spf1 -all" for number in range(MOST_TERMS + 1)}
    ten, eleven = (" ".join(f"include:s{number}.example" for number in range(count)) for count in (10, 11))

    assert SpfResult.FAIL is checked(f"v=spf1 {ten} -all", **others).result
    assert SpfResult.PERMERROR is checked(f"v=spf1 {eleven} -all", **others).result


def test_two_questions_in_vain_are_forgiven_and_a_third_is_not() -> None:
    assert SpfResult.FAIL is checked("v=spf1 a:x1.contoso.com a:x2.contoso.com -all").result
    assert SpfResult.PERMERROR is checked("v=spf1 a:x1.contoso.com a:x2.contoso.com mx:x3.contoso.com -all").result


def test_a_record_that_includes_itself_ends_in_an_error() -> None:
    check = checked("v=spf1 include:contoso.com -all")

    assert SpfResult.PERMERROR is check.result
    assert f"SPF: more than {MOST_TERMS} terms ask DNS" in check.because


def test_a_name_that_the_world_does_not_hold_is_a_temporary_error_that_says_so() -> None:
    zone = a_zone({"contoso.com": [("TXT", "v=spf1 include:elsewhere.example -all")]}, foreign=["elsewhere.example"])

    check = check_spf(zone, a_session())

    assert SpfResult.TEMPERROR is check.result
    assert "SPF: TXT elsewhere.example: no zone of the world holds it" in check.because


def test_an_empty_mail_from_is_checked_by_its_helo_name() -> None:
    zone = a_zone({"mfp.contoso.com": [("TXT", f"v=spf1 ip4:{HQ} -all")]})

    check = check_spf(zone, a_session(mail_from=""))

    assert (SpfResult.PASS, SpfIdentity.HELO, "mfp.contoso.com") == (check.result, check.identity, check.domain)


def test_an_address_literal_as_helo_has_no_record() -> None:
    assert SpfResult.NONE is check_spf(a_zone({}), a_session(mail_from="", helo="[203.0.113.9]")).result


def test_an_international_domain_is_asked_for_by_its_ascii_name() -> None:
    zone = a_zone({"xn--bcher-kva.example": [("TXT", f"v=spf1 ip4:{HQ} -all")]})

    check = check_spf(zone, a_session(mail_from="info@Bücher.example"))

    assert (SpfResult.PASS, "xn--bcher-kva.example") == (check.result, check.domain)


def test_an_ipv4_client_on_an_ipv6_socket_is_an_ipv4_client() -> None:
    assert SpfResult.PASS is checked(f"v=spf1 ip4:{HQ} -all", ip=f"::ffff:{HQ}").result


def test_an_ipv6_client_is_not_in_the_ipv4_entry_of_its_site() -> None:
    check = checked(f"v=spf1 ip4:{HQ} -all", ip="2001:db8::9")

    assert (SpfResult.FAIL, "-all") == (check.result, check.term)


def test_the_domain_explains_a_fail_in_its_own_words() -> None:
    check = checked("v=spf1 exp=why.contoso.com -all", **{"why.contoso.com": "%{i} may not send for %{d}, see %{r}"})

    assert f"{HQ} may not send for contoso.com, see protection.outlook.com" == check.explanation


def test_only_the_first_ten_names_of_an_address_are_tried() -> None:
    names = [f"h{number}.contoso.com" for number in range(MOST_NAMES + 1)]
    forward = {name: [("A", HQ if name == names[-1] else "192.0.2.1")] for name in names}
    reverse = {ip_address(HQ).reverse_pointer: [("PTR", name) for name in names]}
    zone = a_zone({"contoso.com": [("TXT", "v=spf1 ptr -all")], **forward, **reverse})

    check = check_spf(zone, a_session())

    assert SpfResult.FAIL is check.result


ANY_TEXT = st.text(max_size=120)
RECORD_LIKE = st.lists(
    st.one_of(
        st.sampled_from(
            ["all", "-all", "a", "mx/24", "ptr", "include:contoso.com", "exists:%{ir}.contoso.com", "a//64"]
        ),
        st.sampled_from(
            ["redirect=contoso.com", "exp=%{d}", "ip4:203.0.113.0/24", "ip6:2001:db8::/32", "mx:%{d4r-}.x.y"]
        ),
        st.text(alphabet="aimx%{}dlsr0123456789:/.=-+_ ", max_size=24),
    ),
    max_size=14,
).map(lambda terms: " ".join(["v=spf1", *terms]))


@given(text=ANY_TEXT)
def test_no_text_makes_the_parsers_raise_anything_but_their_own_error(text: str) -> None:
    for parse, error in (
        (parse_macro_string, MacroError),
        (parse_domain_spec, MacroError),
        (parse_record, RecordError),
    ):
        with contextlib.suppress(error):
            parse(text)


@given(
    record=st.one_of(RECORD_LIKE, ANY_TEXT.map(lambda text: f"v=spf1 {text}")),
    mail_from=st.one_of(st.just(""), ANY_TEXT, ANY_TEXT.map(lambda text: f"{text}@contoso.com")),
    helo=ANY_TEXT,
    ip=st.ip_addresses(),
)
def test_a_check_always_ends_in_a_result_and_within_its_limits(
    record: str, mail_from: str, helo: str, ip: object
) -> None:
    everything = [("TXT", record), ("A", "192.0.2.1"), ("AAAA", "2001:db8::1"), ("MX", "10 contoso.com")]
    session = Session(ip=ip_address(str(ip)), helo=helo, mail_from=mail_from, receiver="r.example", now=NOON)
    check = check_spf(_Everywhere(tuple(everything)), session)

    # The first record, ten terms with an exchanger's ten addresses each, a PTR with ten names, and an explanation.
    assert len(check.lookups) <= 1 + MOST_TERMS * (1 + MOST_NAMES) + 1 + MOST_NAMES + 1


class _Everywhere(LiteralZone):
    """A zone in which every name has the same records."""

    def __init__(self, held: tuple[tuple[str, str], ...]) -> None:
        super().__init__({})
        object.__setattr__(self, "records", _Same(held))


class _Same(dict[str, tuple[tuple[str, str], ...]]):
    def __init__(self, held: tuple[tuple[str, str], ...]) -> None:
        super().__init__()
        self._held = held

    def __contains__(self, name: object) -> bool:
        return True

    def __getitem__(self, name: str) -> tuple[tuple[str, str], ...]:
        return self._held


@pytest.mark.parametrize(
    "record",
    [
        "v=spf1 ip4:203.0.113.0/33 -all",
        "v=spf1 ip4:2001:db8::1 -all",
        "v=spf1 ip6:fe80::1%eth0 -all",
        "v=spf1 a:contoso.com/024 -all",
        "v=spf1 include -all",
        "v=spf1 -redirect=contoso.com",
        "v=spf1 redirect=a.example redirect=b.example",
        "v=spf1 exists:%{c}.contoso.com -all",
        "v=spf1 -all\tip4:203.0.113.9",
    ],
)
def test_a_record_with_a_wrong_term_is_an_error_even_where_an_earlier_term_would_match(record: str) -> None:
    assert SpfResult.PERMERROR is checked(record.replace("v=spf1 ", f"v=spf1 ip4:{HQ} ", 1)).result
