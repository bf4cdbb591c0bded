import json
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from joserfc import jws, jwt
from joserfc.jwk import ECKey

from shared.http.tokens import (
    JOSE,
    ServiceToken,
    jwks_of,
    load_key,
    make_key,
    sign_business_time,
    sign_token,
)
from shared.scope import Grant, Role

NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)


def claims_of(token: str, key) -> dict:
    return jwt.decode(token, key, registry=JOSE).claims


class TestMakeKey:
    def test_names_the_issuer_in_the_key_id(self):
        assert make_key("balai:registry").kid.startswith("balai:registry#")

    def test_marks_a_key_for_demonstrations(self):
        assert "#demo-" in make_key("balai:registry", demo=True).kid
        assert "#demo-" not in make_key("balai:registry").kid


class TestJwksOf:
    def test_publishes_no_private_half(self):
        published = jwks_of([make_key("balai:registry")])

        assert "d" not in published["keys"][0]
        assert published["keys"][0]["kty"] == "OKP"


class TestLoadKey:
    def test_reads_what_was_written(self, tmp_path):
        key = make_key("balai:registry")
        path = tmp_path / "key.jwk"
        path.write_text(json.dumps(key.as_dict(private=True)))

        assert load_key(path).kid == key.kid

    def test_refuses_a_public_key(self, tmp_path):
        path = tmp_path / "key.jwk"
        path.write_text(json.dumps(make_key("balai:registry").as_dict(private=False)))

        with pytest.raises(ValueError, match="no private key"):
            load_key(path)

    def test_refuses_a_symmetric_key(self, tmp_path):
        path = tmp_path / "key.jwk"
        path.write_text(
            json.dumps({"kty": "oct", "k": "c2VjcmV0IHNlY3JldCBzZWNyZXQ", "kid": "a#b"})
        )

        with pytest.raises(ValueError, match="no private key"):
            load_key(path)


class TestSignToken:
    def test_signs_an_access_token_of_the_key(self):
        key = make_key("balai:cli")

        token = sign_token(key, issuer="balai:cli", subject="sari", grants=[])

        assert jws.extract_compact(token.encode()).headers() == {
            "alg": "EdDSA",
            "typ": "at+jwt",
            "kid": key.kid,
        }
        assert claims_of(token, key)["sub"] == "sari"

    def test_signs_with_a_p256_key_as_es256(self):
        key = ECKey.generate_key("P-256", parameters={"kid": "sso#1"})

        token = sign_token(key, issuer="sso", subject="sari", grants=[])

        assert jws.extract_compact(token.encode()).headers()["alg"] == "ES256"

    def test_writes_only_the_members_that_a_grant_has(self):
        key = make_key("balai:cli")
        facility = UUID(int=7)
        grants = [
            Grant(Role.ANALYST),
            Grant(Role.FACILITY_OPERATOR, ministries=("MSME",), facilities=(facility,)),
        ]

        claims = claims_of(sign_token(key, issuer="balai:cli", subject="sari", grants=grants), key)

        assert claims["grants"] == [
            {"role": "ANALYST"},
            {
                "role": "FACILITY_OPERATOR",
                "ministries": ["MSME"],
                "facilities": [str(facility)],
            },
        ]

    def test_gives_every_token_its_own_id_and_lifetime(self):
        key = make_key("balai:cli")

        first, second = (
            claims_of(
                sign_token(key, issuer="balai:cli", subject="a", grants=[], lifetime_s=60), key
            )
            for _ in range(2)
        )

        assert first["jti"] != second["jti"]
        assert first["exp"] - first["iat"] == 60


class TestServiceToken:
    def test_keeps_its_token_until_a_minute_before_it_expires(self):
        moments = iter([NOON, NOON + timedelta(seconds=239), NOON + timedelta(seconds=240)])
        token = ServiceToken(
            make_key("balai:registry"), issuer="balai:registry", clock=lambda: next(moments)
        )

        first, second, third = token(), token(), token()

        assert first == second
        assert third != second

    def test_claims_the_role_of_a_service_and_nothing_else(self):
        key = make_key("balai:registry")

        claims = claims_of(ServiceToken(key, issuer="balai:registry")(), key)

        assert claims["grants"] == [{"role": "SERVICE"}]
        assert claims["iss"] == "balai:registry"


class TestSignBusinessTime:
    def test_is_no_access_token(self):
        key = make_key("balai:cli", demo=True)

        header = sign_business_time(key, NOON)

        assert jws.extract_compact(header.encode()).headers()["typ"] == "balai-time+jwt"
        assert claims_of(header, key)["now"] == "2026-11-22T12:00:00+00:00"
        assert claims_of(header, key)["iss"] == "balai:cli"
