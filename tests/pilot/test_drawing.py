from deploy.pilot.drawing import hopefuls
from deploy.pilot.people import is_away, people_of
from deploy.pilot.wire import Answer

FULL = Answer(409, {}, b'{"code":"class-full"}')
SEATED = Answer(201, {}, b"{}")


def peopled(play):
    play.people = people_of(
        play.seeds,
        country=play.country,
        wishes=[planned.center.district for planned in play.classes],
        today=play.calendar.registration_at.date(),
    )
    return play


class TestIsAway:
    def test_is_about_one_in_ten_and_never_the_heroine(self, met):
        play = peopled(met(6, applicants=2_000))

        away = [person for person in play.people if is_away(play.seeds, person)]

        assert 150 < len(away) < 250
        assert play.people[0] not in away


class TestHopefuls:
    def test_are_those_who_were_away_and_some_whom_the_rush_left_out(self, met):
        play = peopled(met(6, applicants=400))
        away = [person for person in play.people if is_away(play.seeds, person)]
        there = [person for person in play.people if person not in away]
        assert hopefuls(play) == away

        for person in there:
            play.note("apply", person.number, FULL, outcome="")
        left_out = [person for person in hopefuls(play) if person not in away]
        assert 0 < len(left_out) < len(there) / 5

        for person in left_out:
            play.note("elsewhere", person.number, SEATED, outcome="SEATED")
        assert hopefuls(play) == away
