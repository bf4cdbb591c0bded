from collections import Counter
from datetime import UTC, datetime, timedelta
from random import Random
from urllib.parse import quote

import pytest

from services.reporting.catalogue.rules import REPORTS
from services.reporting.indicators.rules import Report, Unit
from services.reporting.reports.schemas import ReportRead
from shared.scope import Role
from tests.reporting.story import HELD, Story

# Three hours before midnight in Jakarta, in days that have passed.
BEGIN = datetime(2026, 11, 17, 14, tzinfo=UTC)
MIDNIGHT = datetime(2026, 11, 17, 17, tzinfo=UTC)
TICK = timedelta(microseconds=1)


@pytest.fixture
async def story(fold, reporting) -> Story:
    """Three evenings: each day something is told before midnight and something after it."""
    story = Story(seed=5).begin(BEGIN)
    story.publish()
    facilities = [story.register_facility(place) for place in range(4)]
    for facility in facilities:
        story.tell_facility(facility)
    classes = [story.plan_class(facility) for facility in facilities]
    for number in range(90):
        enrollment = story.enroll(classes[number % 4])
        story.wait(timedelta(minutes=story.random.randrange(90)))
        if number % 3 == 0:
            story.complete(enrollment)
        elif number % 7 == 0:
            story.move(enrollment, "enrollment.enrollment.cancelled", state="CANCELLED")
    await fold(story.events, page=40)
    await reporting.state["watch"].refresh()
    return story


async def read(reporting, path: str, headers: dict | None = None) -> ReportRead:
    response = await reporting.get(f"/v1/reports/{path}", headers=headers or {})
    assert response.status_code == 200, response.text
    return ReportRead.model_validate(response.json())


def counts(report: ReportRead, indicator: str, *by: str) -> Counter:
    return Counter(
        {
            tuple(row.dims[name] for name in by): row.numerator
            for row in report.rows
            if row.dims["indicator"] == indicator and row.dims.get("target", 5_000) == 5_000
        }
    )


def held(recount: Counter) -> Counter:
    """Sum a recount by (state, ...) over the states in which somebody holds a seat."""
    seated: Counter = Counter()
    for (state, *rest), number in recount.items():
        if state in HELD:
            seated[tuple(rest)] += number
    return seated


def at(moment: datetime) -> str:
    return quote(moment.isoformat())


class TestAsOf:
    async def test_gives_the_figure_that_was_true_before_and_after_a_change(
        self, reporting, story, fold, auth
    ):
        person = next(iter(story.people))
        story.wait(timedelta(minutes=5))
        story.move(person, "enrollment.enrollment.dropped_out", state="DROPPED_OUT")
        changed = story.events[-1].recorded_at
        await fold(story.events[-1:])
        await reporting.state["watch"].refresh()

        before = await read(reporting, f"progress?as_of={at(changed - TICK)}", auth(Role.AUDITOR))
        after = await read(reporting, f"progress?as_of={at(changed)}", auth(Role.AUDITOR))
        present = await read(reporting, "progress", auth(Role.AUDITOR))

        completed = [counts(each, "completed")[()] for each in (before, after, present)]
        assert completed == [30, 29, 29]
        assert before.meta.asked_as_of == changed - TICK

    async def test_equals_a_recount_at_any_moment(self, reporting, story, auth):
        draw = Random(11)
        moments = [each.recorded_at for each in draw.sample(story.events[12:], 12)]
        days = [MIDNIGHT + timedelta(days=day) for day in range(3)]
        last = story.events[-1].recorded_at

        for moment in (*moments, *(day - TICK for day in days), *days, last, last + TICK):
            told = await read(
                reporting, f"funnel?by=facility,sex&as_of={at(moment)}", auth(Role.AUDITOR)
            )
            recount = story.recount_at(moment, "state", "facility_id", "sex")
            claims: Counter = Counter()
            for (_, *cell), number in recount.items():
                claims[tuple(cell)] += number
            assert counts(told, "claims", "facility", "sex") == claims
            assert +counts(told, "seated", "facility", "sex") == held(recount)

    async def test_counts_what_was_told_late_on_the_day_it_was_recorded(
        self, reporting, story, fold, auth
    ):
        late = Story(seed=8).begin(MIDNIGHT + timedelta(hours=2))
        late.publish()
        late.enroll(late.plan_class(late.register_facility()))
        moment = late.events[-1].recorded_at
        first = await read(reporting, f"progress?as_of={at(moment)}", auth(Role.AUDITOR))

        await fold(late.events)
        await reporting.state["watch"].refresh()
        second = await read(reporting, f"progress?as_of={at(moment)}", auth(Role.AUDITOR))

        assert counts(second, "seated")[()] == counts(first, "seated")[()] + 1

    async def test_counts_classes_and_the_hour_as_they_were(self, reporting, story, fold, auth):
        [first, *_] = story.classes
        moment = story.events[-1].recorded_at
        story.wait(timedelta(hours=1))
        story.change_class(first, "OPENED")
        await fold(story.events[-1:])
        await reporting.state["watch"].refresh()

        before = await read(reporting, f"opening?as_of={at(moment)}", auth(Role.AUDITOR))
        after = await read(
            reporting, f"opening?as_of={at(story.events[-1].recorded_at)}", auth(Role.AUDITOR)
        )

        assert counts(before, "classes_opened") == {(): 0}
        assert counts(after, "classes_opened") == {(): 1}
        assert counts(after, "silent") == {(): 0}

    async def test_names_the_first_event_to_who_asks_for_what_was_before(self, reporting, story):
        response = await reporting.get(f"/v1/reports/progress?as_of={at(BEGIN)}")

        assert (response.status_code, response.json()["code"]) == (422, "as-of-before-first-event")
        first = min(e.recorded_at for e in story.events if e.topic.startswith("enrollment."))
        assert datetime.fromisoformat(response.json()["first"]) == first

    async def test_an_area_sees_its_own_past_alone(self, reporting, story, auth):
        moment = story.events[len(story.events) // 2].recorded_at
        officer = auth(Role.REGIONAL_OFFICER, areas=["51.71"])

        told = await read(reporting, f"funnel?by=regency&as_of={at(moment)}", officer)

        recount = story.recount_at(moment, "regency_code", "home_regency_code")
        own: Counter = Counter()
        for (trains, lives), number in recount.items():
            if "51.71" in (trains, lives):
                own[(trains,)] += number
        assert counts(told, "claims", "regency") == own
        assert told.meta.restricted

    @pytest.mark.parametrize("report", REPORTS.values(), ids=lambda report: report.code)
    async def test_of_the_last_event_is_the_present(self, reporting, story, auth, report: Report):
        auditor = auth(Role.AUDITOR)
        by = ",".join(report.dimensions[:2])
        last = at(story.events[-1].recorded_at)

        present = await read(reporting, f"{report.code}?by={by}", auditor)
        then = await read(reporting, f"{report.code}?by={by}&as_of={last}", auditor)

        assert then.rows == present.rows

    async def test_tells_anybody_the_figures_of_the_hour_before(self, reporting, story, auth):
        moment = story.events[-1].recorded_at
        hour = moment.replace(minute=0, second=0, microsecond=0)

        told = await read(reporting, f"progress?as_of={at(moment)}")
        person = auth(Role.PARTICIPANT, participant_id=story.new_id())
        known = await read(reporting, f"progress?as_of={at(moment)}", person)
        then = await read(reporting, f"progress?as_of={at(hour)}", auth(Role.AUDITOR))

        assert told.meta.asked_as_of == known.meta.asked_as_of == hour < moment
        assert counts(told, "seated") == counts(known, "seated") == counts(then, "seated")


class TestPeriod:
    async def test_counts_what_was_added_on_its_days(self, reporting, story):
        whole = await read(reporting, "progress?from=2026-11-18&to=2026-11-18")

        before = held(story.recount_at(MIDNIGHT - TICK, "state"))[()]
        after = held(story.recount_at(MIDNIGHT + timedelta(days=1) - TICK, "state"))[()]
        assert counts(whole, "seated")[()] == after - before > 0
        assert whole.meta.first.isoformat() == whole.meta.last.isoformat() == "2026-11-18"

    async def test_days_and_months_add_up(self, reporting, story, auth):
        [total] = counts(await read(reporting, "progress", auth(Role.AUDITOR)), "seated").values()
        for by in ("day", "month"):
            parts = counts(
                await read(reporting, f"progress?by={by}", auth(Role.AUDITOR)), "seated", by
            )
            assert sum(parts.values()) == total
        assert set(parts) == {("2026-11",)}

    async def test_two_are_compared(self, reporting, story, auth):
        compared = await read(
            reporting,
            "progress?by=province&from=2026-11-18&to=2026-11-18"
            "&compare_from=2026-11-17&compare_to=2026-11-17",
            auth(Role.AUDITOR),
        )
        first = await read(
            reporting, "progress?by=province&from=2026-11-18&to=2026-11-18", auth(Role.AUDITOR)
        )
        other = await read(
            reporting, "progress?by=province&from=2026-11-17&to=2026-11-17", auth(Role.AUDITOR)
        )

        then = counts(other, "seated", "province")
        assert counts(compared, "seated", "province") == counts(first, "seated", "province")
        for row in compared.rows:
            if row.dims["indicator"] == "seated" and row.dims["target"] == 5_000:
                assert row.compared.numerator == then[(row.dims["province"],)]
                assert row.compared.difference == pytest.approx(
                    (row.numerator - row.compared.numerator) / 5_000, abs=1e-6
                )

    async def test_withholds_a_small_figure_of_the_other_period(self, reporting, story, auth):
        told = await read(
            reporting,
            "funnel?by=facility,sex,age_band&indicator=claims"
            "&from=2026-11-18&to=2026-11-20&compare_from=2026-11-17&compare_to=2026-11-17",
            auth(Role.ANALYST),
        )

        shown = [row.compared for row in told.rows if row.compared is not None]
        assert any(row.compared is None for row in told.rows)
        assert not any(0 < abs(each.numerator) < 5 for each in shown)


class TestAreas:
    async def test_counts_an_old_code_under_the_one_it_has_today(self, reporting, story, rows):
        await rows(
            "INSERT INTO reporting.area_name (code, level, name, in_force) VALUES"
            " ('91', 'PROVINCE', 'Papua lama', false), ('97', 'PROVINCE', 'Papua baru', true)"
        )
        await rows(
            "INSERT INTO reporting.area_link (old_code, valid_from, new_code, level)"
            " VALUES ('91', '2026-11-20', '97', 'PROVINCE')"
        )

        then = await read(reporting, "progress?by=province&areas=then")
        now = await read(reporting, "progress?by=province&areas=now")
        chosen = await read(reporting, "progress?province=97&areas=now")

        moved = counts(then, "seated", "province")
        assert counts(now, "seated", "province") == {
            ("97" if code == "91" else code,): n for (code,), n in moved.items()
        }
        assert counts(chosen, "seated")[()] == moved[("91",)] > 0
        assert (then.meta.areas, now.meta.areas) == ("then", "now")
        assert now.meta.labels["province"]["97"].id == "Papua baru"


class TestAddUp:
    @pytest.mark.parametrize("report", REPORTS.values(), ids=lambda report: report.code)
    async def test_totals_equal_the_sum_of_the_parts_over_every_dimension(
        self, reporting, story, auth, report: Report
    ):
        auditor = auth(Role.AUDITOR)
        counted = [each.code for each in report.indicators if each.unit is not Unit.MEAN]
        extra = f"&indicator={','.join(dict.fromkeys(counted))}"
        for basis in report.area_bases:
            base = f"{report.code}?area_basis={basis}{extra}"
            whole = _totals(await read(reporting, base, auditor))
            for dimension in report.dimensions:
                parts = _totals(await read(reporting, f"{base}&by={dimension}", auditor))
                assert {key: parts.get(key, 0) for key in whole} == whole


def _totals(report: ReportRead) -> Counter:
    """Return numerators by indicator, horizon and target, summed over everything else."""
    totals: Counter = Counter()
    for row in report.rows:
        key = tuple(row.dims.get(name) for name in ("indicator", "horizon", "target"))
        totals[key] += row.numerator
    return totals
