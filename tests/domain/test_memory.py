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
