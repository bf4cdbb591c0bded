from deploy.pilot.heads import head_of, headed_center, who_runs
from deploy.pilot.play import operator_of
from shared.schemas.registry import FacilityKind


class TestHeadedCenter:
    def test_is_a_community_centre_that_holds_a_class(self, met):
        play = met(6)

        center = headed_center(play)

        assert center.kind is FacilityKind.BLKK
        assert center in [planned.center for planned in play.classes]

    def test_is_none_where_no_community_centre_holds_a_class(self, met):
        assert headed_center(met(2)) is None


class TestWhoRuns:
    def test_is_the_login_of_the_head_there_and_the_holder_of_a_token_elsewhere(self, met):
        play = met(6)
        headed = headed_center(play)

        assert who_runs(play, headed) == head_of(headed)
        assert not head_of(headed).grants
        for center in play.centers:
            if center != headed:
                assert who_runs(play, center) == operator_of(center)
