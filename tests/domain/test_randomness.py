"""One seed, and for each path what follows from it."""

from __future__ import annotations

from relaylab.domain.randomness import Randomness, stream_of


def test_the_same_seed_and_path_always_give_the_same_number_and_draws() -> None:
    assert Randomness(7).number("session", 1, 42) == Randomness(7).number("session", 1, 42)
    assert Randomness(7).stream("session", 1, 42).random() == Randomness(7).stream("session", 1, 42).random()


def test_another_seed_or_path_gives_another_number() -> None:
    paths: list[tuple[str | int, ...]] = [("session", 1, 42), ("session", 14, 2), ("probe",)]

    assert 6 == len({Randomness(seed).number(*path) for seed in (7, 8) for path in paths})


def test_the_generator_of_a_number_is_that_of_its_path_and_leaves_the_lower_half_to_others() -> None:
    number = Randomness(7).number("session", 1, 42)

    assert Randomness(7).stream("session", 1, 42).random() == stream_of(number).random()
    assert stream_of(number).random() == stream_of(number ^ 1).random()
