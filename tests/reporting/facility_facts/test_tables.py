"""Where things of a facility count today: after renaming, moving and merging."""

from sqlalchemy import select

from services.reporting.facility_facts.tables import LivePlaces
from shared.db.session import transaction
from shared.scope import SYSTEM
from tests.reporting.conftest import READER
from tests.reporting.networks.test_reports import Country


class TestLivePlaces:
    async def test_follow_mergers_to_the_end_and_the_latest_place(self, fold, db):
        story = Country()
        first, second, last = [story.register_facility(place) for place in (0, 1, 2)]
        for facility in (first, second, last):
            story.tell_facility(facility)
        story.tell_facility({**last, "regency_code": "51.03"}, before=last)
        story.merge(first, second)
        story.merge(second, last)

        await fold(reversed(story.events))

        place = LivePlaces.__table__.c
        statement = select(place.told_id, place.facility_id, place.regency_code)
        async with transaction(db, scope=SYSTEM, actor=READER) as session:
            found = {str(row.told_id): row for row in await session.execute(statement)}
        assert {told: str(row.facility_id) for told, row in found.items()} == {
            each["facility_id"]: last["facility_id"] for each in (first, second, last)
        }
        assert {row.regency_code for row in found.values()} == {"51.03"}
