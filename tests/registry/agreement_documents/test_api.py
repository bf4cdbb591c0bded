from sqlalchemy import select

from services.registry.base import Event
from shared.scope import Role

DOCUMENT = {
    "title": "Naskah",
    "reference": "arsip/1",
    "sha256": "ab" * 32,
    "mime": "application/pdf",
}


class TestAddAgreementDocument:
    async def test_keeps_each_once(self, world, in_transaction):
        agreement = await world.agreement(documents=[DOCUMENT])
        path = f"/agreements/{agreement['id']}/documents"
        further = {**DOCUMENT, "title": "Lampiran", "sha256": "cd" * 32}

        added = await world.post(path, further)
        taken = await world.post(path, further)
        page = (await world.get(path, limit=1)).json()
        rest = page["next"].removeprefix("http://balai.test/registry")
        second = (await world.registry.get(rest, headers=world.admin)).json()

        assert added.status_code == 201, added.text
        assert (taken.status_code, taken.json()["code"]) == (409, "agreement-document-kept")
        assert [each["title"] for each in page["items"] + second["items"]] == ["Naskah", "Lampiran"]
        async with in_transaction() as session:
            topic = "registry.agreement.document_added"
            payloads = await session.scalars(select(Event.payload).where(Event.topic == topic))
        assert [each["sha256"] for each in payloads] == ["cd" * 32]
        assert (await world.get(f"/agreements/{agreement['id']}")).json()["version"] == 2
        manager = world.auth(Role.PROGRAM_MANAGER, ministries=["HOME_AFFAIRS"])
        assert (await world.post(path, DOCUMENT, by=manager)).json()["code"] == "out-of-scope"
