"""Every change of the OpenAPI, by those whose it is not: they are refused, and nothing changes."""

from collections.abc import Iterable

import pytest
from sqlalchemy import text

from services.registry.metadata import metadata
from services.registry.worker import create_worker
from shared.db.session import transaction
from shared.scope import SYSTEM, Permission
from shared.web.routes import KNOWN
from tests.registry.matrix.asking import Operation, headers_of, registry_operations, send
from tests.registry.matrix.conftest import Country
from tests.registry.matrix.places import ACTOR

pytestmark = pytest.mark.asyncio(loop_scope="session")

REFUSED = (403, 404)

# Who calls, and whose things he tries to change.
STRANGERS = [("officer-91", "A"), ("msme-91", "A"), ("msme-91", "C"), ("operator", "C")]

# What a stranger may begin, and where what comes of it may stand: of a place nothing changes.
JUDGED_BY_ROW = {"registry.job", "registry.upload", "registry.row_verdict", "registry.event"}
ALLOWED: dict[str, set[str]] = {
    "import_facilities": JUDGED_BY_ROW,
    "bring_facilities": JUDGED_BY_ROW,
    "bring_spaces": JUDGED_BY_ROW,
    "bring_institutions": JUDGED_BY_ROW,
    "bring_instructors": JUDGED_BY_ROW,
    "bring_agreements": JUDGED_BY_ROW,
    # Compares all facilities; each pair is shown to whom both belong.
    "scan_duplicates": {"registry.job", "registry.facility_duplicate", "registry.event"},
    # Whoever has found a mistake says so; who decides is another.
    "make_proposal": {"registry.proposal", "registry.event"},
    # Invites the heads of what lies within scope: here of nothing.
    "issue_invitations": set(),
}

# What a national administrator is refused as well: it is for its maker or its class alone.
ALONE = {
    "withdraw_proposal": 403,
    "claim_invitation": 403,
    "confirm_class_reservation": 404,
    "confirm_referral_booking": 404,
    "check_referral": 404,
    "check_tenant": 404,
}


# What only another service may ask for.
OF_SERVICES = {Permission.CLASS_CHECK, Permission.REFERRALS_CHECK, Permission.EVENTS_READ}

# What the audit, a retried request and a reader that looks leave behind, though nothing is done.
TRACES = {
    "registry.audit",
    "registry.idempotency",
    "registry.claim_attempt",
    "registry.feed_cursor",
}


def writes() -> list[Operation]:
    return [each for each in registry_operations() if each.method != "GET"]


async def digest(country: Country) -> dict[str, str]:
    """Return what stands in each table, in short."""
    statement = " UNION ALL ".join(
        f"SELECT '{table}', md5(coalesce(string_agg(t::text, '' ORDER BY t::text), ''))"
        f" FROM {table} t"
        for table in sorted(set(metadata.tables) - TRACES)
    )
    async with transaction(country.client.state["sessions"], scope=SYSTEM, actor=ACTOR) as session:
        return dict((await session.execute(text(statement))).all())


async def faults_of_writes(
    country: Country, caller: str, whose: str, asked: Iterable[Operation]
) -> list[str]:
    """Return what a caller could change of another's place; the jobs that he began are done."""
    headers = headers_of(caller, country.places, country.keys)
    before, wrong, allowed = await digest(country), [], set()
    for operation in asked:
        answer = await send(country.client, operation, country.places[whose], headers)
        if operation.id in ALLOWED and answer.is_success:
            allowed |= ALLOWED[operation.id]
        elif answer.status_code not in REFUSED:
            wrong.append(f"{operation.id}: {answer.status_code} {answer.text[:300]}")
    await create_worker(country.client.state["settings"]).drain()
    after = await digest(country)
    changed = {table for table, now in after.items() if now != before[table]} - allowed
    return [*wrong, *(f"{table} has changed" for table in sorted(changed))]


async def rows_left_out(country: Country) -> list[str]:
    """Do the jobs that were begun, and return the rows of files that were not brought."""
    await create_worker(country.client.state["settings"]).drain()
    read = text(
        "SELECT kind, verdict, code FROM registry.row_verdict v"
        " JOIN registry.job j ON j.id = v.job_id"
        " WHERE j.created_by LIKE '%|admin' AND verdict NOT IN ('CREATED', 'CHANGED')"
    )
    async with transaction(country.client.state["sessions"], scope=SYSTEM, actor=ACTOR) as session:
        return [str(row) for row in await session.execute(read)]


@pytest.mark.parametrize(("caller", "whose"), STRANGERS)
async def test_no_stranger_changes_anything(country, caller, whose):
    wrong = await faults_of_writes(country, caller, whose, writes())

    if wrong:
        pytest.fail("\n".join(wrong), pytrace=False)


@pytest.mark.parametrize(("caller", "status"), [("nobody", 401), ("known", 403), ("analyst", 403)])
async def test_nobody_changes_anything_without_permission(country, caller, status):
    headers = headers_of(caller, country.places, country.keys)
    before, wrong = await digest(country), {}

    for operation in writes():
        answer = await send(country.client, operation, country.places["A"], headers)
        known = operation.permission == KNOWN and status == 403 and answer.status_code in (403, 422)
        if answer.status_code != status and not known:
            wrong[operation.id] = answer.text

    assert wrong == {}
    assert await digest(country) == before


async def misread(country: Country, operation: Operation) -> str:
    """Return what is wrong with a request, when who sends it may do what it asks for."""
    name = "service" if operation.permission in OF_SERVICES else "admin"
    headers = headers_of(name, country.places, country.keys)
    answer = await send(country.client, operation, country.places["A"], headers)
    if answer.is_success or answer.status_code == ALONE.get(operation.id):
        return ""
    if answer.json()["code"] != "validation-failed" and answer.status_code in (409, 422):
        return ""
    return f"{operation.id}: {answer.status_code} {answer.text[:400]}"


async def test_what_strangers_send_is_sound(another_country):
    """See that the same requests are understood: they are refused for who sends them alone."""
    files = [each for each in writes() if each.body and each.body[0] == "text/csv"]
    others = [each for each in writes() if each not in files]

    wrong = [await misread(another_country, each) for each in files]
    wrong += await rows_left_out(another_country)
    wrong += [await misread(another_country, each) for each in others]

    if any(wrong):
        pytest.fail("\n".join(filter(None, wrong)), pytrace=False)
