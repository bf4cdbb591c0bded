"""What many rows say alike is judged in one of them: nobody could tell it from their verdicts."""

import json
from datetime import UTC, date, datetime
from itertools import combinations
from uuid import UUID

import pytest

from services.enrollment.class_imports.rules import ImportMode
from services.enrollment.identities.rules import NikKey, NikKeys, SealedNik
from services.enrollment.participants.operations import NikPolicy
from services.enrollment.participants.tables import Participant
from services.enrollment.people_imports.rules import Record
from services.enrollment.people_imports.schemas import ImportFile, Sender
from services.enrollment.person_lines.operations import PERSON, Lines
from services.enrollment.person_rows.operations import Reader, codes_of, once_each, read_people
from services.enrollment.person_rows.rules import COLUMNS, layout_of
from shared.schemas.imports import Outcome
from shared.scope import NATIONAL, Reach, Scope

TODAY = date(2026, 11, 22)
NOW = datetime(2026, 11, 22, 8, 0, tzinfo=UTC)
JOB = UUID("01a1f0c8-6c1e-7bd2-9f3a-5f0c6d2b7e11")
SELF = UUID("01a1f0c8-6c1e-7bd2-9f3a-5f0c6d2b7e12")
KEYS = NikKeys(current="k", keys={"k": NikKey(seal=b"s" * 32, index=b"i" * 32)})
IN_FORCE = {"33.73.01", "33.73", "33.73.01.1001", "32.01.01"}
NAMES = tuple(COLUMNS)

# Nobody's: the serial 0000 is never given out.
TEXTS = {
    "nik": ("3373015704850000", "3373011704850000", "3201015704850000", "9999995704850000",
            "3373015704100000", "3373015704950000", "3373015704850012", "337301570485000",
            "33730157048500OO", ""),
    "name": ("Sari Contoh", "H. Abd. Contoh, S.E.", "Sari\\Contoh", "'Aisyah", "=A1", "Ny\tX", ""),
    "birth_date": ("17/04/1985", "1985-04-17", "17/04/1995", "17/04/2010", "17/04/1885",
                   "31/02/1985", ""),
    "sex": ("P", "PEREMPUAN", "L", "?"),
    "home_area_code": ("33.73.01", "33.73", "33.73.01.1001", "99.99.99", "Salatiga", ""),
    "legal_basis": ("PUBLIC_TASK", "tugas publik", "CONSENT", ""),
    "phone": ("081200000000", "telepon", ""),
    "email": ("sari@contoh.example", "'+sari@contoh.example", "surel", ""),
    "language": ("en", "jw", ""),
    "disability": ("ya", "tidak", "x", ""),
    "entrant_kind": ("MICRO", "CALON", "KECIL", ""),
    "nib": ("0000123456789", "12", ""),
    "kbli": ("10710", ""),
    "kbli_scheme": ("2020", ""),
    "founded_on": ("01/03/2022", "01/03/2012", "01/01/2200", ""),
    "capital_rupiah": ("50.000.000", "50000000", "99000000000", ""),
    "annual_sales_rupiah": ("200.000.000", ""),
    "consents": ("FOLLOW_UP|SEAT_AND_SELECTION", "FOLLOW_UP", "APA SAJA", ""),
    "consent_version": ("2026-1", ""),
    "synthetic": ("ya", ""),
    "id": ("01a1f0c8-6c1e-7bd2-9f3a-5f0c6d2b7e13", "bukan", ""),
}  # fmt: skip
# One that passes, so that what is drawn beside it decides.
PASSES = {
    "nik": "3373015704850000",
    "name": "Sari Contoh",
    "birth_date": "17/04/1985",
    "sex": "P",
    "home_area_code": "33.73.01",
    "legal_basis": "PUBLIC_TASK",
}
BUSINESS = {
    "nib": "0000123456789",
    "kbli": "10710",
    "kbli_scheme": "2020",
    "founded_on": "01/03/2022",
    "capital_rupiah": "50.000.000",
}


def rows() -> list[dict[str, str]]:
    """Return rows that differ in any two cells from one that passes, with a business or without."""
    cells = [(name, text) for name, texts in TEXTS.items() for text in texts]
    pairs = [({}), *(dict(pair) for pair in combinations(cells, 2))]
    return [{**base, **pair} for base in (PASSES, {**PASSES, **BUSINESS}) for pair in pairs]


def reader_of(*, scope: Scope = NATIONAL, allow_synthetic: bool = True) -> Reader:
    sender = Sender(issuer="test", subject="office")
    payload = ImportFile(
        upload_id=JOB, mode=ImportMode.COMMIT, scope=scope, sender=sender, asked_at=NOW
    )
    lines = Lines(JOB, sender.actor, today=TODAY, now=NOW)
    return Reader(payload, NikPolicy(KEYS, allow_synthetic), TODAY, lines)


def record(row: dict[str, str], names: tuple[str, ...] = NAMES) -> Record:
    return Record(names, [*(row.get(name, "") for name in names), ""])


def read(reader: Reader, rows: list) -> dict[int, object]:
    """Return by row number what becomes of rows: a verdict, or what is written, but for the ids."""
    numbered = list(enumerate(rows))
    homes, districts = codes_of(numbered, reader)
    reader.learn_areas(homes | districts, (homes | districts) & IN_FORCE)
    ready, verdicts = read_people(numbered, reader)
    found: dict[int, object] = {each.row: each for each in verdicts}
    for each in ready:
        person = dict(zip(PERSON, each.person.rstrip("\n").split("\t"), strict=True))
        sealed = SealedNik(bytes.fromhex(person.pop("nik_cipher")[3:]), "k")
        told = each.event.rstrip("\n").split("\t")
        event = dict(zip(reader.lines.event_columns, told, strict=True))
        event["id"] = None
        event["payload"] = json.loads(event["payload"])
        mine = each.person_id
        assert each.verdict == f"{JOB}\t{each.number}\tCREATED\t\\N\t\\N\t{mine}\n"
        found[each.number] = (
            each.chosen and mine,
            each.nik_index,
            each.birth_date,
            each.name_key,
            KEYS.unseal(sealed, participant_id=UUID(mine)),
            {name: "mine" if cell == mine else cell for name, cell in person.items()},
            json.loads(json.dumps(event).replace(mine, "mine")),
        )
    return found


def alike(reader: Reader) -> int:
    """Return how many parts of rows are known."""
    return len(reader.said) + len(reader.businesses)


@pytest.mark.parametrize("allow_synthetic", [True, False])
def test_a_row_is_read_the_same_alone_and_among_others_like_it(allow_synthetic):
    alone = reader_of(allow_synthetic=allow_synthetic)
    among = reader_of(allow_synthetic=allow_synthetic)
    every = rows()
    texts = [{name: text for name, text in row.items() if text} for row in every]
    records = [record(row) for row in every]

    # Nothing is remembered of a row that is no record; of records what comes first is.
    expected = read(alone, texts)
    first, again = read(among, records), read(among, records)

    assert len(every) > 5_000
    assert alike(alone) == 0
    assert 10 < alike(among) < 200
    assert [row for row, told in expected.items() if first[row] != told] == []
    assert [row for row, told in expected.items() if again[row] != told] == []


def test_reads_most_rows_from_what_others_have_said():
    reader = reader_of()
    read(reader, [record(PASSES), record({**PASSES, **BUSINESS})])
    known = alike(reader)

    others = [{**PASSES, **BUSINESS, "name": f"Sari {each}"} for each in "ABC"]
    found = read(reader, [record(row) for row in others])

    assert known == 3
    assert alike(reader) == known
    assert [each[3] for each in found.values()] == ["sari a", "sari b", "sari c"]


@pytest.mark.parametrize(
    "changed",
    [
        {"nik": "3373015704100000", "birth_date": "17/04/2010"},
        {"nik": "3373011704850000"},
        {"nik": "3373015804850000"},
        {"nik": "9999995704850000"},
        {"id": "01a1f0c8-6c1e-7bd2-9f3a-5f0c6d2b7e13"},
    ],
)
def test_remembers_nothing_of_a_row_that_is_not_plain(changed):
    reader = reader_of()

    found = read(reader, [record({**PASSES, **changed})])

    assert isinstance(found[0], tuple)
    assert alike(reader) == 0


def test_a_participant_registers_nobody_but_himself():
    scope = Scope(reaches=(Reach(participant_id=SELF),))
    reader = reader_of(scope=scope)

    found = read(reader, [record(PASSES), record(PASSES), record({**PASSES, "name": "Lain"})])

    assert {each[0] for each in found.values()} == {str(SELF)}
    assert alike(reader) == 0


def test_writes_every_column_of_a_person():
    never = {
        "restricted_at",
        "phone_verified_at",
        "email_verified_at",
        "guardian_consent_at",
    }

    assert sorted({*PERSON, *never}) == sorted(Participant.__table__.columns.keys())


def test_tells_coarsely_who_each_is():
    younger = {"nik": "3373015704950000", "birth_date": "17/04/1995"}
    man = {"nik": "3201011704850000", "sex": "L", "home_area_code": "32.01.01"}
    rows = [record({**PASSES, **each}) for each in ({}, younger, man, BUSINESS)]

    told = [each[-1]["payload"] for each in read(reader_of(), rows).values()]

    assert [
        (each["age_band"], each["sex"], each["entrant_kind"], each["home_regency_code"])
        for each in told
    ] == [
        ("35_44", "FEMALE", "PROSPECTIVE", "33.73"),
        ("25_34", "FEMALE", "PROSPECTIVE", "33.73"),
        ("35_44", "MALE", "PROSPECTIVE", "32.01"),
        ("35_44", "FEMALE", "MICRO", "33.73"),
    ]


def test_two_rows_about_one_nik_are_one_person():
    reader = reader_of()
    numbered = [(7, record(PASSES)), (8, record({**PASSES, "name": "Lain"}))]
    reader.learn_areas(*codes_of(numbered, reader))
    reader.learn_areas((), IN_FORCE)

    first, verdicts = once_each(read_people(numbered, reader)[0], reader)

    assert [each.number for each in first] == [7]
    assert [(each.row, each.outcome, each.code) for each in verdicts] == [
        (8, Outcome.REFUSED, "row-repeated")
    ]


def test_asks_for_a_code_once():
    reader = reader_of()
    rows = [(1, record(PASSES)), (2, {"nik": "9999995704850000", "home_area_code": "99.99.99"})]

    asked = codes_of(rows, reader)
    reader.learn_areas(asked[0] | asked[1], IN_FORCE)

    assert asked == ({"33.73.01", "99.99.99"}, {"33.73.01", "99.99.99"})
    assert codes_of(rows, reader) == (set(), set())


def test_finds_its_columns_in_any_order_and_takes_missing_ones_for_empty():
    names = ("name", "nik", "kbli")
    layout = layout_of(names)
    texts = ["Sari", "3373015704850000", "10710", ""]

    assert (texts[layout.nik], texts[layout.id]) == ("3373015704850000", "")
    assert layout.given(texts) == ("Sari", "", "", "")
    assert layout.sized(texts) == ("10710", "", "", "", "", "")
