from services.reporting.indicators.rules import Dimension
from services.reporting.labels.rules import WORDS
from shared.schemas.enrollment import AgeBand, EntrantKind, Sex
from shared.schemas.registry import FacilityKind, FacilityStatus, TimeZone
from shared.scope import Role
from tests.reporting.story import Story


class TestWords:
    def test_name_every_value_in_both_languages(self):
        for dimension, values in (
            (Dimension.ZONE, TimeZone),
            (Dimension.FACILITY_KIND, FacilityKind),
            (Dimension.STATUS, FacilityStatus),
            (Dimension.SEX, Sex),
            (Dimension.AGE_BAND, AgeBand),
            (Dimension.ENTRANT_KIND, EntrantKind),
        ):
            assert set(WORDS[dimension]) == {value.value for value in values}
            assert all(word.id and word.en for word in WORDS[dimension].values())


class TestLabelsOf:
    async def test_name_what_an_answer_shows(self, reporting, fold, rows, auth):
        story = Story().play(people=30)
        for facility in story.facilities:
            story.tell_facility(facility)
        await fold(story.events)
        await rows(
            "INSERT INTO reporting.area_name (code, level, name, in_force)"
            " VALUES ('32', 'PROVINCE', 'Jawa Barat', true)"
        )
        await reporting.state["watch"].refresh()

        response = await reporting.get(
            "/v1/reports/funnel?by=province,wave,program,sex&indicator=claims",
            headers=auth(Role.AUDITOR),
        )

        labels = response.json()["meta"]["labels"]
        assert labels["province"] == {"32": {"id": "Jawa Barat", "en": "Jawa Barat"}}
        assert labels["wave"] == {
            str(story.wave_id): {"id": "Gelombang 1", "en": "Gelombang 1"},
        }
        assert labels["program"][str(story.program_id)]["id"] == "Wirausaha"
        assert labels["sex"]["FEMALE"] == {"id": "Perempuan", "en": "Female"}
