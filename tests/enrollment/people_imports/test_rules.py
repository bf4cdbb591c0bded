"""Rows of texts, and ids by the thousand."""

from uuid import UUID

import pytest

from services.enrollment.people_imports.operations import new_ids
from services.enrollment.people_imports.rules import Record, read_rows, survey_file
from shared.files.cells import Column
from shared.files.csv import EXTRA, VERDICT_COLUMNS, FileUnreadableError

COLUMNS = {"name": Column(required=True), "phone": Column(), "email": Column()}


def rows_of(raw: bytes, *, size: int = 7) -> tuple[int, list]:
    """Return how many rows are counted, and the rows, of a file that comes in small pieces."""

    def pieces():
        return (raw[begin : begin + size] for begin in range(0, len(raw), size))

    survey = survey_file(pieces, columns=COLUMNS)
    return survey.rows, list(read_rows(pieces, survey, columns=COLUMNS))


def test_reads_cells_trimmed_and_without_the_empty_ones():
    raw = b" name ,phone,email\r\n  Sari  , 0812 ,\r\n ,, \r\n\r\nBudi,,b@x.example\r\n"

    counted, rows = rows_of(raw)

    assert counted == len(rows) == 2
    assert [(number, dict(cells)) for number, cells in rows] == [
        (1, {"name": "Sari", "phone": "0812"}),
        (4, {"name": "Budi", "email": "b@x.example"}),
    ]
    assert rows[0][1].texts == ["Sari", "0812", "", ""]


def test_a_row_longer_or_shorter_than_the_header_is_told_by_name():
    _, rows = rows_of(b"name,phone,email\nSari\nBudi,0812,b@x.example, lebih \nTuti,,,,\n")

    assert rows[0][1].texts == ["Sari", "", "", ""]
    assert [dict(cells) for _, cells in rows] == [
        {"name": "Sari"},
        {"name": "Budi", "phone": "0812", "email": "b@x.example", EXTRA: "lebih"},
        {"name": "Tuti"},
    ]


def test_columns_without_a_name_behind_the_last_take_nothing():
    _, rows = rows_of(b"name,phone,,\nSari,0812,,\nBudi,0812,lebih,\n")

    assert [dict(cells) for _, cells in rows] == [
        {"name": "Sari", "phone": "0812"},
        {"name": "Budi", "phone": "0812", EXTRA: "lebih"},
    ]
    assert rows[0][1].texts == ["Sari", "0812", ""]
    assert not isinstance(rows[1][1], Record)


def test_leaves_the_columns_of_an_earlier_verdict_aside():
    first = VERDICT_COLUMNS[0]
    raw = f"name,{first},phone\nSari,REFUSED,0812\n,REFUSED,\n".encode()

    counted, rows = rows_of(raw)

    assert [dict(cells) for _, cells in rows] == [{"name": "Sari", "phone": "0812"}, {}]
    assert counted == 2


def test_reads_what_an_old_spreadsheet_wrote():
    _, rows = rows_of("name;phone\nZoë;0812\n".encode("cp1252"))

    assert [dict(cells) for _, cells in rows] == [{"name": "Zoë", "phone": "0812"}]


@pytest.mark.parametrize("raw", [b"name\nSa\x00ri\n", b'name\n"Sari\n', b"name\n\x81\n"])
def test_refuses_what_is_no_text(raw):
    with pytest.raises(FileUnreadableError):
        rows_of(raw)


def test_a_record_is_its_cells_by_name():
    record = Record(("name", "phone"), ["Sari", "", ""])

    assert (dict(record), len(record), "phone" in record) == ({"name": "Sari"}, 1, False)
    assert record.get("phone") is None


def test_ids_sort_in_their_order_and_are_of_version_7():
    ids = new_ids(10_000)

    assert ids == sorted(ids)
    assert len(set(ids)) == 10_000
    assert {(UUID(each).version, UUID(each).variant) for each in ids} == {
        (7, "specified in RFC 4122")
    }
    assert all(str(UUID(each)) == each for each in ids)
