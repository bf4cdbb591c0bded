import json
from collections import Counter

from deploy.pilot.training import SESSIONS, mark_of, never_comes
from services.enrollment.attendance.schemas import MarkWritten


class TestMarkOf:
    def test_is_the_same_each_time(self, met):
        play = met(6)
        person = play.seeds.id_of("participant", 3)

        assert mark_of(play, person, 2) == mark_of(play, person, 2)

    def test_leaves_nobody_unjudged(self, met):
        play = met(6)
        people = [play.seeds.id_of("participant", number) for number in range(800)]

        marks = [[mark_of(play, each, session) for session in (1, 2, SESSIONS)] for each in people]
        counted = Counter(mark["status"] for three in marks for mark in three)

        assert set(counted) == {"PRESENT", "LATE", "EXCUSED", "ABSENT"}
        assert counted["PRESENT"] > 0.8 * counted.total()
        # Who was excused from all sessions could not be judged at all.
        assert not any({mark["status"] for mark in three} == {"EXCUSED"} for three in marks)
        for mark in (mark for three in marks for mark in three):
            MarkWritten.model_validate_json(json.dumps(mark))
        for person, three in zip(people, marks, strict=True):
            if never_comes(play, person):
                assert {mark["status"] for mark in three} == {"ABSENT"}
