"""Applications on paper from a file, and the scores that they are given by another."""

from uuid import UUID

import pytest

from services.enrollment.application_imports.rules import COLUMNS
from services.enrollment.score_imports.rules import COLUMNS as SCORE_COLUMNS
from shared.scope import Role
from tests.support.files import CSV, send, text, workbook
from tests.support.planning import Desk, person_body

pytestmark = pytest.mark.usefixtures("areas")

NAMES = tuple(COLUMNS)
SCORE_NAMES = tuple(SCORE_COLUMNS)
NIKS = [f"337301{day:02d}04850000" for day in range(41, 46)]
SHA = "9f" * 32


@pytest.fixture
async def told(draw, desk, rows):
    """Return what a row says of the first person, and open a wave that selects by score."""
    await draw.open((2, 1), (2, 1), selection="SCORE")
    for nik in NIKS[:3]:
        await desk.made("/v1/participants", person_body(nik=nik))
    (wave,) = await rows(
        "SELECT p.code AS program, w.code AS wave FROM enrollment.wave w"
        " JOIN enrollment.program p ON p.id = w.program_id"
    )
    codes = await rows("SELECT facility_code AS code FROM enrollment.class ORDER BY id")
    return {
        "nik": NIKS[0],
        "program_code": wave["program"],
        "wave_code": wave["wave"],
        "choices": codes[0]["code"],
        "paper_reference": "ARSIP-1",
        "paper_sha256": SHA,
    }


def row(told: dict, **changes) -> list:
    return [{**told, **changes}.get(name, "") for name in NAMES]


async def test_applies_for_people_who_signed_on_paper(desk, worker, rows, told):
    raw = text(
        NAMES,
        [
            row(told),
            row(told, nik=NIKS[1], submit="tidak"),
            row(told, nik=NIKS[1]),
            row(told, nik=NIKS[4]),
            row(told, nik="3373"),
            row(told, nik=NIKS[2], wave_code="TIADA"),
            row(told, nik=NIKS[2], choices="TIADA"),
            row(told, nik=NIKS[2], paper_sha256="9f"),
            row(told, nik=NIKS[2], paper_reference=NIKS[2]),
        ],
    )

    judged = await send(desk, worker, "applications", raw, query="?mode=validate")
    assert await rows("SELECT id FROM enrollment.application") == []
    sent = await send(desk, worker, "applications", raw)
    again = await send(desk, worker, "applications", raw)
    other = await send(
        desk, worker, "applications", text(NAMES, [row(told, paper_reference="ARSIP-2")])
    )

    assert sent.told == judged.told
    assert sent.told == [
        ("CREATED", None),
        ("CREATED", None),
        ("REFUSED", "row-repeated"),
        ("REFUSED", "participant-unknown"),
        ("REFUSED", "nik-malformed"),
        ("REFUSED", "wave-unknown"),
        ("REFUSED", "choice-unknown"),
        ("REFUSED", "row-invalid"),
        ("REFUSED", "row-invalid"),
    ]
    assert again.told[:2] == [("UNCHANGED", None)] * 2
    assert other.told == [("REFUSED", "application-exists")]
    kept = await rows("SELECT * FROM enrollment.application ORDER BY state")
    assert [each["state"] for each in kept] == ["DRAFT", "SUBMITTED"]
    assert {each["channel"] for each in kept} == {"ASSISTED"}
    (actor,) = {each["assisted_by"] for each in kept}
    events = await rows("SELECT actor FROM enrollment.event WHERE topic LIKE '%application%'")
    assert {each["actor"] for each in events} == {actor}
    assert NIKS[0] not in str(sent.verdicts)


async def test_refuses_who_runs_none_of_the_places(desk_of, worker, told):
    elsewhere = desk_of(Role.REGIONAL_OFFICER, areas=["91"])

    known, unknown = [
        await send(elsewhere, worker, "applications", text(NAMES, [row(told, nik=nik)]))
        for nik in (NIKS[0], NIKS[4])
    ]

    assert known.told == unknown.told == [("REFUSED", "out-of-scope")]


async def test_notes_whom_a_file_asked_about_though_it_was_only_judged(
    desk, desk_of, worker, rows, told
):
    office = desk_of(Role.REGIONAL_OFFICER, areas=["33", "51"])
    raw = text(NAMES, [row(told, wave_code="TIADA"), row(told), row(told, nik=NIKS[4])])

    judged = await send(office, worker, "applications", raw, query="?mode=validate")

    assert [code for _, code in judged.told] == ["wave-unknown", None, "participant-unknown"]
    noted = await rows(
        "SELECT subject_id, detail FROM enrollment.audit"
        " WHERE action = 'participant.import.named' ORDER BY subject_id NULLS LAST"
    )
    (person,) = await rows("SELECT id FROM enrollment.participant ORDER BY created_at, id LIMIT 1")
    assert [each["subject_id"] for each in noted] == [person["id"], None]
    assert {each["detail"]["job_id"] for each in noted} == {judged.id}


async def test_brings_nobody_into_a_list_that_was_frozen_meanwhile(desk, worker, rows, told, draw):
    await draw.commit()
    response = await desk.post("/v1/imports/applications", text(NAMES, [row(told)]), **CSV)
    assert (await draw.close()).status_code == 200

    await worker()

    verdicts = await desk.get(f"/v1/jobs/{response.json()['id']}/rows")
    assert [each["code"] for each in verdicts.json()["items"]] == ["window-closed"]
    assert await rows("SELECT id FROM enrollment.application") == []


async def test_scores_applications_by_their_codes(desk: Desk, desk_of, worker, rows, told, draw):
    await draw.state_criteria({"INTERVIEW": 60, "PLAN": 40})
    await send(desk, worker, "applications", workbook(NAMES, [row(told)]))
    (kept,) = await rows("SELECT code FROM enrollment.application")
    code = kept["code"]
    raw = text(
        SCORE_NAMES,
        [
            [code, "INTERVIEW", "80", "Lembar 17"],
            [code.lower(), "INTERVIEW", "70", ""],
            [code, "PLAN", "101", ""],
            [code, "PLAN", "40", ""],
            [code, "LAIN", "40", ""],
            ["0000000000", "PLAN", "40", ""],
        ],
    )

    sent = await send(desk, worker, "scores", raw)
    again = await send(desk, worker, "scores", raw)
    changed = await send(
        desk, worker, "scores", text(SCORE_NAMES, [[code, "PLAN", "50", "Lembar 18"]])
    )
    elsewhere = await send(desk_of(Role.REGIONAL_OFFICER, areas=["91"]), worker, "scores", raw)

    assert sent.told == [
        ("CREATED", None),
        ("REFUSED", "row-repeated"),
        ("REFUSED", "row-invalid"),
        ("CREATED", None),
        ("REFUSED", "criterion-unknown"),
        ("REFUSED", "application-unknown"),
    ]
    assert [verdict for verdict, _ in again.told].count("UNCHANGED") == 2
    assert changed.told == [("CHANGED", None)]
    assert {code for _, code in elsewhere.told} >= {"application-unknown"}
    scores = await rows("SELECT * FROM enrollment.score ORDER BY criterion")
    assert [(each["criterion"], each["points"]) for each in scores] == [
        ("INTERVIEW", 80),
        ("PLAN", 50),
    ]
    assert {UUID(each["id"]) for each in sent.verdicts if each["id"]} == {
        each["application_id"] for each in scores
    }
