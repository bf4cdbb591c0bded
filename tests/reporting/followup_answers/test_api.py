"""Somebody answers by a link: no login, no name, and nothing that could be used twice."""

import asyncio
import json
from datetime import timedelta

import httpx
import pytest

from services.reporting.followup_cohorts import operations as cohorts
from services.reporting.followup_links.jobs import send_links
from services.reporting.followup_links.rules import HEADER
from services.reporting.person_records.operations import erase_person
from services.reporting.restricted_people.operations import keep_restriction
from shared.clock import ledger_day, utc_now
from shared.db.session import transaction
from shared.scope import SYSTEM, Role
from tests.reporting.asked import WORKER, Asked

GIVEN = {
    "status": "SELF_EMPLOYED",
    "days_to_first_income": 40,
    "matches_trade": True,
    "business_started": True,
    "business_running": True,
    "people_hired": 2,
    "nib_obtained": True,
    "halal_certified": False,
    "financing_kind": "KUR",
    "income_before_rupiah": 1_500_123,
    "income_after_rupiah": 2_750_456,
    "size_before_rupiah": 1_900_000_321,
    "size_after_rupiah": 2_100_000_654,
}


class Post:
    """Enrollment as reporting knows it: it is given tokens, and tells what became of each."""

    def __init__(self) -> None:
        self.bodies: list[dict] = []
        self.outcome = "QUEUED"
        self.away = False

    def __call__(self, request: httpx.Request) -> httpx.Response:
        if self.away:
            raise httpx.ConnectError("refused", request=request)
        body = json.loads(request.content)
        self.bodies.append(body)
        told = [
            {
                **{name: each[name] for name in ("participant_id", "occasion_id")},
                "status": 202,
                "outcome": self.outcome,
            }
            for each in body["recipients"]
        ]
        return httpx.Response(207, json={"items": told})

    def tokens(self) -> dict[str, str]:
        """Return the token that each person was given last."""
        return {
            each["participant_id"]: each["token"]
            for body in self.bodies
            for each in body["recipients"]
        }


@pytest.fixture
def post() -> Post:
    return Post()


@pytest.fixture
async def send(worker, post: Post):
    """Return the function that sends wanted links, to a stand-in for enrollment's transport."""

    async def run() -> None:
        async with worker.context() as context:
            client = context.clients["enrollment"]
            client._transport = httpx.MockTransport(post)
            client._mounts = {}
            await send_links(context)

    return run


@pytest.fixture
async def opened(asked: Asked) -> Asked:
    await asked.end()
    await asked.open()
    return asked


@pytest.fixture
async def token(opened: Asked, send, post: Post) -> str:
    """The token of the first graduate's link."""
    await send()
    return post.tokens()[str(opened.person(0))]


@pytest.fixture
def call(reporting):
    """Return the function that calls as the page does."""

    async def ask(method: str, token: str | None, answers: dict | None = None, **headers):
        given = {} if token is None else {HEADER: token}
        body = None if answers is None else {"answers": answers}
        return await reporting.request(
            method,
            "/v1/followup-answers",
            json=body,
            headers={**given, **{each.replace("_", "-"): of for each, of in headers.items()}},
        )

    return ask


class TestAnswers:
    async def test_are_read_saved_and_sent_without_a_name(
        self, *, opened, token, call, rows, reporting, auth, caplog
    ):
        asked = await call("GET", token)
        saved = await call("PUT", token, {"status": "BOTH", "people_hired": 1}, If_Match='"0"')
        stale = await call("PUT", token, {"status": "SEEKING"}, If_Match='"0"')
        resumed = await call("GET", token)
        sent = await call("POST", token, GIVEN, Idempotency_Key="once")
        retried = await call("POST", token, GIVEN, Idempotency_Key="once")
        again = await call("POST", token, GIVEN, Idempotency_Key="twice")
        late = await call("PUT", token, {"status": "SEEKING"}, If_Match='"1"')

        assert asked.status_code == 200, asked.text
        assert (asked.json()["months"], asked.json()["answers"]) == (3, {})
        assert asked.json()["synthetic"] is True
        assert asked.headers["cache-control"] == "no-store"
        assert str(opened.person(0)) not in asked.text
        assert asked.json()["questions"][0]["code"] == "status"
        assert (saved.status_code, saved.json()) == (200, {"version": 1})
        assert stale.status_code == 412
        assert resumed.json()["answers"] == {"status": "BOTH", "people_hired": 1}
        assert sent.status_code == 200, sent.text
        assert retried.content == sent.content
        for each in (again, late):
            assert (each.status_code, each.json()["code"]) == (409, "followup-link-used")
        (row,) = await rows("SELECT * FROM reporting.followup WHERE status = 'SELF_EMPLOYED'")
        assert (row["source"], row["version"], row["participant_id"]) == (
            "SELF",
            2,
            opened.person(0),
        )
        assert (row["nib_obtained"], row["financing_kind"]) == (True, "KUR")
        assert (row["size_before"], row["size_after"], row["size_rule"]) == (
            "MICRO",
            "SMALL",
            "PP-7-2021",
        )
        assert (row["draft_cipher"], row["income_change"]) == (None, "UP")
        assert row["instrument_id"] is not None
        detail = await reporting.get(
            f"/v1/followups/{row['id']}", headers=auth(Role.NATIONAL_ADMIN)
        )
        assert detail.json()["size_after_rupiah"] == 2_100_000_654
        dump = [
            await rows(f"SELECT to_jsonb(t)::text AS row FROM reporting.{table} t")
            for table in ("followup", "event", "idempotency", "followup_link", "followup_token")
        ]
        for text in (str(dump), caplog.text):
            assert token not in text
            for amount in ("1500123", "2750456", "1900000321", "2100000654"):
                assert amount not in text

    async def test_are_refused_where_they_do_not_fit(self, token, call, rows):
        cases = [
            ({"people_hired": 2}, "answer-refused", "/answers/status"),
            ({"status": "ASKED"}, "answer-refused", "/answers/status"),
            ({"status": "EMPLOYED", "people_hired": -1}, "answer-refused", "/answers/people_hired"),
            ({"status": "EMPLOYED", "nib_obtained": 1}, "answer-refused", "/answers/nib_obtained"),
            ({"status": "EMPLOYED", "surprise": 1}, "answer-refused", "/answers/surprise"),
            (
                {"status": "SEEKING", "matches_trade": True},
                "answer-refused",
                "/answers/matches_trade",
            ),
            (
                {"status": "EMPLOYED", "days_to_first_income": 200},
                "followup-inconsistent",
                "/answers/days_to_first_income",
            ),
        ]

        for answers, code, pointer in cases:
            refused = await call("POST", token, answers, Idempotency_Key="k")
            assert (refused.status_code, refused.json()["code"]) == (422, code), answers
            assert refused.json()["errors"][0]["pointer"] == pointer
        waiting = await rows("SELECT 1 FROM reporting.followup WHERE status = 'ASKED'")
        assert len(waiting) == 3
        assert (await call("POST", token, GIVEN, Idempotency_Key="k")).status_code == 200

    async def test_two_at_once_leave_one_answer(self, token, call, rows):
        answers = await asyncio.gather(
            *(call("POST", token, GIVEN, Idempotency_Key=f"at-once-{each}") for each in range(4))
        )

        assert sorted(each.status_code for each in answers) == [200, 409, 409, 409]
        told = await rows(
            "SELECT 1 FROM reporting.event WHERE topic = 'reporting.followup.recorded'"
        )
        assert len(told) == 1

    @pytest.mark.parametrize("wrong", ["x", "A" * 43, "é" * 10])
    async def test_a_token_that_is_none_opens_nothing(self, opened, call, wrong):
        if wrong is not None and not wrong.isascii():
            wrong = wrong.encode("latin-1")
        answer = await call("GET", wrong)

        assert (answer.status_code, answer.json()["code"]) == (404, "followup-link-unknown")

    @pytest.mark.parametrize("none", [None, ""])
    async def test_without_a_token_one_is_told_that_it_is_missing(self, opened, call, none):
        for answer in (
            await call("GET", none),
            await call("PUT", none, {}, If_Match='"0"'),
            await call("POST", none, GIVEN, Idempotency_Key="k"),
        ):
            assert (answer.status_code, answer.json()["code"]) == (401, "followup-token-missing")
            assert answer.headers["www-authenticate"].startswith("Bearer")

    async def test_a_restricted_person_s_link_is_like_none(self, opened, token, call, db):
        async with transaction(db, scope=SYSTEM, actor=WORKER) as session:
            await keep_restriction(session, opened.person(0), version=9, restricted_at=utc_now())

        for each in (
            await call("GET", token),
            await call("PUT", token, {}, If_Match='"0"'),
            await call("POST", token, GIVEN, Idempotency_Key="k"),
        ):
            assert (each.status_code, each.json()["code"]) == (404, "followup-link-unknown")
            assert "restrict" not in each.text

    async def test_an_expired_link_says_so(self, opened, token, call, rows):
        await rows("UPDATE reporting.followup_link SET expires_at = now() - interval '1 minute'")

        answer = await call("GET", token)

        assert (answer.status_code, answer.json()["code"]) == (409, "followup-link-expired")

    async def test_an_erased_person_leaves_no_draft_and_no_link(
        self, opened, token, call, db, rows
    ):
        await call("PUT", token, GIVEN, If_Match='"0"')
        async with transaction(db, scope=SYSTEM, actor=WORKER) as session:
            told = await erase_person(session, opened.person(0), now=utc_now())

        assert (told.rows["followup"], told.rows["followup_link"]) == (1, 1)
        assert await rows("SELECT 1 FROM reporting.followup WHERE draft_cipher IS NOT NULL") == []
        assert (await call("GET", token)).status_code == 404

    async def test_who_is_given_up_has_no_draft_left(self, opened, token, call, rows):
        await call("PUT", token, GIVEN, If_Match='"0"')
        late = ledger_day(utc_now()) + timedelta(days=60)
        await opened.calendar(cohorts.close_due, late)

        assert await rows("SELECT 1 FROM reporting.followup WHERE draft_cipher IS NOT NULL") == []


class TestLinks:
    @pytest.fixture
    def centre(self, opened, auth) -> dict[str, str]:
        return auth(Role.FACILITY_OPERATOR, facilities=[opened.facility["facility_id"]])

    @pytest.fixture
    async def followup(self, opened, rows) -> str:
        (row,) = await rows(
            "SELECT id FROM reporting.followup WHERE participant_id = :id", id=opened.person(0)
        )
        return str(row["id"])

    @pytest.fixture
    def links(self, reporting, followup):
        async def read(caller: dict) -> list[dict]:
            answer = await reporting.get(
                "/v1/followup-links", params={"followup_id": followup}, headers=caller
            )
            assert answer.status_code == 200, answer.text
            return answer.json()["items"]

        return read

    async def test_leave_in_one_request_with_a_token_each_and_only_once(
        self, opened, send, post, rows, links, centre
    ):
        await send()
        await send()

        (body,) = post.bodies
        assert (body["kind"], body["path"], body["months"]) == (
            "FOLLOW_UP",
            "/reporting/follow-up",
            3,
        )
        assert {each["participant_id"] for each in body["recipients"]} == {
            str(opened.person(each)) for each in range(3)
        }
        assert len({each["token"] for each in body["recipients"]}) == 3
        (link,) = await links(centre)
        assert (link["state"], link["attempt"]) == ("SENT", 1)
        assert "token" not in str(link)

    async def test_wait_while_enrollment_is_away_and_then_open(
        self, opened, send, post, rows, call
    ):
        post.away = True
        await send()
        assert len(await rows("SELECT 1 FROM reporting.followup_token")) == 3
        post.away = False
        await rows("UPDATE reporting.followup_link SET tried_at = now() - interval '1 hour'")
        await send()

        assert len(await rows("SELECT 1 FROM reporting.followup_token")) == 3
        token = post.tokens()[str(opened.person(0))]
        assert (await call("GET", token)).status_code == 200

    async def test_keep_the_earlier_token_of_whom_was_told_before(self, opened, send, post, rows):
        post.away = True
        await send()
        earlier = {each["hash"] for each in await rows("SELECT hash FROM reporting.followup_token")}
        post.away, post.outcome = False, "ALREADY"
        await rows("UPDATE reporting.followup_link SET tried_at = now() - interval '1 hour'")
        await send()

        kept = {each["hash"] for each in await rows("SELECT hash FROM reporting.followup_token")}
        assert kept == earlier

    async def test_are_dropped_once_somebody_has_answered(
        self, opened, send, post, reporting, auth, rows
    ):
        body = {
            "enrollment_id": str(opened.people[0]),
            "horizon_months": 3,
            "status": "EMPLOYED",
            "source": "PROXY",
        }
        headers = {**auth(Role.NATIONAL_ADMIN), "Idempotency-Key": "k"}
        await reporting.post("/v1/followups", json=body, headers=headers)
        await send()

        assert str(opened.person(0)) not in post.tokens()
        (dropped,) = await rows("SELECT reason FROM reporting.followup_link WHERE state='DROPPED'")
        assert dropped["reason"] == "answered"

    async def test_are_ordered_and_taken_back_by_the_centre(
        self, *, opened, token, send, post, followup, reporting, links, centre, call, auth
    ):
        async def ask(path: str, caller: dict, key: str, body: dict | None = None):
            headers = {**caller, "Idempotency-Key": key}
            return await reporting.post(f"/v1/followup-links{path}", json=body, headers=headers)

        wanted = {"followup_id": followup}
        ordered = await ask("", centre, "one", wanted)
        home = await ask("", auth(Role.REGIONAL_OFFICER, areas=["91"]), "two", wanted)
        analyst = await ask("", auth(Role.ANALYST), "three", wanted)
        await send()
        second = post.tokens()[str(opened.person(0))]
        assert second != token
        revoked = await ask(f"/{ordered.json()['id']}/revoke", centre, "four")
        twice = await ask(f"/{ordered.json()['id']}/revoke", centre, "five")
        gone = await call("GET", second)
        still = await call("POST", token, GIVEN, Idempotency_Key="k")
        answered = await ask("", centre, "six", wanted)

        assert (ordered.status_code, ordered.json()["state"]) == (202, "WANTED")
        assert (home.status_code, analyst.status_code) == (404, 403)
        assert (revoked.status_code, revoked.json()["state"]) == (200, "REVOKED")
        assert (twice.status_code, twice.json()["present"]) == (409, "REVOKED")
        assert (gone.status_code, gone.json()["code"]) == (409, "followup-link-revoked")
        assert still.status_code == 200
        assert (answered.status_code, answered.json()["code"]) == (409, "followup-answered")
        assert [each["state"] for each in await links(centre)] == ["USED", "REVOKED"]

    async def test_ordered_twice_at_once_are_one_until_it_has_left(
        self, *, opened, token, send, post, followup, reporting, links, centre
    ):
        async def order(key: str):
            headers = {**centre, "Idempotency-Key": key}
            body = {"followup_id": followup}
            return await reporting.post("/v1/followup-links", json=body, headers=headers)

        answers = await asyncio.gather(*(order(f"at-once-{each}") for each in range(4)))
        told = len(post.bodies)
        await send()
        later = await order("later")

        assert {each.status_code for each in answers} == {202}
        assert len({each.json()["id"] for each in answers}) == 1
        assert len(post.bodies) == told + 1
        assert later.json()["id"] != answers[0].json()["id"]
        assert [each["state"] for each in await links(centre)] == ["SENT", "SENT", "WANTED"]

    async def test_remind_by_a_kind_of_their_own(self, opened, send, post):
        await send()
        soon = ledger_day(utc_now()) + timedelta(days=36)
        await opened.calendar(cohorts.remind_due, soon)
        await send()

        assert [each["kind"] for each in post.bodies] == ["FOLLOW_UP", "FOLLOW_UP_REMINDER"]


class TestPage:
    async def test_speaks_both_languages_and_lets_nothing_else_in(self, reporting):
        page = await reporting.get("/follow-up", headers={"Accept-Language": "en"})
        indonesian = await reporting.get("/follow-up?lang=id")
        same = await reporting.get(
            "/follow-up?lang=id", headers={"If-None-Match": indonesian.headers["etag"]}
        )

        assert '<html lang="en">' in page.text
        assert "Send the answers" in page.text
        assert '<html lang="id">' in indonesian.text
        assert same.status_code == 304
        policy = page.headers["content-security-policy"]
        assert policy.startswith("default-src 'none'; script-src 'self'")
        assert "unsafe" not in policy
        assert page.headers["referrer-policy"] == "no-referrer"
        assert "http://" not in page.text
        assert "https://" not in page.text

    async def test_has_two_files_and_no_other(self, reporting):
        for name, kind in (("page.js", "text/javascript"), ("page.css", "text/css")):
            answer = await reporting.get(f"/follow-up/{name}")
            assert (answer.status_code, answer.headers["content-type"].split(";")[0]) == (200, kind)
            assert "https://" not in answer.text
        assert (await reporting.get("/follow-up/rules.py")).status_code == 404
