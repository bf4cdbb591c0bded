"""The desk judges in SQL what the programmes' rules judge in Python: they must agree."""

import random
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import text

from services.enrollment.participants.rules import age_band
from services.enrollment.programs.rules import (
    PersonFacts,
    ProgramTerms,
    SizeCriterion,
    age_on,
    refusal,
)
from shared.clock import ledger_day
from shared.ids import new_id
from shared.schemas.enrollment import EntrantKind
from tests.support.desks import claim_of
from tests.support.seats import NOW, Seats

KINDS = [each.value for each in EntrantKind]
PROVINCES = ["12", "33", "91"]
# Around midnight in Jakarta, and around 29 February.
MOMENTS = [
    datetime(2027, 2, 28, 16, 59, 59, tzinfo=UTC),
    datetime(2027, 2, 28, 17, 0, 0, tzinfo=UTC),
    datetime(2028, 2, 28, 20, tzinfo=UTC),
    datetime(2028, 2, 29, 20, tzinfo=UTC),
    datetime(2026, 12, 31, 17, 30, tzinfo=UTC),
]


@dataclass(frozen=True)
class Offer:
    """A class, and what its programme asks."""

    class_id: object
    terms: ProgramTerms


def any_terms(chance: random.Random) -> ProgramTerms:
    least = chance.choice([0, 17, 18, 25])
    areas = chance.choice([(), (), ("33",), ("33.73", "12"), ("91.01",)])
    return ProgramTerms(
        entrant_kinds=tuple(chance.sample(KINDS, chance.randint(1, 4))),
        size_criterion=chance.choice(list(SizeCriterion)),
        min_age=least,
        max_age=least + chance.choice([0, 1, 20, 60]),
        area_codes=areas,
    )


def any_person(chance: random.Random, day: date) -> PersonFacts:
    province = chance.choice(PROVINCES)
    birthday = day + timedelta(days=chance.choice([-1, 0, 1, -40, 200]))
    year = day.year - chance.choice([0, 1, 16, 17, 18, 19, 25, 26, 38, 45, 55, 80])
    born = (
        date(year, 2, 29) if year % 4 == 0 and chance.random() < 0.3 else _in_year(birthday, year)
    )
    kind = EntrantKind(chance.choice(KINDS))
    sizes = [None] if kind is EntrantKind.PROSPECTIVE else [None, *KINDS[:3], "LARGE"]
    return PersonFacts(
        birth_date=born,
        entrant_kind=kind,
        kind_by_capital=chance.choice(sizes),
        kind_by_sales=chance.choice(sizes),
        home_province_code=province,
        home_regency_code=f"{province}.{chance.choice(['01', '73'])}",
    )


def _in_year(birthday: date, year: int) -> date:
    return birthday.replace(year=year, day=min(birthday.day, 28))


async def add_offers(seats: Seats, chance: random.Random, count: int) -> list[Offer]:
    offers = []
    for _ in range(count):
        terms, program_id = any_terms(chance), new_id()
        seats.wave_id = new_id()
        await seats.program(
            id=program_id,
            entrant_kinds=list(terms.entrant_kinds),
            size_criterion=terms.size_criterion,
            min_age=terms.min_age,
            max_age=terms.max_age,
            area_codes=list(terms.area_codes),
        )
        class_id = await seats.class_(
            capacity=900,
            program_id=program_id,
            wave_id=seats.wave_id,
            opens_at=min(MOMENTS) - timedelta(days=1),
            closes_at=max(MOMENTS) + timedelta(days=1),
        )
        offers.append(Offer(class_id, terms))
    return offers


async def judged(seats: Seats, offer: Offer, people: list, moment: datetime) -> list[str]:
    """Return what the desk's function says of each person, in order."""
    claims = [claim_of(offer.class_id, each, arrived_at=moment) for each in people]
    names = ("uuid[]", "uuid[]", "uuid[]", "text[]", "text[]", "bytea[]", "timestamptz[]", "text[]")
    places = ", ".join(f"CAST(:a{at} AS {name})" for at, name in enumerate(names))
    arguments = {f"a{at}": list(column) for at, column in enumerate(zip(*claims, strict=True))}
    async with seats.transaction() as session:
        rows = await session.execute(
            text(f"SELECT outcome FROM enrollment.claim_seats({places}) ORDER BY ord"), arguments
        )
        return list(rows.scalars())


@pytest.mark.parametrize("seed", range(len(MOMENTS)))
async def test_sql_and_python_judge_alike(seats, seed):
    chance, moment = random.Random(seed), MOMENTS[seed]
    day = ledger_day(moment)
    facts = [any_person(chance, day) for _ in range(150)]
    people = []
    for each in facts:
        changes = {name: getattr(each, name) for name in PersonFacts.__slots__}
        # For each who is a minor somebody has consented.
        people.append(await seats.person(**changes, guardian_consent_at=NOW))

    found: set[str] = set()
    for offer in await add_offers(seats, chance, 8):
        outcomes = await judged(seats, offer, people, moment)
        expected = [refusal(offer.terms, each, on=day) or "claimed" for each in facts]
        assert outcomes == expected
        found.update(outcomes)
        bands = {
            row.participant_id: row.age_band for row in await seats.enrollments(offer.class_id)
        }
        for person, each, outcome in zip(people, facts, outcomes, strict=True):
            if outcome == "claimed":
                assert bands[person] == age_band(age_on(each.birth_date, day))

    assert found == {"claimed", "not-eligible-kind", "not-eligible-age", "not-eligible-area"}
