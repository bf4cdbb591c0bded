"""Assessments of a class in one request, over HTTP."""

import asyncio
import json

import pytest
from sqlalchemy import event

from shared.scope import Role
from tests.support.certified import end_class, scores
from tests.support.rolls import run_class
from tests.support.seats import Applicant

UNIT = "C.10ROT00.001.1"
OTHER = "C.10ROT00.002.1"


def path_of(running) -> str:
    return f"/v1/classes/{running.class_id}/assessments"


async def tell(running, who: Applicant, body: dict, *, base: str | None = None, **more):
    headers = {"If-Match": base} if base else {}
    return await who.post(path_of(running), json=body, **headers, **more)


@pytest.fixture
async def taught(seats, running, fake_registry) -> str:
    """The path at which the registry tells of the class's module."""
    path = f"/v1/modules/{(await seats.class_row(running.class_id)).module_id}"
    units = [{"code": code, "title": "Roti", "hours": 8} for code in (UNIT, OTHER)]
    fake_registry.known[path] = {"units": units}
    return path


class TestRecordAssessments:
    async def test_takes_tests_units_and_remedials_at_once(
        self, running, head, taught, fake_registry
    ):
        remedial = {"taken_on": "2026-01-05", "score": 80, "units": {OTHER: True}}
        body = scores(
            running,
            {"pre_score": 40, "post_score": 55, "units": {UNIT: True}, "remedials": [remedial]},
            {"post_score": 90},
        )

        answer = await tell(running, head, body)

        assert (answer.status_code, answer.headers["ETag"]) == (201, '"1"')
        assert (answer.json()["assessed"], answer.json()["version"]) == (2, 1)
        page = await head.get(path_of(running))
        first, second, third = page.json()["items"]
        assert page.headers["ETag"] == '"1"'
        assert first["name"] == "Si*** R."
        assert (first["pre_score"], first["post_score"], first["best_score"]) == (40, 55, 80)
        assert first["competent"] == [UNIT, OTHER]
        assert (second["best_score"], second["units"]) == (90, {})
        assert (third["post_score"], third["remedials"]) == (None, [])
        assert len(fake_registry.asked("/v1/modules/")) == 1

    async def test_asks_the_registry_once_a_class_and_only_for_units(
        self, running, head, taught, fake_registry
    ):
        await tell(running, head, scores(running, {"post_score": 70}))
        assert fake_registry.asked("/v1/modules/") == []
        await tell(running, head, scores(running, {"units": {UNIT: False}}), base='"1"')
        fake_registry.away = True

        answer = await tell(running, head, scores(running, {"units": {UNIT: True}}), base='"2"')

        assert (answer.status_code, answer.json()["version"]) == (200, 3)

    async def test_waits_for_the_registry_where_units_are_new(self, running, head, fake_registry):
        fake_registry.away = True

        answer = await tell(running, head, scores(running, {"units": {UNIT: True}}))

        assert (answer.status_code, answer.json()["code"]) == (503, "registry-unavailable")

    async def test_changes_what_it_names_and_keeps_what_was_said(self, running, head, seats):
        first, second, _ = running.ids
        await tell(running, head, scores(running, {"pre_score": 40}, {"post_score": 90}))

        answer = await tell(
            running,
            head,
            {
                "entries": [
                    {"enrollment_id": first, "post_score": 70},
                    {"enrollment_id": second, "post_score": None, "pre_score": 10},
                ],
                "reason": "Salah ketik",
            },
            base='"1"',
        )

        assert (answer.status_code, answer.headers["ETag"]) == (200, '"2"')
        items = (await head.get(path_of(running))).json()["items"]
        assert [(each["pre_score"], each["post_score"]) for each in items] == [
            (40, 70),
            (10, None),
            (None, None),
        ]
        (kept,) = (await head.get(path_of(running) + "/corrections")).json()["items"]
        assert (kept["version"], kept["reason"]) == (1, "Salah ketik")
        assert [(each["pre_score"], each["post_score"]) for each in kept["replaced"]] == [
            (40, None),
            (None, 90),
        ]
        events = [
            each
            for each in await seats.events(running.class_id)
            if each.topic == "enrollment.assessment.recorded"
        ]
        assert [each.payload["assessed"] for each in events] == [2, 2]
        assert first not in json.dumps([each.payload for each in events])

    async def test_makes_no_version_of_what_was_said_already(self, running, head):
        body = scores(running, {"post_score": 70})
        await tell(running, head, body)

        again = await tell(running, head, body, base='"1"')

        assert (again.status_code, again.json()["version"]) == (200, 1)

    async def test_answers_the_same_under_the_same_key_and_refuses_what_was_not_read(
        self, running, head
    ):
        body = scores(running, {"post_score": 70})
        first = await tell(running, head, body, key="k")

        same = await tell(running, head, body, key="k")
        second = await tell(running, head, body)
        stale = await tell(running, head, body, base='"7"')

        assert same.content == first.content
        assert (second.status_code, second.json()["code"]) == (409, "assessments-there")
        assert second.json()["version"] == 1
        assert (stale.status_code, stale.json()["code"]) == (412, "stale")

    async def test_takes_one_of_two_reports_that_come_at_once(self, running, head, rows):
        bodies = [scores(running, {"post_score": each}) for each in (50, 60)]

        answers = await asyncio.gather(*(tell(running, head, each) for each in bodies))

        assert sorted(each.status_code for each in answers) == [201, 409]
        assert len(await rows("SELECT * FROM enrollment.assessment")) == 1

    async def test_takes_a_large_class_in_a_few_statements(self, seats, admin):
        large = await run_class(seats, admin, people=40)
        counted = []
        engine = admin.client.state["sessions"].kw["bind"].sync_engine
        event.listen(engine, "before_cursor_execute", lambda *a: counted.append(a[2]))

        answer = await tell(large, admin, scores(large, *[{"post_score": 70}] * 40))

        assert answer.json()["assessed"] == 40
        assert len(counted) <= 15, counted

    @pytest.mark.parametrize(
        ("told", "problem"),
        [
            ({"post_score": 101}, ("validation-failed", "/entries/0/post_score")),
            ({"nilai": 1}, ("validation-failed", "/entries/0/nilai")),
            (
                {"remedials": [{"taken_on": "2999-01-01", "score": 1}]},
                ("remedial-in-future", "/entries/0/remedials"),
            ),
            ({"units": {"X.1": True}}, ("unit-not-taught", "/entries/0/units")),
        ],
    )
    async def test_refuses_what_cannot_be_said(self, running, head, taught, told, problem):
        answer = await tell(running, head, scores(running, told))

        pointers = [each["pointer"] for each in answer.json()["errors"]]
        assert answer.status_code == 422
        assert (answer.json()["code"], *pointers) == problem

    async def test_wants_a_class_that_runs_or_an_office_that_says_why(
        self, seats, admin, running, head, applicant
    ):
        planned = await run_class(seats, admin, opened=False)
        early = await tell(planned, admin, scores(planned, {"post_score": 1}))
        await end_class(running, admin)
        office = applicant(Role.REGIONAL_OFFICER, areas=["33.73"])
        body = scores(running, {"post_score": 75})

        late = await tell(running, head, {**body, "reason": "Remedial"})
        silent = await tell(running, office, body)
        told = await tell(running, office, {**body, "reason": "Remedial"})

        assert (early.status_code, early.json()["code"]) == (409, "class-not-running")
        assert (early.json()["present"], early.json()["allowed"]) == ("PLANNED", ["OPENED"])
        assert (late.status_code, late.json()["code"]) == (409, "class-not-running")
        assert (silent.status_code, silent.json()["code"]) == (422, "reason-missing")
        assert told.status_code == 201

    async def test_names_who_does_not_belong_there(self, seats, admin, running, head):
        other = await run_class(seats, admin, people=1)

        answer = await tell(
            running,
            head,
            {"entries": [{"enrollment_id": other.ids[0]}, {"enrollment_id": running.ids[0]}] * 2},
        )

        assert answer.json()["code"] == "roll-refused"
        assert [each["code"] for each in answer.json()["errors"]] == [
            "enrollment-unknown",
            "listed-twice",
            "listed-twice",
        ]

    async def test_is_for_who_runs_the_class(self, running, applicant):
        body = scores(running, {"post_score": 70})
        elsewhere = applicant(Role.REGIONAL_OFFICER, areas=["91"])

        assert (await tell(running, applicant(Role.AUDITOR), body)).status_code == 403
        assert (await tell(running, elsewhere, body)).json()["code"] == "out-of-scope"
        for path in (path_of(running), path_of(running) + "/corrections"):
            assert (await applicant(Role.ANALYST).get(path)).status_code == 403
        assert (await elsewhere.get(path_of(running))).json()["items"] == []
        assert (await elsewhere.get(path_of(running) + "/corrections")).status_code == 404
