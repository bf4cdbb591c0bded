"""Every list of the OpenAPI: page by page it shows all, in as many statements however long."""

from collections.abc import AsyncIterator, Iterable

import pytest
import pytest_asyncio

from tests.registry.matrix.asking import Operation, registry_operations
from tests.registry.matrix.reader import Reader, reading

pytestmark = pytest.mark.asyncio(loop_scope="session")

MOST_STATEMENTS = 4

# What is computed of many rows stands in the order of no index; what follows a page is sorted.
COMPUTED = {"list_free_slots", "list_utilisation", "list_potential"}


def lists() -> list[Operation]:
    return [each for each in registry_operations() if each.paged]


@pytest_asyncio.fixture(loop_scope="session")
async def reader(country) -> AsyncIterator[Reader]:
    async with reading(country) as reader:
        yield reader


def without(wrong: Iterable[str]) -> None:
    if found := list(wrong):
        pytest.fail("\n".join(found), pytrace=False)


async def test_every_list_shows_all_page_by_page(reader):
    without([fault for each in lists() if (fault := await reader.fault_of_pages(each))])


async def test_no_list_asks_more_when_it_is_longer(reader):
    faults = [await reader.fault_of_statements(each, most=MOST_STATEMENTS) for each in lists()]

    without(filter(None, faults))


async def test_every_list_reads_in_the_order_of_an_index(reader):
    stored = [each for each in lists() if each.id not in COMPUTED]

    without([fault for each in stored if (fault := await reader.fault_of_plan(each))])
