from datetime import UTC, datetime

import pytest
from sqlalchemy import text

from services.reporting.catalogue.rules import REPORTS
from services.reporting.indicators.rules import Dimension, Report
from services.reporting.people_indicators.rules import FUNNEL
from services.reporting.questions.rules import Period, Question
from services.reporting.reports import queries
from services.reporting.reports.queries import CUBES, Asked
from services.reporting.reports.rules import TooManyCellsError
from shared.db.session import transaction
from shared.schemas.enrollment import Topic
from shared.scope import NATIONAL, SYSTEM, Actor, Reach, Scope
from tests.reporting.story import Story

NOW = datetime(2026, 11, 24, tzinfo=UTC)
READER = Actor(issuer="test", subject="reader")


class TestCubes:
    def test_no_two_name_a_sum_alike(self):
        names = [name for cube in CUBES for name in queries.names_of(cube)]

        assert len(names) == len(set(names))

    @pytest.mark.parametrize("report", REPORTS.values(), ids=lambda report: report.code)
    def test_hold_every_sum_and_every_dimension_of_a_report(self, report: Report):
        wanted = {name for each in report.indicators for name in each.sums}
        held = {name for cube, names in queries.parts_of(frozenset(wanted)) for name in names}

        assert held == wanted
        for basis in report.area_bases:
            question = Question(area_basis=basis)
            for cube in queries.cubes_of(report, question):
                for dimension in report.dimensions:
                    assert queries.column_of(cube.live, dimension, question) is not None

    @pytest.mark.parametrize("report", REPORTS.values(), ids=lambda report: report.code)
    def test_are_of_the_sources_that_the_report_names(self, report: Report):
        sources = {cube.source for cube in queries.cubes_of(report, Question())}

        assert sources <= set(report.sources)


class TestIsWide:
    @pytest.mark.parametrize(
        ("question", "scope", "wide"),
        [
            (Question(by=(Dimension.PROVINCE,)), NATIONAL, False),
            (Question(by=(Dimension.SEX,)), NATIONAL, True),
            (Question(by=(Dimension.PROVINCE,), period=Period(NOW.date())), NATIONAL, True),
            (
                Question(by=(Dimension.SEX,), chosen=((Dimension.PROVINCE, ("32",)),)),
                NATIONAL,
                False,
            ),
            (Question(by=(Dimension.SEX,)), Scope((Reach(provinces=("32",)),)), False),
        ],
    )
    def test_asks_whether_rows_grow_with_people(self, question: Question, scope: Scope, wide):
        assert queries.is_wide(FUNNEL, question, scope) is wide

    def test_a_report_of_places_never_is(self):
        assert not queries.is_wide(REPORTS["utilisation"], Question(), NATIONAL)


class TestAllowLongRead:
    async def test_outlasts_the_time_that_a_transaction_has(self, db):
        async with transaction(db, scope=SYSTEM, actor=READER) as session:
            await queries.allow_long_read(session)
            allowed = await session.scalar(text("SHOW transaction_timeout"))

        assert allowed == "30s"


class TestReadSums:
    async def test_refuses_more_figures_than_one_answer_may_hold(self, db, fold):
        story = Story().play()
        await fold(story.events)
        question = Question(by=(Dimension.SEX, Dimension.FACILITY), indicators=("claims", "seated"))
        groups = len({(cell["sex"], cell["facility_id"]) for cell in story.cells()})

        async with transaction(db, scope=SYSTEM, actor=READER) as session:
            enough = Asked(question, NATIONAL, NOW, limit=2 * groups)
            assert len(await queries.read_sums(session, FUNNEL, enough)) == groups
            fewer = Asked(question, NATIONAL, NOW, limit=2 * groups - 1)
            with pytest.raises(TooManyCellsError) as refused:
                await queries.read_sums(session, FUNNEL, fewer)

        assert refused.value.extra == {
            "cells": 2 * groups,
            "limit": 2 * groups - 1,
            "narrow": [{"dimension": "facility", "values": 4}, {"dimension": "sex", "values": 2}],
        }

    async def test_drops_no_figure_for_one_that_sums_to_nothing(self, db, fold):
        story = Story().play()
        kept, empty = story.facilities[:2], story.facilities[2:]
        for number, (enrollment_id, person) in enumerate(story.people.items()):
            if person["cell"]["facility_id"] in {each["facility_id"] for each in empty}:
                there = kept[number % 2]["facility_id"]
                story.move(enrollment_id, Topic.RELOCATED, facility_id=there)
        await fold(story.events)
        question = Question(by=(Dimension.FACILITY,), indicators=("claims",))

        async with transaction(db, scope=SYSTEM, actor=READER) as session:
            asked = Asked(question, NATIONAL, NOW, limit=2)
            found = await queries.read_sums(session, FUNNEL, asked)

        claims = {key: sums["claims"] for key, sums in found.items()}
        assert claims == story.recount("facility_id")
        assert len(claims) == 2

    async def test_names_areas_as_they_are_today(self, db, fold):
        story = Story().play()
        await fold(story.events)
        question = Question(by=(Dimension.PROVINCE,), chosen=((Dimension.PROVINCE, ("92", "32")),))

        async with transaction(db, scope=SYSTEM, actor=READER) as session:
            asked = Asked(question, NATIONAL, NOW, codes={"91": "92"})
            found = await queries.read_sums(session, FUNNEL, asked)

        recount = story.recount("province_code")
        assert {key: sums["claims"] for key, sums in found.items()} == {
            ("92",): recount[("91",)],
            ("32",): recount[("32",)],
        }
