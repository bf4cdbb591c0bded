"""People from a file: every row has its verdict, by the rules of a request."""

import asyncio
from uuid import UUID

import pytest

from services.enrollment.person_rows.rules import COLUMNS
from shared.ids import new_id
from shared.scope import Role
from tests.support.files import CSV, send, text, workbook
from tests.support.planning import BORN, EMAIL, NAME, NIK, PHONE

pytestmark = pytest.mark.usefixtures("areas")

NAMES = tuple(COLUMNS)
# Nobody's: the serial 0000 is never given out.
NIKS = [f"337301{day:02d}04850000" for day in range(41, 69)]
PERSON = {
    "nik": NIK,
    "name": NAME,
    "birth_date": BORN,
    "sex": "FEMALE",
    "home_area_code": "33.73.01",
    "legal_basis": "PUBLIC_TASK",
    "synthetic": "ya",
}
BUSINESS = {
    "nib": "0000123456789",
    "kbli": "10710",
    "kbli_scheme": "2020",
    "founded_on": "01/03/2022",
    "capital_rupiah": "50.000.000",
}
SOUGHT = {"consents": "SEAT_AND_SELECTION", "consent_version": "2026-1"}


def row(**changes) -> list:
    return [{**PERSON, **changes}.get(name, "") for name in NAMES]


def body_of(cells: list) -> dict:
    """Return the request that says what a row says."""
    said = {name: cell for name, cell in zip(NAMES, cells, strict=True) if cell != ""}
    consents = [
        {"purpose": each, "given": True, "version": said.get("consent_version", "")}
        for each in said.pop("consents", "").split("|")
        if each
    ]
    said.pop("consent_version", None)
    business = {
        name: said.pop(name) for name in tuple(said) if name in (*BUSINESS, "annual_sales_rupiah")
    }
    for day, of in (("birth_date", said), ("founded_on", business)):
        if "/" in of.get(day, ""):
            of[day] = "-".join(reversed(of[day].split("/")))
    for figure in ("capital_rupiah", "annual_sales_rupiah"):
        if figure in business:
            business[figure] = business[figure].replace(".", "")
    for truth in ("synthetic", "disability"):
        if truth in said:
            said[truth] = {"ya": True, "tidak": False}.get(said[truth], said[truth])
    return {**said, "consents": consents, **({"business": business} if business else {})}


def mixed(niks: list[str]) -> list[list]:
    """Return rows of every kind, good and bad, whose NIKs are `niks`."""
    chosen = str(new_id())
    return [
        row(nik=niks[0]),
        row(nik=niks[1], **BUSINESS),
        row(nik=niks[1]),
        row(nik=niks[2], **{**BUSINESS, "capital_rupiah": "99.000.000.000"}),
        row(nik=niks[3], **{**BUSINESS, "capital_rupiah": ""}),
        row(nik=niks[3], entrant_kind="MICRO", **{**BUSINESS, "capital_rupiah": ""}),
        row(nik=niks[4], **{**BUSINESS, "founded_on": "01/01/2200"}),
        row(nik=niks[4], **{**BUSINESS, "founded_on": ""}),
        row(nik=niks[4], **{**BUSINESS, "kbli_scheme": ""}),
        row(nik=niks[4], entrant_kind="PROSPECTIVE", **BUSINESS),
        row(nik=niks[4], entrant_kind="SMALL"),
        row(nik="337301"),
        row(nik="3373019904850000"),
        row(nik=niks[5], birth_date="2200-01-01"),
        row(nik=niks[5], birth_date="1800-01-01"),
        row(nik=niks[5], birth_date="31/02/1990"),
        row(nik=niks[5], home_area_code="33.73.99"),
        row(nik=niks[5], home_area_code="Salatiga"),
        row(nik=niks[5], legal_basis=""),
        row(nik=niks[5], legal_basis="CONSENT"),
        row(
            nik=niks[5],
            legal_basis="CONSENT",
            consents="SEAT_AND_SELECTION",
            consent_version="2026-1",
        ),
        row(nik=niks[6], name=""),
        row(nik=niks[6], phone="telepon"),
        row(nik=niks[6], email="surel"),
        row(nik=niks[6], language="jw"),
        row(nik=niks[6], sex="?"),
        row(nik=niks[6], id="bukan"),
        row(nik=niks[6], id=chosen),
        row(nik=niks[7], id=chosen),
        row(nik=niks[8], phone=PHONE, email=EMAIL, language="en", disability="ya", sex="MALE"),
    ]


# What a request is told under another name than a row.
_SAME = {"row-invalid": "validation-failed", "row-repeated": "identity-known"}


# The same but for the day of birth in it, so that both can be registered.
OTHERS = [f"337302{nik[6:]}" for nik in NIKS]
_OWN = ("id", "nik_cipher", "nik_index", "created_at", "consents", "warnings")
_OWN_EVENT = (
    "stream_id",
    "id",
    "xid",
    "participant_id",
    "occurred_at",
    "recorded_at",
    "request_id",
    "payload",
)


async def test_judges_a_row_as_a_request(desk, worker, rows):
    answers = [await desk.post("/v1/participants", body_of(cells)) for cells in mixed(NIKS)]
    codes = [None if each.status_code == 201 else each.json()["code"] for each in answers]
    made = [UUID(each.json()["id"]) for each in answers if each.status_code == 201]

    sent = await send(desk, worker, "participants", text(NAMES, mixed(OTHERS)))

    assert [_SAME.get(code, code) for _, code in sent.told] == codes
    assert {verdict for verdict, _ in sent.told} == {"CREATED", "REFUSED"}
    assert len(set(codes)) > 10
    assert sent.counts == {
        "rows": len(codes), "created": codes.count(None), "refused": len(codes) - codes.count(None)
    }  # fmt: skip
    people = {each["id"]: each for each in await rows("SELECT * FROM enrollment.participant")}
    filed = [UUID(each["id"]) for each in sent.verdicts if each["id"]]
    assert len(people) == 2 * codes.count(None)
    for one, other in ((people[a], people[b]) for a, b in zip(made, filed, strict=True)):
        assert [name for name in one if one[name] != other[name] and name not in _OWN] == []
        assert one["warnings"] == other["warnings"]
        assert [each["purpose"] for each in one["consents"]] == [
            each["purpose"] for each in other["consents"]
        ]
    told = {each["stream_id"]: each for each in await rows("SELECT * FROM enrollment.event")}
    for one, other in ((told[a], told[b]) for a, b in zip(made, filed, strict=True)):
        assert [name for name in one if one[name] != other[name] and name not in _OWN_EVENT] == []
        assert other["payload"] == one["payload"] | {"participant_id": str(other["stream_id"])}
        assert other["participant_id"] == other["stream_id"]


@pytest.mark.parametrize("make", [text, workbook])
async def test_reads_what_offices_write(desk, worker, rows, make):
    made = [
        row(nik=NIKS[0], birth_date="17/04/1985", sex="perempuan", **BUSINESS),
        row(nik=NIKS[1], sex="L", disability="ya", consents="follow-up|REFERRAL",
            consent_version="2026-1"),
    ]  # fmt: skip

    sent = await send(desk, worker, "participants", make(NAMES, made))

    assert sent.told == [("CREATED", None)] * 2
    first, second = await rows("SELECT * FROM enrollment.participant ORDER BY sex")
    assert (first["capital_rupiah"], str(first["founded_on"])) == (50_000_000, "2022-03-01")
    assert [each["purpose"] for each in second["consents"]] == ["FOLLOW_UP", "REFERRAL"]
    assert second["disability"]


async def test_refuses_a_nik_that_is_kept_as_a_number(desk, worker, rows):
    made = [row(nik=int(NIKS[0])), row(nik=NIKS[1]), row(nik="=A1"), row(nik=NIKS[1])]

    sent = await send(desk, worker, "participants", workbook(NAMES, made))

    assert sent.told == [
        ("REFUSED", "cell-numeric"),
        ("CREATED", None),
        ("REFUSED", "cell-formula"),
        ("REFUSED", "row-repeated"),
    ]
    assert "nik" in sent.verdicts[0]["detail"]
    assert NIKS[0] not in str(sent.verdicts)


async def test_changes_nothing_when_it_is_sent_again_or_only_judged(desk, worker, rows):
    raw = text(NAMES, [row(nik=nik) for nik in NIKS[:5]] + [row(nik=NIKS[0])])

    judged = await send(desk, worker, "participants", raw, query="?mode=validate")
    assert await rows("SELECT id FROM enrollment.participant") == []
    first = await send(desk, worker, "participants", raw)
    again = await send(desk, worker, "participants", raw)

    assert judged.counts == first.counts == {"rows": 6, "created": 5, "refused": 1}
    assert judged.told == first.told
    assert all(each["id"] is None for each in judged.verdicts)
    assert again.told[:5] == [("UNCHANGED", "identity-known")] * 5
    assert again.counts == {"rows": 6, "unchanged": 5, "refused": 1}
    known = await rows(
        "SELECT subject_id FROM enrollment.audit WHERE action = 'participant.import.known'"
    )
    assert {str(each["subject_id"]) for each in known} == {
        each["id"] for each in first.verdicts if each["id"]
    }


async def test_tells_a_stranger_no_more_than_a_request(desk, desk_of, worker):
    elsewhere = desk_of(Role.REGIONAL_OFFICER, areas=["91"])
    await send(desk, worker, "participants", text(NAMES, [row(nik=NIKS[0])]))

    sent = await send(elsewhere, worker, "participants", text(NAMES, [row(nik=NIKS[0])]))
    other = await send(desk, worker, "participants", text(NAMES, [row(nik=NIKS[0], name="Lain")]))

    assert sent.told == other.told == [("REFUSED", "identity-known")]
    assert sent.verdicts[0]["id"] is None


async def test_keeps_what_names_people_out_of_everything_else(desk, worker, rows):
    sent = await send(desk, worker, "participants", text(NAMES, [row(phone=PHONE, email=EMAIL)]))

    kept = {
        table: await rows(f"SELECT * FROM enrollment.{table}")
        for table in ("job", "row_verdict", "upload", "upload_key", "upload_part", "event")
    }
    assert all(kept.values())
    for secret in (NIK, NAME, PHONE, EMAIL, BORN):
        assert secret not in str(sent.job) + str(sent.verdicts)
        assert secret not in str(kept)
        assert secret.encode() not in bytes(kept["upload_part"][0]["content"])


async def test_gives_the_file_back_with_its_verdicts(desk, desk_of, worker):
    sent = await send(desk, worker, "participants", text(NAMES, [row(), row(sex="?")]))
    path = f"/v1/jobs/{sent.id}/workbook"

    answer = await desk.get(path)
    stranger = await desk_of(Role.REGIONAL_OFFICER, areas=["33"]).get(path)

    lines = answer.content.decode("cp1252").splitlines()
    assert lines[0].endswith(";hasil;kode;keterangan")
    assert lines[1].endswith("CREATED;;")
    assert "REFUSED;row-invalid;Check the columns: sex." in lines[2]
    assert answer.headers["Cache-Control"] == "no-store"
    assert (stranger.status_code, stranger.json()["code"]) == (404, "job-unknown")


async def test_gives_a_template(desk, desk_of):
    answer = await desk.get("/v1/imports/participants/template")
    plain = await desk.get("/v1/imports/participants/template", format="csv")
    refused = await desk_of(Role.ANALYST).get("/v1/imports/participants/template")

    assert answer.content.startswith(b"PK")
    assert plain.text.strip("\ufeff\r\n").split(";") == list(NAMES)
    assert refused.status_code == 403


async def test_refuses_what_is_no_such_file(desk, desk_of, worker):
    empty = await desk.post("/v1/imports/participants", b"", **CSV)
    barred = await desk_of(Role.ANALYST).post("/v1/imports/participants", b"nik", **CSV)
    broken = [
        await send(desk, worker, "participants", raw)
        for raw in (b"nik;warna\n1;2\n", b'nik;name\n"1;2\n', b"PK\x03\x04rusak", b"\x81\x00")
    ]

    assert (empty.status_code, empty.json()["code"]) == (422, "upload-empty")
    assert barred.status_code == 403
    assert [each.job["status"] for each in broken] == ["FAILED"] * 4
    assert [each.job["error"] for each in broken] == [
        "file-columns",
        "file-columns",
        "file-unreadable",
        "file-unreadable",
    ]
    assert all(each.verdicts == [] for each in broken)


async def test_two_files_with_the_same_people_register_each_once(desk, worker, rows):
    raw = text(NAMES, [row(nik=nik) for nik in NIKS])
    back = text(NAMES, [row(nik=nik) for nik in reversed(NIKS)])
    jobs = [
        (await desk.post("/v1/imports/participants", each, **CSV)).json() for each in (raw, back)
    ]

    await asyncio.gather(worker(), worker())

    done = [(await desk.get(f"/v1/jobs/{each['id']}")).json() for each in jobs]
    assert [each["status"] for each in done] == ["SUCCEEDED"] * 2
    assert sum(each["result"]["created"] for each in done) == len(NIKS)
    assert sum(each["result"]["unchanged"] for each in done) == len(NIKS)
    for table in ("participant", "identity_claim", "event"):
        told = " WHERE topic = 'enrollment.participant.registered'" if table == "event" else ""
        (count,) = await rows(f"SELECT count(*) AS n FROM enrollment.{table}{told}")
        assert count["n"] == len(NIKS)
