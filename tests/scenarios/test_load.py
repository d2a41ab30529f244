"""Loading a profile: all that is wrong is said at once, with place, value, expectation and near miss."""

from importlib.resources import files
from pathlib import Path

import pytest

from relaylab_scenarios import Confidence, Mark, Profile, ProfileError, load_profile, profile, profiles
from relaylab_scenarios.load import read_profile
from tests.scenarios.capture import captures
from tests.scenarios.replay import profile_of

TEXT = (files("relaylab_scenarios") / "profiles" / "curl.toml").read_text("utf-8")


def complaints(text: str) -> list[str]:
    with pytest.raises(ProfileError) as caught:
        read_profile(text, file="mine.toml")
    return [str(each) for each in caught.value.complaints]


def changed(before: str, after: str) -> str:
    assert before in TEXT
    return TEXT.replace(before, after, 1)


def test_the_five_first_profiles_are_there() -> None:
    assert {"curl", "generic-mfp", "phpmailer", "postfix", "python-smtplib"} <= profiles().keys()


@pytest.mark.parametrize("each", profiles().values(), ids=lambda each: each.name)
def test_a_profile_that_claims_to_be_observed_has_captures(each: Profile) -> None:
    has_captures = each.name in {profile_of(captured).name for captured in captures()}

    assert has_captures == (each.about.confidence is Confidence.OBSERVED)


def test_the_generic_printer_is_inferred_as_a_whole() -> None:
    assert Confidence.INFERRED is profile("generic-mfp").about.confidence


def test_every_field_has_its_evidence() -> None:
    evidence = profile("postfix").evidence

    assert Mark.WIRE is evidence["envelope.flight"].mark
    assert Mark.KNOWLEDGE is evidence["tls.verifies"].mark
    assert "inferred" == evidence["tls.verifies"].mark.confidence


def test_a_profile_of_ones_own_is_loaded_by_path(tmp_path: Path) -> None:
    path = tmp_path / "badge-printer.toml"
    path.write_text(changed('host = "msg.eml"', 'host = "badge-1"'), encoding="utf-8")

    mine = load_profile(path)

    assert ("badge-printer", "badge-1") == (mine.name, mine.hello.host)


def test_a_file_that_is_not_there_is_said_to_be_so(tmp_path: Path) -> None:
    with pytest.raises(ProfileError, match=r"none\.toml: cannot be read"):
        load_profile(tmp_path / "none.toml")


def test_an_unknown_name_is_answered_with_the_names_and_the_nearest() -> None:
    with pytest.raises(ProfileError, match=r'"postfx" is not one of .*; did you mean "postfix"\?'):
        profile("postfx")


def test_text_that_is_not_toml_says_where() -> None:
    assert "mine.toml: is not TOML:" in complaints("[about")[0]


@pytest.mark.parametrize(
    ("before", "after", "complaint"),
    [
        (
            'late_challenge = "fails"',
            'late_challenge = "fail"',
            'sign_in.late_challenge: "fail" is not one of fails, answers-empty, repeats; did you mean "fails"?',
        ),
        ("verifies = true", 'verifies = "yes"', 'tls.verifies: "yes" is not true or false'),
        ("verifies = true", "verifies = 1", "tls.verifies: 1 is not true or false"),
        ("verifies = true", "verfies = true", 'tls.verfies: no such key; did you mean "verifies"?'),
        ('wish = "required"\n', "", "tls.wish: missing; expected one of required, opportunistic, none, implicit"),
        ('"data", "content"]', '"data", "contents"]', "ending.quit_after[3]: "),
        ("in_one_line = []", 'in_one_line = "LOGIN"', 'sign_in.in_one_line: "LOGIN" is not an array'),
        (
            'argument = "{host}"',
            'argument = "{hots}"',
            "hello.argument: {hots} is not one of {address}, {host}; did you",
        ),
        ('argument = "{host}"', 'argument = "{host"', "hello.argument: "),
        ("[envelope]", "[envelop]", 'envelop: no such table; did you mean "envelope"?'),
        ("[envelope]", "[envelop]", "envelope: missing; expected a table"),
        ('text = "SIZE={size}"', 'text = "SIZE={sise}"', "commands.mail_parameters[0].text: {sise} is not one of"),
        (
            "rcpt_parameters = []",
            'rcpt_parameters = [{ where_offered = "DSN", text = "N={size}" }]',
            "commands.rcpt_parameters[0].text: {size} is not one of {recipient}",
        ),
        ('where_offered = "SIZE", ', "", "commands.mail_parameters[0].where_offered: missing; expected a text"),
        ("date = 2026-11-23", 'date = "soon"', 'evidence.wire.date: "soon" is not a date'),
        ('mark = "W"', 'mark = "X"', 'evidence.wire.mark: "X" is not one of W, V, F, K'),
        ('conduct = "stops-with-error"', 'conduct = "stops"', "aftermath.unreachable.conduct: "),
    ],
)
def test_a_wrong_field_is_named_with_what_was_expected(before: str, after: str, complaint: str) -> None:
    assert any(each.startswith(f"mine.toml: {complaint}") for each in complaints(changed(before, after)))


def test_a_field_without_evidence_is_refused() -> None:
    said = complaints(changed('[content]\nevidence = "wire"', "[content]"))

    assert "mine.toml: content.line_ends: no evidence; name it in content.evidence or evidence_of" in said
    assert 2 == len(said)


def test_evidence_that_is_not_in_the_file_is_refused() -> None:
    said = complaints(changed('[content]\nevidence = "wire"', '[content]\nevidence = "wires"'))

    assert 'content.line_ends: its evidence "wires" is not one of wire, source; did you mean "wire"?' in said[0]


def test_evidence_for_a_field_that_does_not_exist_is_refused() -> None:
    said = complaints(changed('starttls_refused = "source"', 'starttls_refuse = "source"'))

    assert ['mine.toml: tls.evidence_of.starttls_refuse: no such key; did you mean "starttls_refused"?'] == said


def test_a_maker_is_cited_with_an_address() -> None:
    said = complaints(changed('url = "https://github.com/curl/curl/blob/curl-7_88_1/lib/smtp.c"\n', ""))

    assert ["mine.toml: evidence.source.url: missing; a mark V needs the address of what it cites"] == said


def test_everything_wrong_is_said_at_once() -> None:
    said = complaints(changed("verifies = true", 'verifies = "yes"').replace('wish = "required"', 'wish = "reqired"'))

    assert 2 == len(said)
