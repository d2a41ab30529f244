from relaylab.domain.memory import Memory


def test_an_answer_is_worked_out_once() -> None:
    memory, asked = Memory(), list[int]()

    def work() -> int:
        asked.append(1)
        return 7

    assert (7, 7, [1]) == (memory.recall("key", work), memory.recall("key", work), asked)


def test_a_memory_is_bounded() -> None:
    memory = Memory()

    for number in range(5_000):
        memory.keep(number, number)

    assert len(memory) <= 4_096
    assert memory.known(4_999) == 4_999


def test_a_room_is_a_memory_of_its_own_and_lasts_as_the_one_around_it() -> None:
    memory, fleeting = Memory(), Memory(lasts=False)

    memory.rooms["hellos"].keep("key", 7)
    fleeting.rooms["hellos"].keep("key", 7)

    assert (7, None) == (memory.rooms["hellos"].known("key"), memory.known("key"))
    assert (1, 0) == (len(memory), len(fleeting))
    assert fleeting.rooms["hellos"].known("key") is None
