"""Referrals follow their facilities, the one that refers and the one that receives."""

from uuid import UUID

import pytest

from shared.ids import new_id
from shared.schemas.enrollment import ReferralMoved
from shared.schemas.registry import FacilityMerged, FacilityStays, Topic
from shared.scope import Role


def tell_merge(registry, gone: UUID, stays: UUID, *, spaces: dict[str, str] | None = None) -> None:
    """Let the registry tell that it has merged two facilities."""
    merged = FacilityMerged(
        merge_id=new_id(),
        from_id=gone,
        from_code="F-GONE",
        stays=FacilityStays(
            facility_id=stays,
            code="F-STAYS",
            name="DATA SINTETIS Balai yang tetap",
            kind="PLUT",
            owner_ministry="MSME",
            province_code="31",
            regency_code="31.71",
            latitude=None,
            longitude=None,
        ),
        spaces=spaces or {},
        moved={},
    )
    registry.events.append(registry.event(Topic.FACILITY_MERGED, merged.model_dump(mode="json")))


@pytest.fixture
def moves(rows):
    """Return the function that reads what was told of referrals that moved."""

    async def read() -> list[ReferralMoved]:
        told = await rows(
            "SELECT payload FROM enrollment.event"
            " WHERE topic = 'enrollment.referral.relocated' ORDER BY id"
        )
        return [ReferralMoved.model_validate(each["payload"]) for each in told]

    return read


class TestMoveReferrals:
    async def test_follow_the_class_that_refers(self, referring, trained, moves):
        target = referring.registry.add_target("PLUT_SERVICE")
        sent = await referring.sent(target)
        stays, gone = new_id(), UUID(sent["facility_id"])

        tell_merge(referring.registry, gone, stays)
        await trained.worker()
        await trained.worker()

        head = referring.applicant(Role.FACILITY_OPERATOR, facilities=[str(stays)])
        seen = (await head.get(f"/v1/referrals/{sent['id']}")).json()
        assert (seen["facility_id"], seen["version"]) == (str(stays), sent["version"] + 1)
        assert seen["to_facility_id"] == sent["to_facility_id"]
        assert (await referring.head.get(f"/v1/referrals/{sent['id']}")).status_code == 404
        (told,) = await moves()
        assert (told.before.facility_id, told.after.facility_id) == (gone, stays)
        assert (told.after.facility_kind, told.after.host_ministry) == ("PLUT", "MSME")

    async def test_let_the_facility_that_stays_decide(self, referring, trained, moves):
        line = referring.registry.add_target("PLUT_SERVICE")
        sent = await referring.sent(line)
        stays, gone = new_id(), UUID(sent["to_facility_id"])

        tell_merge(referring.registry, gone, stays, spaces={str(line): "Ruang 1 (F-GONE)"})
        await trained.worker()

        head = referring.applicant(Role.FACILITY_OPERATOR, facilities=[str(stays)])
        accepted = await head.post(f"/v1/referrals/{sent['id']}/accept")
        assert accepted.status_code == 200, accepted.text
        told = accepted.json()
        assert (told["state"], told["to_facility_id"]) == ("ACCEPTED", str(stays))
        assert told["to_facility_name"] == "DATA SINTETIS Balai yang tetap"
        assert told["target"] == "Ruang 1 (F-GONE)"
        assert told["facility_id"] == sent["facility_id"]
        old = referring.applicant(Role.FACILITY_OPERATOR, facilities=[str(gone)])
        assert (await old.get(f"/v1/referrals/{sent['id']}")).status_code == 404
        (moved,) = await moves()
        assert (moved.before.to_regency_code != moved.after.to_regency_code) is True
        assert moved.after.to_regency_code == "31.71"
