"""One seed, and for each path what follows from it."""

from __future__ import annotations

from relaylab.domain.randomness import Dice, Randomness, stream_of


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


def test_dice_fall_alike_for_the_same_number_and_the_first_throw_needs_no_generator() -> None:
    number = Randomness(7).number("session", 1, 42)
    dice, others, generator = Dice(number), Dice(number), stream_of(number)

    first = dice.getrandbits(196)
    next_ones = [dice.getrandbits(100) for _ in range(3)]

    assert number >> 60 == first
    assert [first, *next_ones] == [others.getrandbits(bits) for bits in (196, 100, 100, 100)]
    assert next_ones == [generator.getrandbits(100) for _ in range(3)]


def test_numbers_of_a_path_are_all_different_and_the_same_again() -> None:
    numbers = Randomness(7).numbers(32, "sessions", 1, 0)

    assert numbers == Randomness(7).numbers(32, "sessions", 1, 0)
    assert numbers[:4] == Randomness(7).numbers(4, "sessions", 1, 0)
    assert 96 == len({*numbers, *Randomness(8).numbers(32, "sessions", 1, 0), *Randomness(7).numbers(32, "s", 1, 0)})
    assert all(240 < number.bit_length() <= 256 for number in numbers)
