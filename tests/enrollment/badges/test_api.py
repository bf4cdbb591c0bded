"""Badges over HTTP, verified with nothing but what the issuer publishes."""

import base64
import json
from uuid import UUID

import httpx
import pytest
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from services.enrollment.person_keys.operations import destroy_key
from shared.scope import Role
from tests.support.seats import NOW

ENTRANCE = "http://balai.test/enrollment"


def unpacked(part: str) -> bytes:
    return base64.urlsafe_b64decode(part + "=" * (-len(part) % 4))


def packed(content: object) -> str:
    return base64.urlsafe_b64encode(json.dumps(content).encode()).decode().rstrip("=")


async def fetch(client: httpx.AsyncClient, address: str) -> dict:
    """Read what lies at a public address, as anybody does."""
    assert address.startswith(ENTRANCE), address
    answer = await client.get(address.removeprefix(ENTRANCE))
    assert answer.status_code == 200, answer.text
    return answer.json()


async def verified(client: httpx.AsyncClient, badge: str) -> dict:
    """Return what a badge says, by RFC 7515 and RFC 8037 alone."""
    head, body, signature = badge.split(".")
    header = json.loads(unpacked(head))
    assert header["alg"] == "EdDSA"
    jwk = await fetch(client, header["kid"])
    key = Ed25519PublicKey.from_public_bytes(unpacked(jwk["x"]))
    key.verify(unpacked(signature), f"{head}.{body}".encode())
    return json.loads(unpacked(body))


@pytest.fixture
async def items(trained, admin) -> list[dict]:
    return await trained.issued(admin)


@pytest.fixture
async def badge(items, admin) -> str:
    answer = await admin.get(f"/v1/certificates/{items[0]['id']}/badge")
    assert answer.status_code == 200, answer.text
    assert answer.headers["Content-Type"] == "application/vc+jwt"
    assert answer.headers["Cache-Control"] == "private, no-store"
    return answer.text


class TestGetCertificateBadge:
    async def test_is_verified_with_what_the_issuer_publishes(self, badge, items, enrollment):
        told = await verified(enrollment, badge)

        profile = await fetch(enrollment, told["issuer"]["id"])
        keys = (await fetch(enrollment, f"{profile['id']}/keys"))["keys"]
        achievement = told["credentialSubject"]["achievement"]
        assert profile["id"] == told["iss"]
        assert len(keys) == 2
        assert not any("d" in each for each in keys)
        assert achievement["humanCode"] == items[0]["number"]
        assert achievement["creator"]["name"] == "BLKK Nama Baru"
        assert achievement["criteria"]["id"] == items[0]["verification_url"]
        assert "Kanari" not in json.dumps(told)

    async def test_refuses_a_tampered_copy(self, badge, enrollment):
        head, body, signature = badge.split(".")
        told = json.loads(unpacked(body))
        told["credentialSubject"]["achievement"]["name"] = "Doktor"

        with pytest.raises(InvalidSignature):
            await verified(enrollment, f"{head}.{packed(told)}.{signature}")

    async def test_says_where_it_is_told_that_it_is_no_longer_valid(
        self, badge, items, admin, enrollment
    ):
        told = await verified(enrollment, badge)
        before = await fetch(enrollment, told["credentialStatus"]["id"])
        path = f"/v1/certificates/{items[0]['id']}"

        await admin.post(f"{path}/revoke", json={"reason": "Rahasia"})

        after = await fetch(enrollment, told["credentialStatus"]["id"])
        refused = await admin.get(f"{path}/badge")
        assert (before["revokedCredentials"], before["issuer"]) == ([], told["iss"])
        assert after["revokedCredentials"] == [
            {"id": told["id"], "revoked": True, "revocationReason": "REVOKED"}
        ]
        assert (refused.status_code, refused.json()["present"]) == (409, "REVOKED")

    async def test_is_for_the_person_and_who_may_see_the_certificate(
        self, items, applicant, seats, rows
    ):
        path = f"/v1/certificates/{items[0]['id']}/badge"
        himself = applicant(Role.PARTICIPANT, participant_id=items[0]["participant_id"])
        other = applicant(Role.PARTICIPANT, participant_id=items[1]["participant_id"])
        office = applicant(Role.REGIONAL_OFFICER, areas=["33.73"])

        assert (await himself.get(path)).status_code == 200
        assert await rows("SELECT 1 FROM enrollment.audit WHERE action = 'certificate.badge'") == []
        assert (await office.get(path)).status_code == 200
        assert (await other.get(path)).status_code == 404
        assert (await applicant(Role.ANALYST).get(path)).status_code == 403
        assert (
            len(await rows("SELECT 1 FROM enrollment.audit WHERE action = 'certificate.badge'"))
            == 1
        )
        async with seats.transaction() as session:
            await destroy_key(session, UUID(items[0]["participant_id"]), NOW)
        gone = await office.get(path)
        assert (gone.status_code, gone.json()["code"]) == (404, "certificate-erased")


class TestBadgeIssuer:
    async def test_knows_no_other_key_and_no_other_class(self, enrollment):
        key = await enrollment.get("/v1/badge-issuer/keys/other")
        ended = await enrollment.get(f"/v1/badge-issuer/revocations/{UUID(int=1)}")

        assert (key.status_code, key.json()["code"]) == (404, "badge-key-unknown")
        assert (ended.status_code, ended.json()["code"]) == (404, "class-unknown")

    async def test_is_off_without_a_key(self, enrollment, items, admin):
        enrollment.state["badge_keys"] = None

        badge = await admin.get(f"/v1/certificates/{items[0]['id']}/badge")
        keys = await enrollment.get("/v1/badge-issuer/keys")

        assert [each.json()["code"] for each in (badge, keys)] == ["badges-off"] * 2
