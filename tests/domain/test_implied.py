from dataclasses import dataclass, replace

import pytest

from relaylab.domain.implied import Implied


@dataclass(frozen=True, slots=True)
class Finding(Implied):
    name: str
    text: str


def test_what_is_implied_is_worked_out_once_and_only_when_it_is_read() -> None:
    asked: list[str] = []

    def work() -> dict[str, object]:
        asked.append("asked")
        return {"text": "long"}

    finding = Finding.implied(work, name="short")

    assert ("short", []) == (finding.name, asked)
    assert ("long", "long", ["asked"]) == (finding.text, finding.text, asked)


def test_nobody_can_tell_what_was_implied_from_what_was_given() -> None:
    def finding() -> Finding:
        return Finding.implied(lambda: {"text": "long"}, name="short")

    given = Finding("short", "long")

    assert given == finding()
    assert hash(given) == hash(finding())
    assert repr(given) == repr(finding())
    assert Finding("other", "long") == replace(finding(), name="other")


def test_an_attribute_that_does_not_exist_is_an_error_of_the_usual_kind() -> None:
    with pytest.raises(AttributeError, match="'Finding' has no attribute 'nmae'"):
        _ = Finding("short", "long").nmae  # type: ignore[attr-defined]


def test_what_is_implied_is_worked_out_of_what_it_was_given() -> None:
    def work(word: str, times: int) -> dict[str, object]:
        return {"text": word * times}

    finding = Finding.implied(work, "so ", 2, name="short")

    assert "so so " == finding.text
    assert Finding("short", "so so ") == finding
