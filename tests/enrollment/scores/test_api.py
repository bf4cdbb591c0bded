import asyncio

import pytest

from shared.scope import Role


@pytest.fixture
async def filed(draw):
    """A wave with scores and one application in it: the person, and the application's id."""
    await draw.open((2, 2), (2, 2), selection="SCORE")
    await draw.state_criteria({"PLAN": 60, "TALK": 40}, missing="INELIGIBLE")
    person = await draw.seats.person()
    return person, await draw.apply(person)


def scores_path(filed) -> str:
    person, application = filed
    return f"/v1/participants/{person}/applications/{application}/scores"


class TestGiveScore:
    async def test_keeps_who_gave_what_and_what_it_was_before(self, draw, filed, rows):
        first = await draw.score(*filed, "PLAN", 40)
        second = await draw.score(*filed, "PLAN", 90, read=1)

        assert (first.status_code, first.json()["version"]) == (200, 1)
        assert (second.json()["points"], second.headers["ETag"]) == (90, '"2"')
        assert second.json()["given_by"] == "balai:cli|scorer"
        (kept,) = await rows("SELECT * FROM enrollment.score_replaced")
        assert (kept["points"], kept["version"], kept["given_by"]) == (40, 1, "balai:cli|scorer")
        events = await rows(
            "SELECT payload FROM enrollment.event WHERE topic = 'enrollment.score.given'"
            " ORDER BY version"
        )
        assert [each["payload"]["version"] for each in events] == [1, 2]
        assert "points" not in events[0]["payload"]

    async def test_the_same_again_changes_nothing(self, draw, filed, rows):
        await draw.score(*filed, "PLAN", 40)

        again = await draw.score(*filed, "PLAN", 40, read=1)

        assert again.json()["version"] == 1
        assert await rows("SELECT * FROM enrollment.score_replaced") == []

    async def test_nobody_overwrites_what_he_has_not_read(self, draw, filed):
        await draw.score(*filed, "PLAN", 40)

        assert (await draw.score(*filed, "PLAN", 41)).status_code == 412

    async def test_of_two_who_score_at_once_one_is_told(self, draw, filed):
        both = await asyncio.gather(draw.score(*filed, "PLAN", 40), draw.score(*filed, "PLAN", 60))

        assert sorted(each.status_code for each in both) == [200, 412]

    @pytest.mark.parametrize(
        ("criterion", "points", "status", "code"),
        [
            ("OTHER", 1, 404, "criterion-unknown"),
            ("PLAN", 101, 422, "validation-failed"),
            ("PLAN", -1, 422, "validation-failed"),
            ("plan", 1, 422, "validation-failed"),
        ],
    )
    async def test_refuses_what_nothing_counts(self, draw, filed, criterion, points, status, code):
        response = await draw.score(*filed, criterion, points)

        assert (response.status_code, response.json()["code"]) == (status, code)

    async def test_is_for_the_facility_and_the_office_of_the_first_choice(self, draw, filed):
        first, second = (
            draw.staff(f"head-{place}", Role.FACILITY_OPERATOR, facilities=[each])
            for place, each in enumerate(draw.facilities)
        )
        far = draw.staff("far", Role.REGIONAL_OFFICER, areas=["12"])

        assert (await draw.score(*filed, "PLAN", 1, by=first)).status_code == 200
        chosen_second = await draw.score(*filed, "TALK", 1, by=second)
        assert (chosen_second.status_code, chosen_second.json()["code"]) == (403, "out-of-scope")
        assert (await draw.score(*filed, "TALK", 1, by=far)).status_code == 404
        assert (await draw.score(*filed, "TALK", 1, by=draw.himself(filed[0]))).status_code == 403

    async def test_a_draft_is_not_judged(self, draw, filed):
        person = await draw.seats.person()
        draft = await draw.apply(person, submit=False)

        response = await draw.score(person, draft, "PLAN", 1)

        assert (response.status_code, response.json()["code"]) == (
            409,
            "application-not-scorable",
        )
        assert response.json()["present"] == "DRAFT"

    async def test_a_lottery_scores_nobody(self, draw, filed):
        await draw.sql("UPDATE enrollment.wave SET selection = 'LOTTERY'")

        response = await draw.score(*filed, "PLAN", 1)

        assert (response.status_code, response.json()["code"]) == (409, "wave-not-scored")


class TestListScores:
    async def test_lists_by_criterion_and_notes_who_read(self, draw, filed, rows):
        await draw.score(*filed, "TALK", 70)
        await draw.score(*filed, "PLAN", 40)

        page = await draw.staff("reader").get(scores_path(filed), limit=1)
        rest = await draw.client.get(
            page.json()["next"].split("/enrollment")[1], headers=draw.staff("reader").headers
        )

        assert [each["criterion"] for each in page.json()["items"]] == ["PLAN"]
        assert [each["criterion"] for each in rest.json()["items"]] == ["TALK"]
        assert rest.json()["next"] is None
        noted = await rows("SELECT subject_id FROM enrollment.audit WHERE action = 'scores.read'")
        assert [each["subject_id"] for each in noted] == [filed[0]] * 2

    async def test_the_person_reads_the_reasons_and_not_the_sheet(self, draw, filed):
        assert (await draw.himself(filed[0]).get(scores_path(filed))).status_code == 403


class TestRanking:
    async def test_ranks_by_weight_and_leaves_out_who_lacks_a_score(self, draw, filed):
        people = await draw.seats.people(2)
        entries = [filed, *[(each, await draw.apply(each)) for each in people]]
        for (person, application), (plan, talk) in zip(
            entries, [(50, 100), (90, 50), (100, None)], strict=True
        ):
            await draw.score(person, application, "PLAN", plan)
            if talk is not None:
                await draw.score(person, application, "TALK", talk)
        await draw.run()

        published = {each["id"]: each for each in (await draw.published())["applications"]}
        assert [
            (published[each]["rank"], published[each]["score"], published[each]["outcome"])
            for _, each in entries
        ] == [(2, 7000, "PLACED"), (1, 7400, "PLACED"), (None, 6000, "INELIGIBLE")]
        why = await draw.reasons(*entries[2])
        assert (why["state"], why["summary"]) == ("INELIGIBLE", "Not ranked.")
        assert [(one["choice"], one["code"]) for one in why["steps"]] == [(0, "score-missing")]
        assert [one["points"] for one in why["parts"]] == [100, None]
        first = await draw.reasons(*entries[1])
        assert first["summary"] == (
            "A score of 74.00 of 100: rank 1 of 2; equal scores are drawn by lot."
        )

    async def test_scores_stand_once_the_ranking_is_approved(self, draw, filed):
        await draw.score(*filed, "PLAN", 40)
        await draw.commit()
        await draw.close()
        stale = await draw.preview()
        assert (await draw.score(*filed, "TALK", 50)).status_code == 200
        refused = await draw.approve(stale)
        fresh = await draw.preview()
        approved = await draw.approve(fresh)

        late = await draw.score(*filed, "TALK", 100, read=1)

        assert (refused.status_code, refused.json()["code"]) == (409, "preview-stale")
        assert stale["outcomes"]["INELIGIBLE"] == fresh["outcomes"]["PLACED"] == 1
        assert approved.status_code == 200, approved.text
        assert (late.status_code, late.json()["code"]) == (409, "scores-frozen")
