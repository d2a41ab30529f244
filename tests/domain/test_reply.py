"""Replies are made of a text and its words."""

from dataclasses import replace

import pytest

from relaylab.rules import replies


def test_a_percent_sign_in_a_text_with_blanks_is_said_as_it_is_written() -> None:
    template = replace(replies.SUBMITTED, text="{message_id} is 5% of {octets}")

    assert "<a@b> is 5% of 100%" == template.fill(message_id="<a@b>", octets="100%").text


def test_doubled_braces_are_said_once_with_blanks_and_without() -> None:
    plain, filled = replace(replies.RESET, text="{{a}} 5%"), replace(replies.SUBMITTED, text="{{a}} 5% {octets}")

    assert ("{a} 5%", "{a} 5% {b}") == (plain.fill().text, filled.fill(octets="{b}").text)
    assert b"{a} 5%\r\n" == plain.wire[-8:]


def test_a_blank_without_a_word_is_an_error_that_names_it() -> None:
    with pytest.raises(KeyError, match="message_id"):
        replies.SUBMITTED.fill(octets="1")
