"""Certificates follow their class to the facility that stays, and say what they said."""

from uuid import UUID

from shared.ids import new_id
from shared.schemas.enrollment import CertificateMoved
from shared.schemas.registry import FacilityMerged, FacilityStays, Topic
from shared.scope import Role

COMPETENCE = {
    "lsp_name": "LSP Contoh",
    "lsp_license": "BNSP-LSP-000-ID",
    "scheme_name": "Pembuat roti",
    "number": "1",
    "issued_on": "2026-02-20",
    "evidence": {"reference": "arsip/1.pdf", "sha256": "0" * 64},
}


def stays_of(facility_id: UUID) -> FacilityStays:
    return FacilityStays(
        facility_id=facility_id,
        code="F-STAYS",
        name="DATA SINTETIS Balai yang tetap",
        kind="PLUT",
        owner_ministry="MSME",
        province_code="31",
        regency_code="31.71",
        latitude=None,
        longitude=None,
    )


class TestMoveCertificates:
    async def test_lets_the_new_head_see_what_the_old_facility_issued(
        self, trained, admin, seats, fake_registry, applicant, rows
    ):
        items = await trained.issued(admin)
        class_id = trained.running.class_id
        path = f"/v1/classes/{class_id}/enrollments/{trained.running.ids[0]}"
        recorded = await admin.post(f"{path}/competence-certificates", json=COMPETENCE)
        assert recorded.status_code == 201, recorded.text
        stays = new_id()
        merged = FacilityMerged(
            merge_id=new_id(),
            from_id=(await seats.class_row(class_id)).facility_id,
            from_code="F-GONE",
            stays=stays_of(stays),
            spaces={},
            moved={},
        )
        told = fake_registry.event(Topic.FACILITY_MERGED, merged.model_dump(mode="json"))
        fake_registry.events.append(told)

        await trained.worker()

        head = applicant(Role.FACILITY_OPERATOR, facilities=[str(stays)])
        seen = (await head.get(trained.path)).json()["items"]
        assert [each["id"] for each in seen] == [each["id"] for each in items]
        assert {each["facility_name"] for each in seen} == {"BLKK Nama Baru"}
        assert (await head.get(f"/v1/certificates/{items[0]['id']}/pdf")).status_code == 200
        one = f"/v1/competence-certificates/{recorded.json()['id']}"
        assert (await head.get(one)).status_code == 200
        moved = [
            CertificateMoved.model_validate(each["payload"])
            for each in await rows(
                "SELECT payload FROM enrollment.event"
                " WHERE topic = 'enrollment.certificate.relocated' ORDER BY id"
            )
        ]
        assert sorted(each.after.kind.value for each in moved) == [
            "COMPETENCE",
            "TRAINING",
            "TRAINING",
        ]
        assert {each.before.facility_id for each in moved} == {merged.from_id}
        assert {(each.after.facility_id, each.after.province_code) for each in moved} == {
            (stays, "31")
        }
