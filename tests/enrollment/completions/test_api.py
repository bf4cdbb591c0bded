"""Who has passed and why, and a class that ends by it."""

import pytest

from shared.scope import Role
from tests.support.certified import attend, scores


def path_of(running) -> str:
    return f"/v1/classes/{running.class_id}/completion"


@pytest.fixture
async def judged(running, head):
    """A class in which the first has passed, the second not, and of the third a test is missing."""
    await attend(running, head, "PRESENT", "ABSENT", "PRESENT")
    body = scores(running, {"post_score": 60}, {"post_score": 90})
    await head.post(f"/v1/classes/{running.class_id}/assessments", json=body)
    return running


class TestListJudgements:
    async def test_says_who_has_passed_and_why_not(self, judged, head):
        items = (await head.get(path_of(judged))).json()["items"]

        assert [(each["outcome"], each["reasons"]) for each in items] == [
            ("PASSED", []),
            ("NOT_PASSED", ["attendance-too-low"]),
            ("UNDECIDED", ["post-score-missing"]),
        ]
        assert [each["best_score"] for each in items] == [60, 90, None]
        assert {each["name"] for each in items} == {"Si*** R."}
        assert {each["decision"] for each in items} == {None}

    async def test_shows_each_what_concerns_him(self, judged, seats, applicant):
        rows = await seats.enrollments(judged.class_id)
        own = next(row for row in rows if str(row.id) == judged.ids[0])
        himself = applicant(Role.PARTICIPANT, participant_id=str(own.participant_id))
        elsewhere = applicant(Role.REGIONAL_OFFICER, areas=["91"])

        seen = [
            [each["enrollment_id"] for each in (await who.get(path_of(judged))).json()["items"]]
            for who in (himself, elsewhere)
        ]

        assert seen == [judged.ids[:1], []]
        assert (await applicant(Role.ANALYST).get(path_of(judged))).status_code == 403


class TestFollowJudgement:
    async def test_ends_everybody_as_judged_but_for_exceptions_with_a_reason(
        self, judged, head, seats, rows
    ):
        exception = {
            "enrollment_id": judged.ids[2],
            "ending": "COMPLETED",
            "reason": "Ujian susulan",
        }

        answer = await head.post(
            path_of(judged) + "/follow", json={"exceptions": [exception]}, key="k"
        )
        same = await head.post(
            path_of(judged) + "/follow", json={"exceptions": [exception]}, key="k"
        )

        told = answer.json()
        assert (answer.status_code, same.content) == (200, answer.content)
        assert (told["completed"], told["dropped_out"], told["against"]) == (2, 1, 1)
        states = {str(row.id): row.state.value for row in await seats.enrollments(judged.class_id)}
        assert [states[each] for each in judged.ids] == ["COMPLETED", "DROPPED_OUT", "COMPLETED"]
        items = (await head.get(path_of(judged))).json()["items"]
        kept = [
            (each["decision"]["outcome"], each["decision"]["followed"], each["decision"]["reason"])
            for each in items
        ]
        assert kept == [
            ("PASSED", True, None),
            ("NOT_PASSED", True, None),
            ("UNDECIDED", False, "Ujian susulan"),
        ]
        (decision, *_) = await rows(
            "SELECT rule FROM enrollment.completion_decision ORDER BY enrollment_id"
        )
        assert decision["rule"] == {
            "min_attendance_percent": 80,
            "late_minutes": 15,
            "min_post_score": 60,
            "all_units_required": False,
        }
        topics = [each.topic for each in await seats.events(judged.class_id)]
        assert topics.count("enrollment.completion.decided") == 1
        assert "enrollment.class.completed" in topics

    async def test_decides_nobody_while_somebody_cannot_be_judged(self, judged, head, seats):
        answer = await head.post(path_of(judged) + "/follow", json={})

        assert (answer.status_code, answer.json()["code"]) == (422, "completion-undecided")
        assert answer.json()["enrollment_ids"] == [judged.ids[2]]
        assert (await seats.class_row(judged.class_id)).state.value == "OPENED"

    async def test_refuses_exceptions_of_nobody_and_classes_that_do_not_run(
        self, judged, head, admin, applicant
    ):
        path = path_of(judged) + "/follow"
        stranger = {"enrollment_id": str(judged.class_id), "ending": "COMPLETED", "reason": "x"}
        office = applicant(Role.REGIONAL_OFFICER, areas=["91"])

        unknown = await head.post(path, json={"exceptions": [stranger]})
        twice = await head.post(path, json={"exceptions": [stranger, stranger]})
        outside = await office.post(path, json={})
        *completed, left = judged.ids
        ended = {"completed": completed, "dropped_out": [left]}
        await admin.post(path_of(judged), json=ended)
        late = await head.post(path, json={})

        assert (unknown.status_code, unknown.json()["code"]) == (422, "roll-refused")
        assert twice.json()["code"] == "validation-failed"
        assert (outside.status_code, outside.json()["code"]) == (403, "out-of-scope")
        assert (late.status_code, late.json()["code"]) == (409, "class-not-running")
