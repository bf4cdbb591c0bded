"""The generated tests can fail: planted routes that show, change or read too much are found."""

from typing import Annotated
from uuid import UUID

import pytest
from fastapi import APIRouter, Depends, Request
from sqlalchemy import select

from services.registry.facilities.tables import Facility
from services.registry.instructors.tables import Instructor
from shared.schemas.base import Read
from shared.schemas.paging import Page
from shared.scope import Permission
from shared.web.auth import Caller, Requires
from shared.web.paging import PageArgs, page_of
from shared.web.session import SessionDep
from tests.registry.matrix.asking import READERS, Operation, operations
from tests.registry.matrix.conftest import Country
from tests.registry.matrix.declared import SHOWN, Shown
from tests.registry.matrix.reader import reading
from tests.registry.matrix.test_reads import Asker
from tests.registry.matrix.test_writes import faults_of_writes

pytestmark = pytest.mark.asyncio(loop_scope="session")

Reading = Annotated[Caller, Depends(Requires(Permission.REGISTRY_READ))]
Writing = Annotated[Caller, Depends(Requires(Permission.FACILITIES_WRITE))]

router = APIRouter(prefix="/planted")


class Named(Read):
    """Somebody by name."""

    id: UUID
    name: str


@router.get("/people", operation_id="list_planted_people")
async def list_people(
    request: Request, session: SessionDep, _: Reading, page: PageArgs
) -> Page[Named]:
    """List everybody to everybody, in the order of no index, with a question for each."""
    rows = (await session.scalars(select(Instructor).order_by(Instructor.name))).all()
    for row in rows[: page.limit]:
        await session.scalar(select(Facility.code).where(Facility.id == row.home_facility_id))
    return page_of(request, rows, page.limit, key=lambda row: [row.name], read=Named)


@router.get("/people/{instructor_id}", operation_id="get_planted_person")
async def get_person(session: SessionDep, _: Reading, instructor_id: UUID) -> Named:
    """Show anybody to everybody."""
    return Named.model_validate(await session.get_one(Instructor, instructor_id))


@router.post("/facilities/{facility_id}/rename", operation_id="rename_planted", status_code=204)
async def rename(session: SessionDep, _: Writing, facility_id: UUID) -> None:
    """Rename anybody's facility."""
    (await session.get_one(Facility, facility_id)).name = "Lain"


async def test_planted_routes_are_found(furnished):
    async with furnished.copied(router) as country:
        found = {each.id: each for each in operations(country.client.app)}
        reads = {each.id for each in found.values() if each.method == "GET"}
        planted = {name: found[name] for name in found if "planted" in name}

        assert reads - SHOWN.keys() == planted.keys() - {"rename_planted"}
        await _shows_others(country, planted["list_planted_people"])
        await _shows_others(country, planted["get_planted_person"])
        await _shows_persons_to_all(country, planted["list_planted_people"])
        await _changes_others(country, planted["rename_planted"])
        await _reads_too_much(country, planted["list_planted_people"])


async def _shows_others(country: Country, operation: Operation) -> None:
    officer = next(each for each in READERS if each.name == "officer-91")
    asker = Asker(country, officer, SHOWN | {operation.id: Shown.WITHIN})

    await asker.ask(operation)

    assert f"{operation.id} shows {country.places['A'].person} of A" in asker.wrong


async def _shows_persons_to_all(country: Country, operation: Operation) -> None:
    auditor = next(each for each in READERS if each.name == "auditor")
    asker = Asker(country, auditor, SHOWN | {operation.id: Shown.NATIONWIDE})

    await asker.ask(operation)

    assert f"{operation.id} shows {country.places['A'].person} of A" in asker.wrong


async def _changes_others(country: Country, operation: Operation) -> None:
    wrong = await faults_of_writes(country, "officer-91", "A", [operation])

    assert wrong[0].startswith("rename_planted: 204")
    assert "registry.facility has changed" in wrong


async def _reads_too_much(country: Country, operation: Operation) -> None:
    async with reading(country) as reader:
        assert "page by page" in await reader.fault_of_pages(operation)
        assert "statements" in await reader.fault_of_statements(operation, most=99)
        assert "Sort" in await reader.fault_of_plan(operation)
