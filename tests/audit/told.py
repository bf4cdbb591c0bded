"""A small story that leaves a trace in everything the audit looks at, told through the APIs."""

from contextlib import AsyncExitStack
from dataclasses import dataclass
from datetime import datetime, timedelta
from types import SimpleNamespace

from services.enrollment.areas.operations import finish_level, keep_areas
from services.enrollment.base import Event as EnrollmentEvent
from services.enrollment.main import create_app as create_enrollment
from services.enrollment.settings import EnrollmentSettings
from services.enrollment.worker import create_worker
from services.registry.areas.operations import load_areas
from services.registry.areas.rules import read_row
from services.registry.base import Event as RegistryEvent
from services.registry.main import create_app as create_registry
from services.registry.settings import RegistrySettings
from services.registry.worker import create_worker as create_registry_worker
from services.reporting.base import Event as ReportingEvent
from services.reporting.base import FeedCursor
from services.reporting.folding.rules import Source
from services.reporting.ledger.consumers import Consumer
from services.reporting.main import create_app as create_reporting
from services.reporting.settings import ReportingSettings
from shared.clock import utc_now
from shared.db.session import transaction
from shared.http.tokens import sign_business_time
from shared.ids import new_id
from shared.jobs.reader import FeedReader, local_feed
from shared.schemas.registry import AreaLevel
from shared.scope import SYSTEM, Actor, Role
from shared.settings import Mode, ServiceSettings
from tests.registry.world import AREAS, SINCE, World, institution_body
from tests.support.asgi import ServiceClient, serving
from tests.support.keys import PEOPLE, Keys
from tests.support.phones import Phone
from tests.support.planning import Desk, class_body, person_body
from tests.support.registry import area
from tests.support.seats import Applicant

TELLER = Actor(issuer="test", subject="teller")
SETTINGS = {
    "registry": RegistrySettings,
    "enrollment": EnrollmentSettings,
    "reporting": ReportingSettings,
}


@dataclass
class Stage:
    """The three applications on three databases."""

    registry: ServiceClient
    enrollment: ServiceClient
    reporting: ServiceClient
    keys: Keys
    settings: dict[str, ServiceSettings]

    def header(self, role: Role, **grant) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.keys.token(role, **grant)}"}


async def tell_story(urls: dict[str, str], keys: Keys) -> None:
    """Fill the databases at `urls`, and let reporting follow to the last event."""
    async with AsyncExitStack() as stack:
        stage = await _stage(stack, urls, keys)
        await _load_areas(stage)
        world = World(stage.registry, stage.header)
        places = await _build(world)
        planned, graduate = await _train(stage, places)
        await _pay_and_refer(stage, world, planned, graduate)
        await _lend(world, places)
        await _choose(stage, places[-1])
        await _tell_later(stage, places[0])
        await _make_one(stage)
        await _settle(stage)
        await create_registry_worker(stage.settings["registry"]).drain()
        await read_feeds(stage)


async def _stage(stack: AsyncExitStack, urls: dict[str, str], keys: Keys) -> Stage:
    def settings(service: str):
        own = {}
        if service == "enrollment":
            own = {"nik_keys": keys.nik_keys, "badge_keys": keys.badge_keys}
        return SETTINGS[service](
            mode=Mode.DEMO,
            public_url="http://balai.test",
            issuers=keys.issuers,
            cursor_secret="a secret for the tests only",
            signing_key=keys.path(service),
            database_url=urls[service],
            registry_url="http://registry.test",
            **own,
        )

    chosen = {service: settings(service) for service in SETTINGS}
    registry = await stack.enter_async_context(
        serving(create_registry(chosen["registry"]), base_url="http://registry.test")
    )
    enrollment_app = create_enrollment(chosen["enrollment"], registry_transport=registry.transport)
    enrollment = await stack.enter_async_context(
        serving(enrollment_app, base_url="http://enrollment.test")
    )
    reporting = await stack.enter_async_context(
        serving(create_reporting(chosen["reporting"]), base_url="http://reporting.test")
    )
    return Stage(registry, enrollment, reporting, keys, chosen)


async def _load_areas(stage: Stage) -> None:
    rows = [
        read_row(number, {"code": code, "name": name})
        for number, (code, name) in enumerate(AREAS.items(), start=1)
    ]
    async with transaction(stage.registry.state["sessions"], scope=SYSTEM, actor=TELLER) as session:
        await load_areas(session, rows, valid_from=SINCE, decree="", language="en")
    copied = [
        area(code, name, "WIB" if len(code) > 2 else None)
        for code, name in AREAS.items()
        if not code.startswith(("73", "91"))
    ]
    async with transaction(
        stage.enrollment.state["sessions"], scope=SYSTEM, actor=TELLER
    ) as session:
        await keep_areas(session, areas=copied)
        for level in AreaLevel:
            codes = {each.code for each in copied if each.level is level}
            await finish_level(session, level=level, codes=codes, now=utc_now())


async def _build(world: World) -> list[dict]:
    """Return what six classes at two facilities of one network use."""
    facilities = [await world.facility(area_code=code) for code in ("33.73.04", "32.73.01")]
    ids = [facility["id"] for facility in facilities]
    agreement = await world.agreement(facility_ids=ids)
    module = await world.module()
    steward = await world.made("/institutions", institution_body(kind="ASSOCIATION"))
    network = await world.made(
        "/networks", {"code": "JEJARING", "name": "Jejaring", "steward_id": steward["id"]}
    )
    path = f"/networks/{network['id']}/members"
    await world.made(path, {"facility_ids": ids, "valid_from": str(SINCE)})
    role = {"institution_id": steward["id"], "role": "OWNER", "valid_from": str(SINCE)}
    await world.made(f"/facilities/{ids[0]}/institutions", role)
    return [
        {
            "facility_id": facility_id,
            "space_id": (await world.space(facility_id))["id"],
            "agreement_id": agreement["id"],
            "module_id": module["id"],
            "instructor_ids": [(await world.instructor(facility_id))["id"]],
        }
        for facility_id in (*ids, ids[1], *ids, ids[0])
    ]


async def _lend(world: World, places: list[dict]) -> None:
    """The other ministry uses a space; somebody is invited and claims it; hours are stated."""
    facility = places[0]["facility_id"]
    intervals = [{"weekday": day, "opens": "08:00", "closes": "17:00"} for day in range(1, 7)]
    week = {"valid_from": str(SINCE), "intervals": intervals}
    stated = await world.registry.put(
        f"/v1/facilities/{facility}/opening-hours",
        json={"weeks": [week]},
        headers={**world.admin, "If-Match": "*"},
    )
    assert stated.status_code == 200, stated.text
    first = utc_now().date() + timedelta(weeks=10)
    booking = {
        "space_id": (await world.space(facility))["id"],
        "ministry": "MSME",
        "purpose": "MINISTRY",
        "people": 8,
        "repeat": {
            "weekdays": [1],
            "from": str(first),
            "to": str(first + timedelta(days=13)),
            "starts": "09:00",
            "ends": "12:00",
        },
    }
    asked = await world.made("/bookings", booking)
    approved = await world.post(f"/bookings/{asked['id']}/approve")
    assert approved.status_code == 200, approved.text
    assignment = {
        "issuer": PEOPLE,
        "subject": "kepala",
        "label": "Kepala balai (DATA SINTETIS)",
        "role": "FACILITY_OPERATOR",
        "facilities": [facility],
    }
    await world.made("/assignments", assignment)


async def _settle(stage: Stage) -> None:
    """Let enrollment do its jobs: tell the registry which classes keep what they hold."""
    settings = stage.settings["enrollment"]
    await create_worker(settings, registry_transport=stage.registry.transport).drain()


async def _train(stage: Stage, places: list[dict]) -> tuple[dict, dict]:
    """One class runs to its end, in another somebody still waits, the third is called off.

    Return the class that ran, and the claim of who completed it.
    """
    desk = Desk(stage.enrollment, stage.header(Role.NATIONAL_ADMIN))
    wave = await desk.wave()
    here, there, beside, *others = places[:-1]
    small = {"capacity": 1, "reserve_capacity": 1}
    first, second, third = [
        await desk.made("/v1/classes", class_body(wave, **place))
        for place in (
            {**here, "capacity": 2, "reserve_capacity": 2},
            {**there, **small},
            {**beside, **small},
        )
    ]
    people = [await desk.made("/v1/participants", _person(month)) for month in range(1, 12)]
    claims = [await _claim(desk, first, person) for person in people[:4]]
    for person in people[4:6]:
        await _claim(desk, second, person)
    for person in people[6:8]:
        await _claim(desk, third, person)
    called_off = {"reason": "DATA SINTETIS"}
    await _done(desk, f"/v1/classes/{third['id']}/cancel", called_off)
    await _offer(desk, others, people[9:])
    path = f"/v1/classes/{first['id']}"
    await _done(desk, f"{path}/enrollments/{claims[0]['id']}/cancel", None)
    start = datetime.fromisoformat(first["starts_at"])
    roll = {"present": [claims[1]["id"]], "absent": [claims[2]["id"]]}
    for hours, (name, ids) in enumerate(roll.items(), start=1):
        report = {"started_at": start.isoformat(), name: ids}
        await _done(desk, f"{path}/opening", report, **_at(stage, start + timedelta(hours=hours)))
    await _call_rolls(desk, stage, first, claims[1:3])
    ending = {"completed": roll["present"], "dropped_out": roll["absent"]}
    await _done(desk, f"{path}/completion", ending, **_at(stage, start + timedelta(days=33)))
    signatory = {"name": "Drs. Contoh", "title": "Kepala Balai"}
    answer = await desk.post(f"{path}/certificates", {"signatory": signatory})
    assert answer.status_code == 202, answer.text
    await _settle(stage)
    await read_feeds(stage)
    followup = {"enrollment_id": claims[1]["id"], "horizon_months": 3, "source": "PROXY"}
    answer = {**followup, "status": "SELF_EMPLOYED", "people_hired": 2, "business_started": True}
    answer |= {"nib_obtained": True, "financing_kind": "KUR", "matches_trade": False}
    recorder = Desk(stage.reporting, stage.header(Role.NATIONAL_ADMIN))
    asked = _at(stage, start + timedelta(days=133))
    await recorder.made("/v1/followups", answer, **asked)
    await read_feeds(stage)
    return first, claims[1]


async def _pay_and_refer(stage: Stage, world: World, planned: dict, graduate: dict) -> None:
    """Two sources pay for a class, one after the other, and a bank takes its graduate."""
    desk = Desk(stage.enrollment, stage.header(Role.NATIONAL_ADMIN))
    path = f"/v1/classes/{planned['id']}"
    money = {"budget_code": "026.13", "funder_name": "DATA SINTETIS"}
    for sources in (("APBN",), ("APBN", "CSR")):
        body = {"sources": [{**money, "source": each, "amount_rupiah": 7} for each in sources]}
        etag = (await desk.get(path)).headers["ETag"]
        headers = {**desk.caller, "If-Match": etag}
        response = await desk.client.put(f"{path}/funding", json=body, headers=headers)
        assert response.status_code == 200, response.text
    bank = await world.made("/institutions", institution_body(kind="BANK"))
    referral = await desk.made(
        f"/v1/participants/{graduate['participant_id']}/referrals",
        {
            "class_id": planned["id"],
            "enrollment_id": graduate["id"],
            "kind": "BANK",
            "target_id": bank["id"],
            "financing": "KUR",
        },
    )
    paper = {"reference": "F-1", "sha256": "0" * 64}
    turned = f"/v1/referrals/{referral['id']}"
    await _done(desk, f"{turned}/consent", {"version": "2027-1", "paper": paper})


async def _offer(desk: Desk, places: list[dict], people: list[dict]) -> None:
    """In a wave with a quota a seat is given up, offered to the next, and taken elsewhere."""
    wave = await desk.wave(confirm_hours=24)
    quota = {"dimension": "SEX", "value": "FEMALE", "kind": "AT_MOST", "seats": 2}
    response = await desk.client.put(
        f"/v1/waves/{wave['id']}/quotas",
        json={"quotas": [quota], "reason": "DATA SINTETIS"},
        headers={**desk.caller, "If-Match": '"1"'},
    )
    assert response.status_code == 200, response.text
    small = {"capacity": 1, "reserve_capacity": 1}
    left, taken = [
        await desk.made("/v1/classes", class_body(wave, **place, **small)) for place in places
    ]
    first, second = [await _claim(desk, left, person) for person in people]
    path = f"/v1/classes/{left['id']}/enrollments"
    await _done(desk, f"{path}/{first['id']}/cancel", None)
    await desk.made(f"{path}/{second['id']}/transfer", {"class_id": taken["id"]})


async def _call_rolls(desk: Desk, stage: Stage, planned: dict, seated: list[dict]) -> None:
    """The roll of the first session is called, and corrected: one of the two was not there."""
    start = datetime.fromisoformat(planned["starts_at"])
    path = f"/v1/classes/{planned['id']}/sessions/1/attendance"
    here, away = ({"enrollment_id": each["id"]} for each in seated)
    called = {"entries": [{**here, "status": "PRESENT"}, {**away, "status": "PRESENT"}]}
    response = await desk.post(path, called, **_at(stage, start + timedelta(hours=3)))
    assert response.status_code == 201, response.text
    corrected = {"entries": [{**away, "status": "ABSENT"}]}
    later = _at(stage, start + timedelta(hours=4))
    await _done(desk, path, corrected, **later, **{"If-Match": '"1"'})


async def _choose(stage: Stage, place: dict) -> None:
    """A lottery gives one seat of a wave, and the one place in reserve."""
    desk = Desk(stage.enrollment, stage.header(Role.NATIONAL_ADMIN))
    second = Desk(stage.enrollment, stage.header(Role.NATIONAL_ADMIN, subject="second"))
    wave = await desk.wave(selection="LOTTERY", confirm_hours=24)
    small = {"capacity": 1, "reserve_capacity": 1}
    class_ = await desk.made("/v1/classes", class_body(wave, **place, **small))
    path = f"/v1/waves/{wave['id']}"
    for month in (1, 2, 3):
        person = await desk.made("/v1/participants", _person(month, day=58))
        application = {
            "participant_id": person["id"],
            "choices": [{"class_id": class_["id"]}],
            "paper": {"reference": "F-1", "sha256": "0" * 64},
            "submit": True,
        }
        await desk.made(f"{path}/applications", application)
    selection = f"{path}/selection"
    await desk.made(f"{selection}/commit", {})
    closed = datetime.fromisoformat(wave["closes_at"]) + timedelta(minutes=1)
    await _done(desk, f"{selection}/close", None, **_at(stage, closed))
    ordered = await desk.post(f"{selection}/preview", **_at(stage, closed))
    assert ordered.status_code == 202, ordered.text
    await _settle(stage)
    preview = (await desk.get(f"{selection}/preview")).json()
    announce_at = closed + timedelta(hours=1)
    approval = {
        "result_digest": preview["result_digest"],
        "announce_at": announce_at.isoformat(),
    }
    await _done(second, f"{selection}/approve", approval, **_at(stage, closed))
    announced = await desk.post(f"{selection}/announce", **_at(stage, announce_at))
    assert announced.status_code == 202, announced.text
    await _settle(stage)


async def _tell_later(stage: Stage, place: dict) -> None:
    """A phone registers somebody without a network, and tells it later."""
    head = stage.header(Role.FACILITY_OPERATOR, facilities=[place["facility_id"]])
    phone = Phone(Applicant(stage.enrollment, head))
    registered = await phone.register()
    assert registered.status_code == 201, registered.text
    phone.change("participant.register", {"id": str(new_id()), **_person(4, day=58)})
    verdicts = await phone.told()
    assert [each["verdict"] for each in verdicts] == ["APPLIED"], verdicts


async def _make_one(stage: Stage) -> None:
    """Somebody who registered with two NIKs becomes one person."""
    desk = Desk(stage.enrollment, stage.header(Role.NATIONAL_ADMIN))
    stays, gone = [await desk.made("/v1/participants", _person(month, day=56)) for month in (1, 2)]
    body = {"other_id": gone["id"], "other_version": 1, "reason": "DATA SINTETIS"}
    path = f"/v1/participants/{stays['id']}/merge?mode=commit"
    await _done(desk, path, body, **{"If-Match": '"1"'})


def _person(month: int, *, day: int = 57) -> dict:
    return person_body(
        nik=f"337301{day}{month:02d}850000",
        birth_date=f"1985-{month:02d}-{day - 40}",
        home_area_code="33.73.04",
        disability=month > 10,
    )


async def _claim(desk: Desk, planned: dict, person: dict) -> dict:
    path = f"/v1/classes/{planned['id']}/enrollments"
    return await desk.made(path, {"participant_id": person["id"]})


async def _done(desk: Desk, path: str, body: object, **headers: str) -> None:
    response = await desk.post(path, body, **headers)
    assert response.status_code == 200, response.text


def _at(stage: Stage, moment: datetime) -> dict[str, str]:
    return {"Balai-Business-Time": sign_business_time(stage.keys.private["cli"], moment)}


async def read_feeds(stage: Stage) -> None:
    """Let reporting read every log to its end."""
    sessions = stage.reporting.state["sessions"]
    context = SimpleNamespace(transaction=lambda: transaction(sessions, scope=SYSTEM, actor=TELLER))
    logs = {
        Source.REGISTRY: (stage.registry.state["sessions"], RegistryEvent),
        Source.ENROLLMENT: (stage.enrollment.state["sessions"], EnrollmentEvent),
        Source.REPORTING: (sessions, ReportingEvent),
    }
    for source, (log_sessions, event) in logs.items():
        consumer = Consumer(source)
        reader = FeedReader(
            source=source,
            table=FeedCursor,
            fetch=local_feed(log_sessions, event),
            consume=consumer.consume,
            reset=consumer.reset,
        )
        await reader.drain(context)
