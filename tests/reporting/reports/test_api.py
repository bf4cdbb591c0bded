import asyncio
from collections import Counter
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from sqlalchemy import event as sqlalchemy_event

from services.reporting.catalogue import rules as catalogue_rules
from services.reporting.reports.schemas import Catalogue, ReportRead
from shared.http.tokens import sign_business_time
from shared.scope import Grant, Role
from tests.reporting.story import HELD, PLACES, START, Story

REPORTS = ("progress", "opening", "funnel", "outcomes", "facilities")
HOUR = timedelta(hours=1)


@pytest.fixture
async def story(fold, reporting) -> Story:
    story = Story().play()
    for facility in story.facilities:
        story.tell_facility(facility)
    await fold(story.events)
    await reporting.state["watch"].refresh()
    return story


@pytest.fixture
def at(keys):
    """Return the function that makes the header of a business time."""

    def header(moment: datetime) -> dict[str, str]:
        return {"Balai-Business-Time": sign_business_time(keys.private["cli"], now=moment)}

    return header


@pytest.fixture
def statements(reporting) -> list[str]:
    """Every statement of a request from now on, but the one that sets the scope."""
    found: list[str] = []
    engine = reporting.state["sessions"].kw["bind"].sync_engine

    def note(_connection, _cursor, statement, *_) -> None:
        if "set_config" not in statement:
            found.append(statement)

    sqlalchemy_event.listen(engine, "before_cursor_execute", note)
    return found


async def rows_of(reporting, path: str, headers: dict | None = None) -> list[dict]:
    response = await reporting.get(f"/v1/reports/{path}", headers=headers or {})
    assert response.status_code == 200, response.text
    return ReportRead.model_validate(response.json()).model_dump()["rows"]


def numerators(rows: list[dict], indicator: str, *by: str) -> dict:
    return {
        tuple(row["dims"][name] for name in by): row["numerator"]
        for row in rows
        if row["dims"]["indicator"] == indicator and row["dims"].get("target", 5_000) == 5_000
    }


class TestListReports:
    async def test_shows_everybody_what_there_is_in_two_languages(self, reporting):
        response = await reporting.get("/v1/reports")

        catalogue = Catalogue.model_validate(response.json())
        assert {report.code for report in catalogue.items} == set(catalogue_rules.REPORTS)
        [progress] = [report for report in catalogue.items if report.code == "progress"]
        assert progress.label.id == "Kemajuan nasional"
        assert progress.label.en == "National progress"
        assert {each.code for each in progress.dimensions if each.public} == {
            "program",
            "wave",
            "zone",
            "province",
            "day",
            "month",
        }


class TestGetProgress:
    async def test_shows_everybody_the_nation_against_its_targets(self, reporting, story):
        rows = await rows_of(reporting, "progress")

        seated = sum(1 for cell in story.cells() if cell["state"] in HELD)
        assert numerators(rows, "seated") == {(): seated}
        assert [row["denominator"] for row in rows] == [5_000] * 3 + [10_000] * 3
        assert rows[0]["value"] == pytest.approx(seated / 5_000)

    @pytest.mark.parametrize("basis", ["facility", "residence"])
    async def test_states_whose_place_counts(self, reporting, story, basis: str):
        path = f"progress?by=province&area_basis={basis}"

        response = await reporting.get(f"/v1/reports/{path}")

        member = "province_code" if basis == "facility" else "home_province_code"
        recount = Counter(cell[member] for cell in story.cells() if cell["state"] in HELD)
        rows = response.json()["rows"]
        assert response.json()["meta"]["area_basis"] == basis
        assert numerators(rows, "seated", "province") == {(p,): n for p, n in recount.items()}

    @pytest.mark.parametrize("basis", ["facility", "residence"])
    async def test_withholds_few_people_from_who_may_not_see_them(
        self, reporting, auth, fold, basis
    ):
        told = Story()
        told.publish()
        told.enroll(told.plan_class(told.register_facility()))
        await fold(told.events)
        await reporting.state["watch"].refresh()
        path = f"/v1/reports/progress?by=province&area_basis={basis}"

        callers = [{}, auth(Role.ANALYST), auth(Role.AUDITOR)]
        anybody, analyst, auditor = [await reporting.get(path, headers=each) for each in callers]

        for answer in (anybody, analyst):
            seated = [r for r in answer.json()["rows"] if r["dims"]["indicator"] == "seated"]
            assert seated
            assert all(row["suppressed"] and row["numerator"] is None for row in seated)
            assert answer.headers["cache-control"].startswith("public")
        assert set(numerators(auditor.json()["rows"], "seated", "province").values()) == {1}
        assert auditor.headers["cache-control"].startswith("private")

    async def test_by_zone_follows_the_provinces(self, reporting, story):
        rows = await rows_of(reporting, "progress?by=zone")

        zone_of = {province: zone for province, _, zone, *_ in PLACES}
        recount = Counter(
            zone_of[cell["province_code"]] for cell in story.cells() if cell["state"] in HELD
        )
        assert numerators(rows, "seated", "zone") == {(z,): n for z, n in recount.items()}

    @pytest.mark.parametrize("cut", ["by=regency", "by=sex", "facility_kind=PLUT", "regency=32.73"])
    async def test_asks_for_a_token_below_the_province(self, reporting, auth, cut: str):
        anonymous = await reporting.get(f"/v1/reports/progress?{cut}")
        participant = await reporting.get(
            f"/v1/reports/progress?{cut}",
            headers=auth(Role.PARTICIPANT, participant_id=Story().new_id()),
        )
        analyst = await reporting.get(f"/v1/reports/progress?{cut}", headers=auth(Role.AUDITOR))

        assert anonymous.status_code == 401
        assert participant.status_code == 403
        assert analyst.status_code == 200

    async def test_names_the_report_that_a_misspelt_one_comes_nearest_to(self, reporting):
        refused = await reporting.get("/v1/reports/funel")

        assert (refused.status_code, refused.json()["code"]) == (404, "report-unknown")
        assert refused.json()["suggestion"] == "funnel"

    @pytest.mark.parametrize(
        ("query", "status", "code"),
        [
            ("by=colour", 400, "dimension-not-offered"),
            ("by=status", 400, "dimension-not-offered"),
            ("horizon=3", 400, "unknown-parameter"),
            ("area_basis=moon", 422, "value-unknown"),
            ("facility_kind=BLK", 422, "value-unknown"),
            ("indicator=siting", 400, "indicator-unknown"),
            ("from=2026-11-23&to=2026-11-22", 422, "period-ends-before-it-starts"),
            ("compare_from=2026-11-23&compare_to=2026-11-22", 422, "period-ends-before-it-starts"),
            ("compare_from=2026-11-21&compare_to=2026-11-22", 422, "period-incomplete"),
            ("from=20261122", 422, "validation"),
            ("as_of=1764000000", 422, "validation"),
            ("as_of=2026-11-22T10:00:00", 422, "validation"),
            ("as_of=2999-11-22T10:00:00Z", 422, "as-of-in-the-future"),
            ("as_of=2001-11-22T10:00:00Z", 422, "as-of-before-first-event"),
            ("area_basis=facility&area_basis=residence", 422, "validation"),
            ("province=jawa", 422, "validation"),
            ("tahun=2026", 400, "unknown-parameter"),
        ],
    )
    async def test_refuses_a_cut_that_it_does_not_know(
        self, reporting, query: str, status: int, code: str
    ):
        response = await reporting.get(f"/v1/reports/progress?{query}")

        assert response.status_code == status
        assert response.json()["code"].startswith(code)

    async def test_filters_by_several_values(self, reporting, story):
        everything = await rows_of(reporting, "progress?by=province")
        some = await rows_of(reporting, "progress?by=province&province=32,51")

        kept = [row for row in everything if row["dims"]["province"] in ("32", "51")]
        assert some == kept
        assert len(everything) > len(some) > 0


class TestGetOpening:
    async def test_counts_classes_opened_and_people_present(self, reporting, story, at):
        rows = await rows_of(reporting, "opening", at(START - HOUR))

        held = [cell for cell in story.cells() if cell["state"] in HELD]
        present = sum(1 for cell in held if cell["presence"] == "PRESENT")
        reported = sum(1 for cell in held if cell["presence"] != "UNREPORTED")
        opened, people, silent = rows
        assert (opened["numerator"], opened["denominator"]) == (7, 8)
        assert (people["numerator"], people["denominator"]) == (present, len(held))
        assert people["response_rate"] == pytest.approx(reported / len(held), abs=1e-6)
        assert (silent["numerator"], silent["denominator"]) == (0, 0)

    async def test_a_class_falls_silent_when_its_start_has_passed(self, reporting, story, at):
        before = await rows_of(reporting, "opening", at(START - HOUR))
        after = await rows_of(reporting, "opening", at(START + HOUR))

        assert numerators(before, "silent") == {(): 0}
        assert numerators(after, "silent") == {(): 1}
        [silent] = [row for row in after if row["dims"]["indicator"] == "silent"]
        assert silent["denominator"] == 8

    async def test_the_answer_changes_when_a_start_passes_and_nothing_is_folded(
        self, reporting, story, at
    ):
        before = await reporting.get("/v1/reports/opening", headers=at(START - HOUR))
        known = {"If-None-Match": before.headers["etag"]}

        still = await reporting.get(
            "/v1/reports/opening", headers={**at(START - HOUR / 2), **known}
        )
        after = await reporting.get("/v1/reports/opening", headers={**at(START), **known})

        assert still.status_code == 304
        assert after.status_code == 200

    async def test_zones_and_provinces_add_up_to_the_nation(self, reporting, story):
        nation = await rows_of(reporting, "opening")
        for by in ("zone", "province", "wave", "province,zone"):
            parts = await rows_of(reporting, f"opening?by={by}")
            for indicator in ("classes_opened", "present", "silent"):
                whole = numerators(nation, indicator)[()]
                assert sum(numerators(parts, indicator, *by.split(",")).values()) == whole

    async def test_has_no_residence(self, reporting):
        response = await reporting.get("/v1/reports/opening?area_basis=residence")

        assert response.status_code == 400
        assert response.json()["area_bases"] == ["facility"]


class TestGetFunnel:
    async def test_counts_people_at_each_step(self, reporting, story, auth):
        rows = await rows_of(reporting, "funnel", auth(Role.AUDITOR))

        cells = story.cells()
        steps = {row["dims"]["indicator"]: row["value"] for row in rows}
        assert steps["claims"] == len(cells)
        assert steps["promoted"] == sum(c["waited"] and c["state"] in HELD for c in cells)
        for state in ("CANCELLED", "NOT_PLACED", "COMPLETED", "DROPPED_OUT", "WAITLISTED"):
            assert steps[state.lower()] == sum(cell["state"] == state for cell in cells)

    @pytest.mark.parametrize(
        ("by", "member"),
        [
            ("regency", "regency_code"),
            ("facility", "facility_id"),
            ("facility_kind", "facility_kind"),
            ("host_ministry", "host_ministry"),
            ("sex", "sex"),
            ("age_band", "age_band"),
            ("entrant_kind", "entrant_kind"),
            ("program", "program_id"),
            ("wave", "wave_id"),
        ],
    )
    async def test_is_cut_by_every_dimension(self, reporting, story, auth, by: str, member: str):
        rows = await rows_of(reporting, f"funnel?by={by}", auth(Role.AUDITOR))

        recount = Counter(cell[member] for cell in story.cells())
        assert numerators(rows, "claims", by) == {(value,): n for value, n in recount.items()}

    async def test_is_cut_by_owner_and_by_the_day_recorded(self, reporting, story, auth):
        owners = await rows_of(reporting, "funnel?by=owner_ministry", auth(Role.AUDITOR))
        days = await rows_of(reporting, "funnel?by=day", auth(Role.AUDITOR))

        assert numerators(owners, "claims", "owner_ministry") == {("MSME",): len(story.people)}
        assert numerators(days, "claims", "day") == {("2026-11-22",): len(story.people)}

    async def test_asks_for_a_token(self, reporting):
        assert (await reporting.get("/v1/reports/funnel")).status_code == 401

    async def test_withholds_small_figures_from_who_may_not_see_people(
        self, reporting, story, auth
    ):
        path = "funnel?by=facility,sex,age_band"
        seen = await rows_of(reporting, path, auth(Role.AUDITOR))
        withheld = await rows_of(reporting, path, auth(Role.ANALYST))

        assert any(0 < row["numerator"] < 5 for row in seen)
        for theirs, row in zip(withheld, seen, strict=True):
            small = any(0 < (row[part] or 0) < 5 for part in ("numerator", "denominator"))
            assert theirs == (
                {
                    **row,
                    "value": None,
                    "numerator": None,
                    "denominator": None,
                    "response_rate": None,
                    "few_answers": False,
                    "suppressed": True,
                    "compared": None,
                }
                if small
                else row
            )

    async def test_withholds_them_from_who_sees_people_elsewhere_only(
        self, reporting, story, keys, auth
    ):
        own = UUID(story.facilities[0]["facility_id"])
        grants = (Grant(Role.ANALYST), Grant(Role.FACILITY_OPERATOR, facilities=(own,)))
        both = {"Authorization": f"Bearer {keys.token_of(*grants)}"}
        path = "funnel?by=facility,sex,age_band"

        rows = await rows_of(reporting, path, both)

        assert rows == await rows_of(reporting, path, auth(Role.ANALYST))
        assert any(row["suppressed"] for row in rows)

    async def test_withholds_people_alone_where_classes_are_counted_too(
        self, reporting, story, auth
    ):
        path = "opening?by=facility,trade,day"
        seen = await rows_of(reporting, path, auth(Role.AUDITOR))
        withheld = await rows_of(reporting, path, auth(Role.ANALYST))

        hidden = {row["dims"]["indicator"] for row in withheld if row["suppressed"]}
        few = {row["dims"]["indicator"] for row in seen if 0 < row["numerator"] < 5}
        assert "classes_opened" in few
        assert hidden <= {"present"}
        assert {row["numerator"] for row in withheld if row["dims"]["indicator"] == "present"} <= {
            None,
            0,
            *range(5, 100),
        }


class TestScope:
    @pytest.mark.parametrize("report", ["funnel", "outcomes", "facilities"])
    @pytest.mark.parametrize(
        "role", [Role.PARTICIPANT, Role.INSTRUCTOR, Role.SERVICE], ids=lambda role: role.value
    )
    async def test_refuses_who_may_not_read_reports(self, reporting, auth, role: Role, report):
        response = await reporting.get(f"/v1/reports/{report}", headers=auth(role))

        assert response.status_code == 403

    async def test_a_province_sees_what_is_in_it_and_who_lives_in_it(self, reporting, story, auth):
        rows = await rows_of(reporting, "funnel", auth(Role.REGIONAL_OFFICER, areas=["32"]))

        own = [c for c in story.cells() if "32" in (c["province_code"], c["home_province_code"])]
        assert numerators(rows, "claims") == {(): len(own)}
        assert 0 < len(own) < len(story.people)

    async def test_a_regency_sees_nothing_of_its_neighbour(self, reporting, story, auth):
        rows = await rows_of(
            reporting, "funnel?by=regency", auth(Role.REGIONAL_OFFICER, areas=["32.04"])
        )

        own = Counter(
            cell["regency_code"]
            for cell in story.cells()
            if "32.04" in (cell["regency_code"], cell["home_regency_code"])
        )
        assert numerators(rows, "claims", "regency") == {(code,): n for code, n in own.items()}

    async def test_a_centre_sees_itself_alone(self, reporting, story, auth):
        facility = story.facilities[1]["facility_id"]
        caller = auth(Role.FACILITY_OPERATOR, facilities=[facility])

        people = await rows_of(reporting, "funnel?by=facility", caller)
        classes = await rows_of(reporting, "opening?by=facility", caller)
        places = await rows_of(reporting, "facilities?by=facility", caller)

        own = sum(cell["facility_id"] == facility for cell in story.cells())
        assert numerators(people, "claims", "facility") == {(facility,): own}
        assert set(numerators(classes, "classes_opened", "facility")) == {(facility,)}
        assert set(numerators(places, "facilities", "facility")) == {(facility,)}

    async def test_a_ministry_sees_programmes_it_owns_and_facilities_it_hosts_with(
        self, reporting, fold, auth
    ):
        ours = Story(seed=1, owner="MSME", co_owner=None).play(people=20)
        theirs = Story(seed=2, owner="INDUSTRY", co_owner=None).play(people=20)
        await fold([*ours.events, *theirs.events])

        rows = await rows_of(reporting, "funnel", auth(Role.PROGRAM_MANAGER, ministries=["MSME"]))

        hosted = [cell for cell in theirs.cells() if cell["host_ministry"] == "MSME"]
        assert numerators(rows, "claims") == {(): len(ours.people) + len(hosted)}

    async def test_an_answer_kept_for_one_is_not_given_to_another(self, reporting, story, auth):
        nation = await rows_of(reporting, "funnel", auth(Role.AUDITOR))
        bali = await rows_of(reporting, "funnel", auth(Role.REGIONAL_OFFICER, areas=["51"]))
        papua = await rows_of(reporting, "funnel", auth(Role.REGIONAL_OFFICER, areas=["91"]))

        assert len({str(rows) for rows in (nation, bali, papua)}) == 3

    async def test_says_that_figures_are_restricted(self, reporting, auth):
        officer = auth(Role.REGIONAL_OFFICER, areas=["51"])
        restricted = await reporting.get("/v1/reports/funnel", headers=officer)
        public = await reporting.get("/v1/reports/progress", headers=officer)

        assert restricted.json()["meta"]["restricted"] is True
        assert restricted.headers["cache-control"] == "private, no-cache"
        assert public.json()["meta"]["restricted"] is False

    async def test_a_role_whose_token_names_no_place_sees_nothing(self, reporting, story, auth):
        rows = await rows_of(reporting, "funnel", auth(Role.REGIONAL_OFFICER))

        assert numerators(rows, "claims") == {(): 0}


class TestFreshness:
    async def test_is_unknown_before_anything_was_read(self, reporting):
        response = await reporting.get("/v1/reports/progress")

        assert response.json()["meta"]["as_of"] is None
        assert response.json()["meta"]["lag_seconds"] is None

    async def test_stands_in_the_body_and_in_headers(self, reporting, rows, story):
        moment = datetime.now(UTC) - timedelta(seconds=2)  # noqa: TID251
        await rows(
            "INSERT INTO reporting.feed_cursor (source, as_of, last_event_at, caught_up)"
            " VALUES ('enrollment', :moment, :moment, true)",
            moment=moment,
        )
        await reporting.state["watch"].refresh()

        fresh = await reporting.get("/v1/reports/progress")
        unchanged = await reporting.get(
            "/v1/reports/progress", headers={"If-None-Match": fresh.headers["etag"]}
        )

        assert datetime.fromisoformat(fresh.json()["meta"]["as_of"]) == moment
        assert fresh.json()["meta"]["lag_seconds"] == 0
        assert unchanged.status_code == 304
        for response in (fresh, unchanged):
            assert datetime.fromisoformat(response.headers["balai-as-of"]) == moment
            assert float(response.headers["balai-lag-seconds"]) == 0

    async def test_generated_data_are_marked(self, reporting, story, fold):
        real = Story(seed=9, synthetic=False).play(people=3)
        await fold(real.events)
        await reporting.state["watch"].refresh()

        answers = {
            query: (await reporting.get(f"/v1/reports/progress{query}")).json()["meta"]["synthetic"]
            for query in ("", f"?wave={story.wave_id}", f"?wave={real.wave_id}")
        }

        assert list(answers.values()) == [True, True, False]


class TestNotModified:
    @pytest.mark.parametrize("path", ["progress", "opening?by=province", "funnel?by=regency"])
    async def test_answers_304_and_repeats_without_a_statement(
        self, reporting, story, auth, statements, path: str
    ):
        caller = auth(Role.AUDITOR)
        first = await reporting.get(f"/v1/reports/{path}", headers=caller)
        statements.clear()

        again = await reporting.get(f"/v1/reports/{path}", headers=caller)
        unchanged = await reporting.get(
            f"/v1/reports/{path}", headers={**caller, "If-None-Match": first.headers["etag"]}
        )

        assert statements == []
        assert unchanged.status_code == 304
        assert unchanged.content == b""
        assert again.json()["rows"] == first.json()["rows"]
        assert first.headers["etag"].startswith('W/"')

    @pytest.mark.parametrize(
        ("path", "number"),
        # Outcomes have no summary: before their one a longer time is allowed.
        [("progress", 1), ("opening", 2), ("funnel", 3), ("outcomes", 2), ("facilities", 1)],
    )
    async def test_the_first_answer_takes_one_statement_a_fact(
        self, reporting, story, auth, statements, path: str, number: int
    ):
        await reporting.get(f"/v1/reports/{path}", headers=auth(Role.AUDITOR))

        assert len(statements) == number

    async def test_many_who_ask_at_once_share_one_reading(self, reporting, story, statements):
        # The names of areas are read once a process.
        await reporting.get("/v1/reports/progress?by=province&zone=WIB")
        statements.clear()

        answers = await asyncio.gather(
            *(reporting.get("/v1/reports/progress?by=province") for _ in range(12))
        )

        assert len(statements) == 1
        assert len({str(answer.json()["rows"]) for answer in answers}) == 1

    async def test_answers_anew_once_something_was_folded(self, reporting, story, fold):
        first = await reporting.get("/v1/reports/progress")
        more = Story(seed=8).play(people=5)
        await fold(more.events)
        await reporting.state["watch"].refresh()

        again = await reporting.get(
            "/v1/reports/progress", headers={"If-None-Match": first.headers["etag"]}
        )

        assert again.status_code == 200
        assert again.json()["rows"] != first.json()["rows"]

    async def test_tags_of_other_cuts_and_languages_differ(self, reporting, story, auth):
        cuts = [
            ("progress", {}),
            ("progress", {"Accept-Language": "en"}),
            ("progress?by=province", {}),
            ("progress?by=province&area_basis=residence", {}),
            ("opening", {}),
            ("progress?by=regency", auth(Role.AUDITOR)),
            ("progress?by=regency", auth(Role.REGIONAL_OFFICER, areas=["51"])),
        ]

        tags = [
            (await reporting.get(f"/v1/reports/{path}", headers=headers)).headers["etag"]
            for path, headers in cuts
        ]

        assert len(set(tags)) == len(cuts)

    async def test_is_another_once_a_wave_of_generated_data_is_there(self, reporting, fold, auth):
        story = Story()
        story.tell_facility(story.register_facility())
        await fold(story.events)
        await reporting.state["watch"].refresh()
        told, headers = len(story.events), auth(Role.AUDITOR)
        real = await reporting.get("/v1/reports/facilities", headers=headers)

        story.publish()
        await fold(story.events[told:])
        await reporting.state["watch"].refresh()
        known = {**headers, "If-None-Match": real.headers["etag"]}
        invented = await reporting.get("/v1/reports/facilities", headers=known)

        assert invented.status_code == 200
        assert [each.json()["meta"]["synthetic"] for each in (real, invented)] == [False, True]


class TestGetFacilities:
    async def test_counts_facilities_by_kind(self, reporting, story, auth):
        rows = await rows_of(reporting, "facilities?by=facility_kind", auth(Role.AUDITOR))

        recount = Counter(facility["facility_kind"] for facility in story.facilities)
        assert numerators(rows, "active", "facility_kind") == {(k,): n for k, n in recount.items()}
