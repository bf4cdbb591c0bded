"""Files of made-up people, as large as they are wanted, good rows and bad ones."""

import random
from collections.abc import Iterator, Sequence
from typing import Final

from deploy.pilot.names import person_name
from shared.schemas.enrollment import Sex

# One row in a hundred: a NIK of 15 digits, a day that there is not, a home that nobody knows.
_BAD_EVERY: Final = 100
_HEAD: Final = (
    "nik,name,birth_date,sex,home_area_code,legal_basis,phone,nib,kbli,kbli_scheme,founded_on,"
    "capital_rupiah,synthetic\r\n"
)
_FEMALE_DAY: Final = 40
_DAYS: Final = 28
_MONTHS: Final = 12
_YEARS: Final = (65, 99)
_APART: Final = 7_919


def bad_rows(rows: int) -> int:
    """Return how many of the first `rows` rows are bad."""
    return rows // _BAD_EVERY


def people_file(districts: Sequence[str], *, first: int, rows: int) -> Iterator[bytes]:
    """Yield a CSV of people number `first` and on, some thousand rows at a time.

    No two numbers make the same NIK, as long as there are fewer than 11,000 for each district.
    """
    choices = random.Random(first)  # noqa: S311 - nobody's secrets
    yield _HEAD.encode()
    for begin in range(0, rows, 5_000):
        numbers = range(begin, min(begin + 5_000, rows))
        yield "".join(_row(choices, districts, first + each, bad=each) for each in numbers).encode()


def _row(choices: random.Random, districts: Sequence[str], number: int, *, bad: int) -> str:
    place, rest = number % len(districts), number // len(districts)
    # Each district begins on another day: birth dates are spread as people's are.
    rest = (rest + place * _APART) % (_DAYS * _MONTHS * (_YEARS[1] - _YEARS[0] + 1))
    day, rest = rest % _DAYS + 1, rest // _DAYS
    month, rest = rest % _MONTHS + 1, rest // _MONTHS
    year = _YEARS[0] + rest % (_YEARS[1] - _YEARS[0] + 1)
    woman = choices.random() < 0.5  # noqa: PLR2004 - a half
    district = districts[place]
    nik_day = day + _FEMALE_DAY * woman
    nik = f"{district.replace('.', '')}{nik_day:02d}{month:02d}{year:02d}0000"
    born = f"{day:02d}/{month:02d}/19{year:02d}"
    kind = bad // _BAD_EVERY % 3 if bad % _BAD_EVERY == _BAD_EVERY - 1 else None
    nik = nik[:15] if kind == 0 else nik
    born = "31/02/1985" if kind == 1 else born
    home = "99.99.99" if kind == 2 else district  # noqa: PLR2004 - the third kind
    name = person_name(choices, sex=Sex.FEMALE if woman else Sex.MALE)
    business = ",,,,"
    if choices.random() < 0.6:  # noqa: PLR2004 - as many have a business
        capital = choices.randrange(5, 900) * 1_000_000
        business = f"{number:013d},10710,2020,01/03/2022,{capital}"
    sex = "P" if woman else "L"
    return f"{nik},{name},{born},{sex},{home},PUBLIC_TASK,0812{number:08d},{business},ya\r\n"
