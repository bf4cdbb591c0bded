from collections import Counter
from datetime import date

from deploy.pilot.people import nik_of, people_of
from deploy.pilot.seeds import Seeds
from shared.schemas.enrollment import EntrantKind, Sex
from tests.pilot.country import country

SEEDS = Seeds(seed=1, applicants=3_000, classes=4)
TODAY = date(2026, 12, 1)


def people():
    known = country()
    wishes = [known.by_province[code][0] for code in ("32", "33", "51", "91")]
    return people_of(SEEDS, country=known, wishes=wishes, today=TODAY)


class TestNikOf:
    def test_writes_place_date_and_the_synthetic_serial(self):
        born = date(1992, 3, 7)

        assert nik_of(district="32.73.01", birth_date=born, sex=Sex.MALE) == "3273010703920000"
        assert nik_of(district="32.73.01", birth_date=born, sex=Sex.FEMALE) == "3273014703920000"


class TestPeopleOf:
    def test_gives_everybody_a_nik_of_his_own(self):
        niks = {person.nik for person in people()}

        assert len(niks) == 3_000
        assert all(len(nik) == 16 and nik.isdigit() and nik.endswith("0000") for nik in niks)

    def test_marks_everybody_as_synthetic(self):
        assert all(person.name.endswith("(DATA SINTETIS)") for person in people())

    def test_begins_with_the_heroine_who_wants_the_hot_class(self):
        sari = people()[0]

        assert sari.name == "Sari Contoh (DATA SINTETIS)"
        assert (sari.kind, sari.sex, sari.wish) == (EntrantKind.MICRO, Sex.FEMALE, 0)

    def test_mixes_kinds_and_gives_a_business_to_those_who_have_one(self):
        everybody = people()

        kinds = Counter(person.kind for person in everybody)
        assert set(kinds) == set(EntrantKind)
        assert kinds[EntrantKind.MICRO] > kinds[EntrantKind.MEDIUM]
        assert all((p.business is None) == (p.kind is EntrantKind.PROSPECTIVE) for p in everybody)

    def test_has_plausible_ages_and_a_few_who_are_too_young(self):
        ages = [TODAY.year - person.birth_date.year for person in people()]

        assert min(ages) == 17
        assert max(ages) == 59
        assert 0 < ages.count(17) < 90

    def test_is_the_same_for_the_same_seed(self):
        assert people() == people()
