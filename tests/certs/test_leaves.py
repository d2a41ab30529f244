import pytest

from relaylab_certs import leaves
from relaylab_certs.leaves import LOCAL_NAMES, SERVICE_NAMES


def test_the_good_leaf_has_every_service_name_this_machine_and_the_lab_addresses_once() -> None:
    leaf = leaves.good("192.0.2.7", "localhost")

    assert (*SERVICE_NAMES, *LOCAL_NAMES, "192.0.2.7") == leaf.names


def test_the_expired_leaf_ended_before_any_year_that_a_simulation_visits() -> None:
    assert 2001 == leaves.expired().validity.until.year


@pytest.mark.parametrize(
    "name", ["", "a b", "-a.example", "a..b", "a.*.b", "bücher.example", "192.0.2.7/24", "x" * 254]
)
def test_a_name_that_is_neither_host_nor_address_is_refused_with_the_name_in_the_message(name: str) -> None:
    with pytest.raises(ValueError, match="neither an IP address nor a host name") as refusal:
        leaves.good(name)

    assert f'"{name}"' in str(refusal.value)


def test_a_leaf_without_a_name_is_refused() -> None:
    with pytest.raises(ValueError, match="at least one name"):
        leaves.Leaf((), leaves.WIDE)


def test_a_host_name_longer_than_a_common_name_may_be_is_an_alternative_name() -> None:
    long_name = f"{'x' * 63}.{'y' * 63}.example"

    assert (long_name,) == leaves.client(long_name).names
