"""Three real services: a class ends, its graduates are asked by a link, and a figure moves."""

import json
import re
from datetime import UTC, datetime, time
from uuid import UUID

import pytest
from sqlalchemy import text

from services.enrollment.identities.rules import SealedNik
from services.enrollment.notices.rules import token_bound_to
from services.reporting.followup_links.jobs import send_links
from services.reporting.followup_links.rules import HEADER
from shared.clock import utc_now
from shared.db.session import transaction
from shared.http.tokens import sign_business_time
from shared.scope import SYSTEM, Actor, Role
from tests.support.planning import Desk, person_body
from tests.support.trainings import (
    admin,
    place,
    planned,
    recorder,
    registry_transport,
    reporting,
    train,
)
from tests.support.waiting import eventually

__all__ = ["admin", "place", "planned", "recorder", "registry_transport", "reporting", "train"]

NAME = "Terlacak Tanpanama"
PHONE = "81200005813"
EMAIL = "terlacak@rahasia.example"
NIK = "3373015904850000"
INCOME = 2_750_457
LINKS = "/v1/followup-links"
ANSWERS = "/v1/followup-answers"
COHORTS = "/v1/followup-cohorts"
DRAFT = {"status": "BOTH", "people_hired": 1}
GIVEN = {
    "status": "SELF_EMPLOYED",
    "business_started": True,
    "business_running": True,
    "people_hired": 3,
    "income_before_rupiah": 1_500_124,
    "income_after_rupiah": INCOME,
}


@pytest.fixture
async def seat(admin, train, follow) -> dict:
    """The enrollment of somebody who has completed a class and agreed to be asked later."""
    consent = {"purpose": "FOLLOW_UP", "given": True, "version": "2026-1"}
    body = person_body(
        nik=NIK,
        name=NAME,
        birth_date="1985-04-19",
        phone=f"0{PHONE}",
        email=EMAIL,
        home_area_code="33.73.04",
        consents=[consent],
    )
    made = await train(await admin.made("/v1/participants", body))
    await follow()
    return made


@pytest.fixture
def centre(reporting, auth, place) -> Desk:
    """The head of the centre at which they were trained."""
    return Desk(reporting, auth(Role.FACILITY_OPERATOR, facilities=[place["facility_id"]]))


@pytest.fixture
def ask(centre, keys):
    """Return the function that asks the people of a class once their day has come."""

    async def open_cohort(class_id: str) -> dict:
        listed = await centre.get(COHORTS, class_id=class_id, horizon_months=3)
        (cohort,) = listed.json()["items"]
        assert (cohort["state"], cohort["asked"]) == ("PLANNED", 0)
        due = datetime.combine(datetime.fromisoformat(cohort["due_on"]), time(9), UTC)
        signed = sign_business_time(keys.private["cli"], due)
        path = f"{COHORTS}/{cohort['id']}/open"
        early = await centre.post(path, {})
        assert (early.status_code, early.json()["code"]) == (409, "cohort-not-due")
        opened = await centre.post(path, {}, **{"Balai-Business-Time": signed})
        assert opened.status_code == 200, opened.text
        return opened.json()

    return open_cohort


@pytest.fixture
def send(reader_of):
    """Return the function that does what reporting's worker does each minute."""

    async def run() -> None:
        async with reader_of() as context:
            await send_links(context)

    return run


@pytest.fixture
def rows_of(databases, sessions_of):
    """Return the function that reads rows of a service as plain SQL."""

    async def read(service: str, statement: str, **values) -> list[dict]:
        sessions = sessions_of(databases[service])
        async with transaction(sessions, scope=SYSTEM, actor=Actor("test", "test")) as session:
            found = await session.execute(text(statement), values)
            return [dict(row) for row in found.mappings()]

    return read


@pytest.fixture
def letters(rows_of, settings_of, enrollment_db):
    """Return the function that reads the tokens which somebody's letters will show, by occasion."""
    nik_keys = settings_of("enrollment", enrollment_db).load_nik_keys()

    async def read(participant_id: str) -> dict[str, str]:
        found = await rows_of(
            "enrollment",
            "SELECT * FROM enrollment.notice WHERE kind = 'FOLLOW_UP' AND participant_id = :id"
            " AND token_cipher IS NOT NULL ORDER BY created_at, id",
            id=UUID(participant_id),
        )
        return {
            str(row["occasion_id"]): nik_keys.unseal_text(
                SealedNik(row["token_cipher"], row["token_key_id"]),
                bound_to=token_bound_to(row["participant_id"], row["occasion_id"]),
            )
            for row in found
        }

    return read


@pytest.fixture
def page(reporting):
    """Return the function that calls as the page does: with the token alone, and no login."""

    async def call(method: str, token: str, answers: dict | None = None, **headers):
        body = None if answers is None else {"answers": answers}
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        return await reporting.request(method, ANSWERS, json=body, headers={HEADER: token, **named})

    return call


@pytest.fixture
def figure(recorder, place):
    """Return the function that reads how many answered of how many asked, as known at a moment."""

    async def read(indicator: str = "answered", **moment) -> tuple[int, int]:
        answer = await recorder.get(
            "/v1/reports/outcomes",
            facility=place["facility_id"],
            horizon=3,
            indicator=indicator,
            **moment,
        )
        assert answer.status_code == 200, answer.text
        rows = answer.json()["rows"]
        return sum(row["numerator"] for row in rows), sum(row["denominator"] for row in rows)

    return read


def said(answer) -> tuple[int, str]:
    return answer.status_code, answer.json()["code"]


async def moved(figure, wanted: tuple[int, int]) -> None:
    """Wait a few seconds for a figure to be what it is to be."""

    async def has() -> bool:
        return await figure() == wanted

    await eventually(has, within_s=5)


async def test_an_answer_by_a_link_moves_the_figure_and_leaves_the_past_as_it_was(
    *, seat, ask, follow, send, letters, centre, page, figure, reporting, rows_of
):
    assert (await ask(seat["class_id"]))["asked"] == 1
    (followup,) = (await centre.get("/v1/followups", enrollment_id=seat["id"], limit=5)).json()[
        "items"
    ]
    ordered = await centre.post(LINKS, {"followup_id": followup["id"]})
    assert (ordered.status_code, ordered.json()["state"]) == (202, "WANTED")
    await send()
    told = await letters(seat["participant_id"])
    assert len(told) == 2
    token = told[ordered.json()["id"]]
    await follow()
    await moved(figure, (0, 1))
    moment = utc_now()

    shown = await reporting.get("/follow-up", headers={"Accept-Language": "id"})
    asked = await page("GET", token)
    saved = await page("PUT", token, DRAFT, If_Match='"0"')
    resumed = await page("GET", token)
    sent = await page("POST", token, GIVEN, Idempotency_Key="once")
    again = await page("POST", token, GIVEN, Idempotency_Key="twice")
    other = await page("GET", next(each for each in told.values() if each != token))

    assert (shown.status_code, shown.headers["content-language"]) == (200, "id")
    assert (asked.json()["months"], asked.json()["synthetic"]) == (3, True)
    assert (saved.status_code, resumed.json()["answers"]) == (200, DRAFT)
    assert sent.status_code == 200, sent.text
    assert said(again) == said(other) == (409, "followup-link-used")
    assert NAME not in shown.text + asked.text + resumed.text

    await follow()
    await moved(figure, (1, 1))
    assert (await figure("jobs_created"))[0] == GIVEN["people_hired"]
    answered = datetime.fromisoformat(sent.json()["recorded_at"])
    before, after = moment.isoformat(), utc_now().isoformat()
    assert answered > moment
    assert await figure(as_of=before) == (0, 1)
    assert await figure(as_of=after) == (1, 1)
    await _nothing_of_the_person(rows_of, list(told.values()))


async def _nothing_of_the_person(rows_of, tokens: list[str]) -> None:
    """Hold that reporting has no name, number, address, token or amount in any column."""
    tables = await rows_of(
        "reporting",
        "SELECT tablename FROM pg_tables WHERE schemaname = 'reporting' ORDER BY tablename",
    )
    canaries = [NAME, NAME.lower(), PHONE, EMAIL, NIK, str(INCOME), *tokens]
    hidden = re.compile("|".join([*canaries, *(each.encode().hex() for each in canaries)]))
    for table in (each["tablename"] for each in tables):
        kept = await rows_of("reporting", f'SELECT to_jsonb(t) AS row FROM reporting."{table}" t')
        assert not hidden.search(json.dumps([each["row"] for each in kept])), table


async def test_whoever_is_restricted_is_left_alone(
    *, seat, ask, follow, send, letters, centre, page, figure, enrollment, auth
):
    await ask(seat["class_id"])
    await send()
    (token,) = (await letters(seat["participant_id"])).values()
    assert (await page("GET", token)).status_code == 200
    (followup,) = (await centre.get("/v1/followups", enrollment_id=seat["id"], limit=5)).json()[
        "items"
    ]
    himself = Desk(enrollment, auth(Role.PARTICIPANT, participant_id=seat["participant_id"]))
    await himself.made("/v1/privacy-requests", {"kind": "RESTRICTION"})
    await follow()

    calls = (
        await page("GET", token),
        await page("PUT", token, DRAFT, If_Match='"0"'),
        await page("POST", token, GIVEN, Idempotency_Key="once"),
    )
    ordered = await centre.post(LINKS, {"followup_id": followup["id"]})

    for answer in calls:
        assert said(answer) == (404, "followup-link-unknown")
        assert "restrict" not in answer.text
    assert said(ordered) == (409, "person-restricted")
    await moved(figure, (0, 1))
