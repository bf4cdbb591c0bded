from deploy.pilot.outcome import _told
from deploy.pilot.seeds import Seeds

SEEDS = Seeds(seed=1, applicants=10, classes=2)


class TestTold:
    def test_says_nothing_of_a_business_that_there_is_not(self):
        told = [_told(SEEDS.choices_of("outcome", number)) for number in range(300)]

        own = [each for each in told if each["status"] in ("SELF_EMPLOYED", "BOTH")]
        others = [each for each in told if each not in own]
        assert {each["status"] for each in told} >= {"EMPLOYED", "SEEKING", "STUDYING", "INACTIVE"}
        assert all(set(each) == {"status", "source"} for each in others)
        assert all(each["days_to_first_income"] <= 93 for each in own)
        assert all(each["people_hired"] == 0 for each in own if not each["business_running"])
