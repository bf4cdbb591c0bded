from datetime import date

from deploy.pilot.centers import HOT_CLASS, centers_of
from deploy.pilot.people import people_of
from deploy.pilot.personas import PERSONAS
from deploy.pilot.seeds import Seeds
from tests.pilot.country import country

TODAY = date(2026, 12, 1)
GRANTS = {persona.name: persona.grants[0] for persona in PERSONAS}


class TestPersonas:
    def test_are_the_people_and_places_of_the_usual_pilot(self):
        seeds = Seeds(seed=1, applicants=2500, classes=63)
        centers = centers_of(seeds, country=country())
        wishes = [center.district for center in centers]
        sari = people_of(seeds, country=country(), wishes=wishes, today=TODAY)[0]

        assert GRANTS["operator"].facilities == (centers[HOT_CLASS].id,)
        assert GRANTS["sari"].participant_id == sari.id
