"""Made-up applicants: who they are, what they run, and what they will do at the rush."""

import random
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from hashlib import sha256
from typing import Final
from uuid import UUID

from deploy.pilot.centers import AWAY_SHARE
from deploy.pilot.names import SYNTHETIC, person_name
from deploy.pilot.places import Country, District
from deploy.pilot.seeds import Seeds
from shared.schemas.enrollment import EntrantKind, Sex

# Ages in years at the sign-up; the programme admits from 18, so that the youngest are refused.
_YOUNGEST: Final = 18
_OLDEST: Final = 59
_UNDERAGE_SHARE: Final = 0.01
_WOMEN_SHARE: Final = 0.54
# Most people ask for a class in their own regency, some in their province, a few far from home.
_HOME_WEIGHTS: Final = (85, 12, 3)
_KINDS: Final = {
    EntrantKind.MICRO: 0.52,
    EntrantKind.SMALL: 0.16,
    EntrantKind.PROSPECTIVE: 0.28,
    EntrantKind.MEDIUM: 0.04,
}
# Classes of KBLI 2020 that small businesses are often in: bakery, snacks, batik, garments,
# furniture, food stalls, retail of food, repair, hairdressing.
_KBLI: Final = (
    "10710", "10794", "13134", "14111", "31001", "56101", "47112", "45201", "96111",
)  # fmt: skip
# Rupiah: capital without land and buildings, and annual sales. Source: PP 7/2021, articles 35-36.
_CAPITAL: Final = {
    EntrantKind.MICRO: (5_000_000, 1_000_000_000),
    EntrantKind.SMALL: (1_000_000_001, 5_000_000_000),
    EntrantKind.MEDIUM: (5_000_000_001, 10_000_000_000),
}
_SALES: Final = {
    EntrantKind.MICRO: (10_000_000, 2_000_000_000),
    EntrantKind.SMALL: (2_000_000_001, 15_000_000_000),
    EntrantKind.MEDIUM: (15_000_000_001, 50_000_000_000),
}
_HEROINE: Final = f"Sari Contoh ({SYNTHETIC})"


@dataclass(frozen=True, slots=True)
class Business:
    """A made-up business: its number begins with 0000, which no issued NIB does."""

    nib: str
    kbli: str
    founded_on: date
    capital_rupiah: int
    annual_sales_rupiah: int


@dataclass(frozen=True, slots=True)
class Person:
    """A made-up applicant; `wish` is the place in the list of classes that he asks for first."""

    number: int
    id: UUID
    nik: str
    name: str
    sex: Sex
    birth_date: date
    kind: EntrantKind
    business: Business | None
    home: District
    wish: int


def is_away(seeds: Seeds, person: Person) -> bool:
    """Tell whether somebody cannot come to the rush, and waits for the draw; the heroine comes."""
    drawn = seeds.choices_of("away", person.number).random()
    return person.number > 0 and drawn < AWAY_SHARE


def nik_of(*, district: str, birth_date: date, sex: Sex) -> str:
    """Return a synthetic NIK: its serial is 0000, which no register gives.

    Its layout: district of first registration, DDMMYY with 40 on the day for women.
    """
    day = birth_date.day + (40 if sex is Sex.FEMALE else 0)
    return f"{district.replace('.', '')}{day:02d}{birth_date:%m%y}0000"


class _Births:
    """Hands out births so that no two people of a district share a date and a sex."""

    def __init__(self, seeds: Seeds, *, today: date) -> None:
        self.today = today
        self._label = seeds.label
        self._taken: dict[str, int] = defaultdict(int)

    def next_in(self, district: str, sex: Sex, *, underage: bool) -> date:
        """Return the next birth date for somebody of this sex registered in the district."""
        first = date(self.today.year - (_YOUNGEST - 1 if underage else _OLDEST), 1, 1)
        last = date(self.today.year - (_YOUNGEST - 2 if underage else _YOUNGEST), 1, 1)
        place = f"{district}/{sex}/{underage}"
        offset = int.from_bytes(sha256(f"{self._label}/{place}".encode()).digest()[:4])
        taken = self._taken[place]
        self._taken[place] += 1
        # A step of 7,919, a prime that no span of years in days is a multiple of, meets every
        # day of the span before it meets one twice.
        return first + timedelta(days=(offset + taken * 7_919) % (last - first).days)


def people_of(
    seeds: Seeds, *, country: Country, wishes: Sequence[District], today: date
) -> list[Person]:
    """Return the applicants of the pilot; number 0 is the heroine of its story.

    `wishes` are the districts of the classes, in order: earlier ones are asked for more often, and
    most people ask for a class in the regency where they live.
    """
    births = _Births(seeds, today=today)
    weights = [1.0 / (place + 4) for place in range(len(wishes))]
    return [
        _person(
            seeds, number=number, country=country, wishes=wishes, weights=weights, births=births
        )
        for number in range(seeds.applicants)
    ]


def _person(
    seeds: Seeds,
    *,
    number: int,
    country: Country,
    wishes: Sequence[District],
    weights: Sequence[float],
    births: _Births,
) -> Person:
    choices = seeds.choices_of("person", number)
    heroine = number == 0
    kind = EntrantKind.MICRO if heroine else choices.choices(list(_KINDS), list(_KINDS.values()))[0]
    sex = Sex.FEMALE if heroine or choices.random() < _WOMEN_SHARE else Sex.MALE
    wish = 0 if heroine else choices.choices(range(len(wishes)), weights)[0]
    home = _home(choices, country=country, near=wishes[wish])
    birth_date = births.next_in(home.code, sex, underage=choices.random() < _UNDERAGE_SHARE)
    return Person(
        number=number,
        id=seeds.id_of("participant", number),
        nik=nik_of(district=home.code, birth_date=birth_date, sex=sex),
        name=_HEROINE if heroine else person_name(choices, sex=sex),
        sex=sex,
        birth_date=birth_date,
        kind=kind,
        business=_business(choices, kind=kind, today=births.today),
        home=home,
        wish=wish,
    )


def _home(choices: random.Random, *, country: Country, near: District) -> District:
    anywhere = country.by_province[choices.choice(sorted(country.by_province))]
    around = (country.by_regency[near.regency_code], country.by_province[near.province_code])
    return choices.choice(choices.choices((*around, anywhere), _HOME_WEIGHTS)[0])


def _business(choices: random.Random, *, kind: EntrantKind, today: date) -> Business | None:
    if kind is EntrantKind.PROSPECTIVE:
        return None
    return Business(
        nib=f"0000{choices.randrange(10**9):09d}",
        kbli=choices.choice(_KBLI),
        founded_on=today - timedelta(days=choices.randrange(120, 6_000)),
        capital_rupiah=choices.randint(*_CAPITAL[kind]),
        annual_sales_rupiah=choices.randint(*_SALES[kind]),
    )
