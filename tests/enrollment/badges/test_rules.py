"""What a badge says, and by which keys."""

import json
from dataclasses import replace
from datetime import UTC, datetime
from uuid import UUID

import pytest

from services.enrollment.badges import rules
from services.enrollment.badges.rules import Badge
from shared.http.tokens import make_key

ISSUER = "https://balai.test/enrollment/v1/badge-issuer"
BADGE = Badge(
    certificate_id=UUID(int=1),
    subject_id=UUID(int=2),
    class_id=UUID(int=3),
    module_id=UUID(int=4),
    facility_id=UUID(int=5),
    number="BALAI-2027-B-00001-0123456789",
    title="Kewirausahaan",
    module_version="1",
    hours=40,
    program="Serentak",
    facility="BLKK Contoh",
    issued_at=datetime(2027, 2, 13, 1, 2, 3, 4, tzinfo=UTC),
    verification_url="https://balai.test/enrollment/verify/BALAI-2027-B-00001-0123456789",
    issuer=ISSUER,
    public_url="https://balai.test",
    synthetic=False,
    email="Kanari@Rahasia.example ",
)


class TestCredentialOf:
    def test_names_the_same_things_in_the_token_and_in_the_credential(self):
        told = rules.credential_of(BADGE)

        assert told["iss"] == told["issuer"]["id"] == ISSUER
        assert told["sub"] == told["credentialSubject"]["id"] == f"urn:uuid:{UUID(int=2)}"
        assert told["jti"] == told["id"] == f"urn:uuid:{UUID(int=1)}"
        assert told["nbf"] == int(BADGE.issued_at.timestamp())
        assert told["validFrom"] == "2027-02-13T01:02:03Z"
        assert told["credentialStatus"]["id"] == f"{ISSUER}/revocations/{UUID(int=3)}"

    def test_knows_the_person_by_a_hash_at_most(self):
        told = json.dumps(rules.credential_of(BADGE))
        (known,) = rules.credential_of(BADGE)["credentialSubject"]["identifier"]
        same = replace(BADGE, email="kanari@rahasia.example")

        assert "anari" not in told
        assert known["identityHash"].startswith("sha256$")
        assert rules.credential_of(same) == rules.credential_of(BADGE)
        assert (
            "identifier" not in rules.credential_of(replace(BADGE, email=None))["credentialSubject"]
        )

    def test_marks_what_is_synthetic(self):
        told = rules.credential_of(replace(BADGE, synthetic=True))

        name = told["credentialSubject"]["achievement"]["name"]
        assert name == "DATA SINTETIS: Kewirausahaan"


class TestReadKeys:
    def test_signs_with_the_first_and_publishes_no_private_half(self):
        first, second = (make_key("badges") for _ in range(2))
        told = [first.as_dict(private=True), second.as_dict(private=True)]

        keys = rules.read_keys({"keys": told})

        names = [str(each.kid).rpartition("#")[2] for each in (first, second)]
        assert list(keys.keys) == names
        assert keys.signing[0] == names[0]
        public = keys.public(names[1], issuer=ISSUER)
        assert set(public) == {"kty", "crv", "x", "kid", "alg", "use"}
        assert public["kid"] == f"{ISSUER}/keys/{names[1]}"
        with pytest.raises(rules.BadgeKeyUnknownError):
            keys.public("other", issuer=ISSUER)

    @pytest.mark.parametrize(
        "content",
        [
            {"keys": []},
            {"keys": [{"kty": "OKP"}]},
            {"keys": [make_key("badges").as_dict(private=False)]},
            {"keys": [{**make_key("badges").as_dict(private=True), "kid": "badges#"}]},
        ],
    )
    def test_refuses_what_cannot_sign(self, content):
        with pytest.raises(ValueError, match="badge key"):
            rules.read_keys(content)


def test_lists_what_is_no_longer_valid():
    told = rules.revocation_list(ISSUER, UUID(int=3), ended=[(UUID(int=1), "REVOKED")])

    assert told["id"] == f"{ISSUER}/revocations/{UUID(int=3)}"
    assert told["revokedCredentials"] == [
        {"id": f"urn:uuid:{UUID(int=1)}", "revoked": True, "revocationReason": "REVOKED"}
    ]
