from random import Random

from services.reporting.program_names.queries import names_of
from shared.db.session import transaction
from shared.schemas.enrollment import Topic
from shared.scope import SYSTEM
from tests.reporting.conftest import READER
from tests.reporting.story import Story


class TestNamesOf:
    async def test_follows_changes_whatever_order_they_come_in(self, db, fold):
        story = Story()
        story.publish()
        for name in ("Wirausaha Muda", "Wirausaha Mandiri"):
            changed = {"program_id": str(story.program_id), "name": name, "members": ["name"]}
            about = story.program_id
            story.tell(Topic.PROGRAM_CHANGED, about=about, stream=about, payload=changed)
        Random(2).shuffle(story.events)

        await fold(story.events, page=1)

        async with transaction(db, scope=SYSTEM, actor=READER) as session:
            names = await names_of(session, [story.program_id, story.wave_id, story.new_id()])
        assert names == {
            story.program_id: "Wirausaha Mandiri",
            story.wave_id: "Gelombang 1",
        }

    async def test_reports_call_them_by_the_last_name(self, reporting, fold):
        story = Story().play(classes=1, people=2)
        changed = {
            "wave_id": str(story.wave_id),
            "name": "Gelombang Perdana",
            "opens_at": "2026-11-01T00:00:00Z",
            "closes_at": "2026-11-20T00:00:00Z",
            "promote_until": None,
            "classes": 1,
        }
        about = story.wave_id
        story.tell(Topic.WAVE_CHANGED, about=about, stream=about, payload=changed)
        await fold(story.events)

        answer = await reporting.get("/v1/reports/opening?by=wave")

        labels = answer.json()["meta"]["labels"]["wave"]
        assert labels[str(story.wave_id)]["en"] == "Gelombang Perdana"
