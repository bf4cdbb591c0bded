"""Figures by network: of facilities that joined, left, and were merged."""

import pytest

from shared.schemas.registry import Topic
from shared.scope import Role
from tests.reporting.story import Story


class Country(Story):
    """Facilities of which some are in networks."""

    def found(self, name: str) -> str:
        network_id = self.new_id()
        stated = {"network_id": str(network_id), "code": name, "name": name}
        payload = {**stated, "steward_id": str(network_id)}
        self.tell(Topic.NETWORK_STATED, about=network_id, stream=network_id, payload=payload)
        return str(network_id)

    def join(self, network: str, facility: dict, *days: str | None) -> dict:
        """Let a facility join, from a day to the last or on."""
        first, last = (*days, None)[:2]
        membership = {
            "network_id": network,
            "facility_id": facility["facility_id"],
            "valid_from": first,
            "valid_to": last,
        }
        member_id = self.new_id()
        self.tell(Topic.NETWORK_JOINED, about=member_id, stream=member_id, payload=membership)
        return {"member_id": member_id, **membership}

    def leave(self, membership: dict, last: str) -> None:
        told = {**membership, "valid_to": last}
        member_id = told.pop("member_id")
        self.tell(Topic.NETWORK_LEFT, about=self.new_id(), stream=member_id, payload=told)

    def merge(self, gone: dict, stays: dict) -> None:
        names = ("facility_id", "owner_ministry", "province_code", "regency_code")
        payload = {
            "merge_id": str(self.new_id()),
            "from_id": gone["facility_id"],
            "from_code": "B-1",
            "stays": {
                **{name: stays[name] for name in names},
                "kind": stays["facility_kind"],
                "code": "B-2",
                "name": "Balai",
                "latitude": None,
                "longitude": None,
            },
            "spaces": {},
            "moved": {},
        }
        about = self.new_id()
        self.tell(Topic.FACILITY_MERGED, about=about, stream=about, payload=payload)


@pytest.fixture
async def country(fold) -> Country:
    """One in both networks, one in the first by merger, one that has left, one in none."""
    story = Country()
    both, stays, left, none, gone = [story.register_facility(0) for _ in range(5)]
    for facility in (both, stays, left, none, gone):
        story.tell_facility(facility)
    story.first, story.second = story.found("Eksyar"), story.found("Industri")
    story.join(story.first, both, "2020-01-01")
    story.join(story.second, both, "2020-01-01")
    story.join(story.second, none, "2999-01-01")
    story.join(story.first, gone, "2020-01-01", "2998-12-31")
    for_now = story.join(story.first, left, "2020-01-01")
    story.leave(for_now, "2021-12-31")
    story.leave(for_now, "2020-12-31")
    story.merge(gone, stays)
    story.tell_facility({**gone, "status": "CLOSED"}, before=gone)
    await fold(reversed(story.events))
    return story


class TestNetworks:
    @pytest.fixture
    def ask(self, reporting, country, auth):
        async def read(query: str) -> dict:
            answer = await reporting.get(
                f"/v1/reports/facilities?indicator=active&{query}",
                headers=auth(Role.NATIONAL_ADMIN),
            )
            assert answer.status_code == 200, answer.text
            return answer.json()

        return read

    async def test_cut_figures_that_add_up(self, ask, country):
        body = await ask("by=network")

        several = "+".join(sorted([country.first, country.second]))
        assert {row["dims"]["network"]: row["numerator"] for row in body["rows"]} == {
            several: 1,
            country.first: 1,
            "": 2,
        }
        labels = body["meta"]["labels"]["network"]
        assert labels[country.first] == {"id": "Eksyar", "en": "Eksyar"}
        assert sorted(labels[several]["en"].split(" + ")) == ["Eksyar", "Industri"]

    async def test_keep_what_is_in_a_network_today(self, ask, country):
        first, second = (
            await ask(f"network={country.first}"),
            await ask(f"network={country.second}"),
        )

        [in_first], [in_second] = first["rows"], second["rows"]
        assert (in_first["numerator"], in_second["numerator"]) == (2, 1)

    async def test_know_who_left_earlier_whatever_order_it_was_told_in(self, country, rows):
        found = await rows("SELECT valid_to FROM reporting.network_member ORDER BY valid_to")

        assert [row["valid_to"] for row in found] == ["", "", "", "2020-12-31", "2998-12-31"]
