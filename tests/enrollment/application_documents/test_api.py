"""Documents of an application over HTTP."""

from datetime import timedelta

from shared.ids import new_id
from shared.scope import Role
from tests.enrollment.applications.conftest import code_of, events_of
from tests.support.seats import NOW


def document(number: int = 1, **changes) -> dict:
    return {
        "kind": "BUSINESS_PLAN",
        "reference": f"arsip/rencana/{number:04d}.pdf",
        "sha256": f"{number:064x}",
        "media_type": "application/pdf",
        "size": 184_320,
        **changes,
    }


async def applied(wave, someone) -> str:
    """Return the path of the documents of a draft."""
    person, caller = someone
    made = (await caller.post(wave.path, json=wave.body(person, submit=False))).json()
    return f"/v1/participants/{person}/applications/{made['id']}/documents"


async def test_a_document_is_added_once_shown_and_taken_away(wave, someone, as_staff):
    person, caller = someone
    path = await applied(wave, someone)

    added = await caller.post(path, json=document(), key="d")
    again = await caller.post(path, json=document(), key="d")
    same = await caller.post(path, json=document(reference="elsewhere"))
    id_taken = await caller.post(path, json=document(2, id=added.json()["id"]))
    centre = as_staff(Role.FACILITY_OPERATOR, facilities=[str(wave.facilities[1])])
    shown = (await centre.get(path)).json()["items"]

    assert added.status_code == 201, added.text
    assert (added.headers["ETag"], added.json()["version"]) == ('"2"', 2)
    assert again.content == added.content
    assert code_of(same) == (409, "document-exists")
    assert same.json()["document_id"] == added.json()["id"]
    assert code_of(id_taken) == (409, "id-taken")
    assert [(each["reference"], each["size"]) for each in shown] == [
        (document()["reference"], 184_320)
    ]

    def remove(version: int):
        headers = {**caller.headers, "If-Match": f'"{version}"'}
        return caller.client.delete(f"{path}/{added.json()['id']}", headers=headers)

    stale = await remove(1)
    gone = await remove(2)
    twice = await remove(3)

    assert code_of(stale) == (412, "stale")
    assert (gone.status_code, gone.headers["ETag"]) == (204, '"3"')
    assert code_of(twice) == (404, "document-unknown")
    assert [each.topic for each in await events_of(wave, person)] == [
        "enrollment.application.drafted",
        "enrollment.application.document_added",
        "enrollment.application.document_removed",
    ]


async def test_there_is_room_for_twenty(wave, someone):
    caller = someone[1]
    path = await applied(wave, someone)
    for number in range(20):
        assert (await caller.post(path, json=document(number))).status_code == 201

    assert code_of(await caller.post(path, json=document(20))) == (409, "documents-full")


async def test_strangers_bad_files_and_late_ones_are_refused(wave, someone, as_staff, as_person):
    caller = someone[1]
    path = await applied(wave, someone)
    elsewhere = as_staff(Role.FACILITY_OPERATOR, facilities=[str(new_id())])

    assert code_of(await elsewhere.post(path, json=document())) == (404, "application-unknown")
    assert code_of(await as_person(new_id()).get(path)) == (404, "application-unknown")
    for bad in ({"sha256": "9F"}, {"size": 0}, {"kind": "PHOTO"}, {"media_type": "pdf"}):
        assert code_of(await caller.post(path, json=document(**bad))) == (422, "validation-failed")
    named = await caller.post(path, json=document(reference="ktp-3373015704850000.pdf"))
    assert code_of(named) == (422, "validation-failed")
    assert "3373015704850000" not in named.text
    await wave.set(closes_at=NOW - timedelta(hours=1))
    assert code_of(await caller.post(path, json=document())) == (409, "window-closed")
