import asyncio
import base64
import hashlib
import hmac
import json
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from joserfc import jwt
from joserfc.jwk import ECKey, OKPKey

from shared.clock import utc_now
from shared.http.tokens import JOSE, jwks_of, make_key, sign_business_time, sign_token
from shared.scope import ANONYMOUS, Grant, Permission, Role
from shared.settings import Issuer, Mode
from shared.web.auth import TokenInvalidError, Verifier, actor_from_claims

NOW = datetime(2026, 11, 22, 5, tzinfo=UTC)
EPOCH = int(NOW.timestamp())
REGISTRY = "balai:registry"
CLI = "balai:cli"
ANY = Issuer(issuer="any", jwks="-")


class Clock:
    def __init__(self) -> None:
        self.now = NOW

    def __call__(self) -> datetime:
        return self.now

    def advance(self, **span: float) -> None:
        self.now += timedelta(**span)


class House:
    """Issuers that share one key set, a verifier of their tokens, and a clock."""

    def __init__(self, folder, *, mode: Mode = Mode.DEMO) -> None:
        self.clock = Clock()
        self.keys = {REGISTRY: make_key(REGISTRY), CLI: make_key(CLI, demo=True)}
        self.jwks = folder / "jwks.json"
        self.publish(*self.keys.values())
        self.issuers = [
            Issuer(issuer=REGISTRY, jwks=str(self.jwks), roles=[Role.SERVICE]),
            Issuer(issuer=CLI, jwks=str(self.jwks), roles=list(Role), demo_only=True),
        ]
        self.verifier = Verifier(self.issuers, mode=mode, clock=self.clock)

    def publish(self, *keys) -> None:
        self.jwks.write_text(json.dumps(jwks_of(keys)))

    def token(self, issuer: str = CLI, *, key=None, header=None, **changes) -> str:
        claims = {
            "iss": issuer,
            "sub": "sari",
            "aud": "balai",
            "iat": EPOCH,
            "exp": EPOCH + 3600,
            "jti": "j-1",
            "grants": [{"role": "SERVICE" if issuer == REGISTRY else "ANALYST"}],
            **changes,
        }
        claims = {name: value for name, value in claims.items() if value is not None}
        key = key or self.keys[issuer]
        algorithm = "EdDSA" if isinstance(key, OKPKey) else "ES256"
        full = {"alg": algorithm, "typ": "at+jwt", "kid": key.kid, **(header or {})}
        return jwt.encode(full, claims, key, registry=JOSE)


@pytest.fixture
def house(tmp_path) -> House:
    return House(tmp_path)


class TestActorFromClaims:
    def test_reads_every_member_of_a_grant(self):
        facility, person = UUID(int=1), UUID(int=2)
        issuer = Issuer(issuer="sso", jwks="-")
        claims = {
            "sub": "sari",
            "grants": [
                {"role": "REGIONAL_OFFICER", "areas": ["32", "33.73"], "ministries": ["MSME"]},
                {"role": "FACILITY_OPERATOR", "facilities": [str(facility)]},
                {"role": "PARTICIPANT", "participant_id": str(person)},
            ],
        }

        actor = actor_from_claims(claims, issuer)

        assert actor.name == "sso|sari"
        assert actor.grants == (
            Grant(Role.REGIONAL_OFFICER, ministries=("MSME",), areas=("32", "33.73")),
            Grant(Role.FACILITY_OPERATOR, facilities=(facility,)),
            Grant(Role.PARTICIPANT, participant_id=person),
        )

    def test_lets_a_token_without_grants_do_nothing(self):
        actor = actor_from_claims({"sub": "sari"}, ANY)

        assert not any(actor.may(permission) for permission in Permission)

    @pytest.mark.parametrize(
        "grants",
        [
            [{"role": "EMPEROR"}],
            [{}],
            ["ANALYST"],
            [{"role": "ANALYST", "areas": "32"}],
            [{"role": "ANALYST", "areas": [32]}],
            [{"role": "FACILITY_OPERATOR", "facilities": ["x"]}],
            [{"role": "PARTICIPANT", "participant_id": 7}],
            5,
        ],
    )
    def test_refuses_a_malformed_grant(self, grants):
        with pytest.raises(TokenInvalidError):
            actor_from_claims({"sub": "sari", "grants": grants}, ANY)

    def test_refuses_the_role_of_a_service_unless_the_issuer_lists_it(self):
        with pytest.raises(TokenInvalidError):
            actor_from_claims({"sub": "x", "grants": [{"role": "SERVICE"}]}, ANY)

    def test_refuses_a_role_that_the_issuer_does_not_list(self):
        issuer = Issuer(issuer=REGISTRY, jwks="-", roles=[Role.SERVICE])

        with pytest.raises(TokenInvalidError):
            actor_from_claims({"sub": "x", "grants": [{"role": "NATIONAL_ADMIN"}]}, issuer)


class TestVerify:
    async def test_believes_a_good_token(self, house: House):
        actor = await house.verifier.verify(house.token())

        assert actor.name == "balai:cli|sari"
        assert actor.grants == (Grant(Role.ANALYST),)

    async def test_believes_what_sign_token_signs(self, house: House):
        house.clock.now = utc_now()
        grant = Grant(Role.REGIONAL_OFFICER, areas=("32",), ministries=("MANPOWER",))
        token = sign_token(house.keys[CLI], issuer=CLI, subject="sari", grants=[grant])

        assert (await house.verifier.verify(token)).grants == (grant,)

    async def test_believes_es256(self, tmp_path):
        key = ECKey.generate_key("P-256", parameters={"kid": "k1"})
        path = tmp_path / "sso.json"
        path.write_text(json.dumps(jwks_of([key])))
        house = House(tmp_path)
        verifier = Verifier([Issuer(issuer="sso", jwks=str(path))], clock=house.clock)

        actor = await verifier.verify(house.token("sso", key=key))

        assert actor.issuer == "sso"

    @pytest.mark.parametrize(
        "changes",
        [
            {"aud": "another"},
            {"aud": ["another"]},
            {"aud": None},
            {"exp": EPOCH},
            {"exp": None},
            {"exp": "tomorrow"},
            {"nbf": EPOCH + 60},
            {"iat": EPOCH + 60},
            {"iat": "now"},
            {"jti": None},
            {"sub": None},
            {"iss": "stranger"},
            {"iss": ["balai:cli"]},
            {"iss": None},
            {"header": {"typ": "JWT"}},
            {"header": {"typ": "balai-time+jwt"}},
            {"header": {"kid": "balai:cli#unknown"}},
            {"grants": [{"role": "EMPEROR"}]},
        ],
        ids=repr,
    )
    async def test_refuses(self, house: House, changes: dict):
        with pytest.raises(TokenInvalidError):
            await house.verifier.verify(house.token(**changes))

    async def test_accepts_our_audience_among_others(self, house: House):
        assert await house.verifier.verify(house.token(aud=["other", "balai"]))

    @pytest.mark.parametrize("text", ["", "x", "a.b.c", "e30.e30.e30", "é.é.é", "." * 3])
    async def test_refuses_what_is_no_token(self, house: House, text: str):
        with pytest.raises(TokenInvalidError):
            await house.verifier.verify(text)

    async def test_refuses_a_changed_payload(self, house: House):
        header, payload, signature = house.token().split(".")
        claims = json.loads(base64.urlsafe_b64decode(payload + "=="))
        claims["grants"] = [{"role": "NATIONAL_ADMIN"}]
        forged = base64.urlsafe_b64encode(json.dumps(claims).encode()).decode().rstrip("=")

        with pytest.raises(TokenInvalidError):
            await house.verifier.verify(f"{header}.{forged}.{signature}")

    @pytest.mark.parametrize("algorithm", ["none", "HS256"])
    async def test_refuses_another_algorithm(self, house: House, algorithm: str):
        _, payload, _ = house.token().split(".")
        kid = house.keys[CLI].kid
        header = json.dumps({"alg": algorithm, "typ": "at+jwt", "kid": kid}).encode()
        signed = f"{base64.urlsafe_b64encode(header).decode().rstrip('=')}.{payload}"
        public = house.keys[CLI].as_dict(private=False)["x"].encode()
        digest = hmac.new(public, signed.encode(), hashlib.sha256).digest()
        mac = base64.urlsafe_b64encode(digest).decode().rstrip("=") if algorithm != "none" else ""

        with pytest.raises(TokenInvalidError):
            await house.verifier.verify(f"{signed}.{mac}")

    async def test_refuses_a_key_that_signs_in_the_name_of_another_issuer(self, house: House):
        forged = house.token(CLI, key=house.keys[REGISTRY], grants=[{"role": "NATIONAL_ADMIN"}])

        with pytest.raises(TokenInvalidError):
            await house.verifier.verify(forged)

    async def test_refuses_the_issuer_of_demonstrations_in_production(self, tmp_path):
        house = House(tmp_path, mode=Mode.PRODUCTION)

        assert await house.verifier.verify(house.token(REGISTRY))
        with pytest.raises(TokenInvalidError):
            await house.verifier.verify(house.token(CLI))

    async def test_remembers_a_token_for_five_minutes_at_most(self, house: House):
        token = house.token()
        await house.verifier.verify(token)

        house.clock.advance(seconds=299)
        assert house.verifier.remembered(token) is not None
        house.clock.advance(seconds=1)
        assert house.verifier.remembered(token) is None
        assert await house.verifier.verify(token)

    async def test_does_not_remember_beyond_the_token_s_end(self, house: House):
        token = house.token(exp=EPOCH + 60)
        await house.verifier.verify(token)

        house.clock.advance(seconds=60)

        assert house.verifier.remembered(token) is None
        with pytest.raises(TokenInvalidError):
            await house.verifier.verify(token)

    async def test_refuses_a_token_that_was_denied_after_it_was_verified(self, house: House):
        denied = house.jwks.with_name("denied")
        denied.write_text("j-0\n")
        verifier = Verifier(house.issuers, mode=Mode.DEMO, denied=denied, clock=house.clock)
        token = house.token()
        await verifier.verify(token)

        denied.write_text("j-0\nj-1\n")
        house.clock.advance(seconds=1)

        with pytest.raises(TokenInvalidError):
            verifier.remembered(token)
        with pytest.raises(TokenInvalidError):
            await verifier.verify(token)

    async def test_forgets_the_token_that_was_used_longest_ago(self, house: House, monkeypatch):
        monkeypatch.setattr("shared.web.auth._CACHE_SIZE", 2)
        first, second, third = (house.token(jti=name) for name in ("a", "b", "c"))

        for token in (first, second, first, third):
            await house.verifier.verify(token)

        assert house.verifier.remembered(first) is not None
        assert house.verifier.remembered(second) is None


class TestKeys:
    async def test_reads_the_set_again_for_a_key_it_does_not_know(self, house: House):
        await house.verifier.verify(house.token())
        fresh = make_key(CLI)
        house.publish(fresh)

        house.clock.advance(seconds=6)

        assert await house.verifier.verify(house.token(key=fresh, jti="j-2"))

    async def test_does_not_read_again_for_every_forged_key(self, house: House):
        await house.verifier.verify(house.token())
        fresh = make_key(CLI)
        house.publish(fresh)

        with pytest.raises(TokenInvalidError):
            await house.verifier.verify(house.token(key=fresh, jti="j-2"))

    async def test_drops_a_withdrawn_key_in_time(self, house: House):
        await house.verifier.verify(house.token())
        house.publish(make_key(CLI))

        house.clock.advance(seconds=301)

        with pytest.raises(TokenInvalidError):
            await house.verifier.verify(house.token())

    async def test_keeps_the_keys_it_has_while_the_set_cannot_be_read(self, house: House):
        await house.verifier.verify(house.token())
        house.jwks.write_text("{")

        house.clock.advance(seconds=301)

        assert await house.verifier.verify(house.token())

    async def test_fetches_the_set_of_a_url(self, house: House, json_server):
        key = ECKey.generate_key("P-256", parameters={"kid": "k1"})
        issuer = Issuer(issuer="sso", jwks=await json_server(jwks_of([key])))
        verifier = Verifier([issuer], clock=house.clock)

        assert (await verifier.verify(house.token("sso", key=key))).issuer == "sso"

    async def test_ignores_keys_of_other_kinds(self, house: House, tmp_path):
        rsa = {"kty": "RSA", "n": "AQAB", "e": "AQAB", "kid": "r"}
        odd = {"kty": "FUTURE", "kid": "f"}
        good = jwks_of([house.keys[CLI]])["keys"]
        house.jwks.write_text(json.dumps({"keys": [rsa, odd, *good]}))

        assert await house.verifier.verify(house.token())


class TestBusinessTime:
    async def test_believes_the_demonstration_s_key(self, house: House):
        house.clock.now = utc_now()

        moment = await house.verifier.business_time(sign_business_time(house.keys[CLI], NOW))

        assert moment == NOW

    async def test_refuses_the_key_of_a_service(self, house: House):
        house.clock.now = utc_now()

        with pytest.raises(TokenInvalidError):
            await house.verifier.business_time(sign_business_time(house.keys[REGISTRY], NOW))

    async def test_refuses_an_access_token(self, house: House):
        with pytest.raises(TokenInvalidError):
            await house.verifier.business_time(house.token(now=NOW.isoformat()))

    async def test_refuses_it_after_its_end_though_it_was_believed_before(self, house: House):
        house.clock.now = utc_now()
        header = sign_business_time(house.keys[CLI], NOW, lifetime_s=60)
        await house.verifier.business_time(header)

        house.clock.advance(seconds=61)

        with pytest.raises(TokenInvalidError):
            await house.verifier.business_time(header)


class TestRequires:
    async def test_answers_401_without_a_token(self, bare):
        response = await bare.get("/v1/things/one/1")

        assert response.status_code == 401
        assert response.json()["code"] == "unauthorized"
        assert response.headers["www-authenticate"] == "Bearer"

    @pytest.mark.parametrize("header", ["Bearer x", "Basic eDp5", "Bearer", "x"])
    async def test_answers_401_to_a_bad_token_also_where_everybody_may(self, bare, header: str):
        for path in ("/v1/things/one/1", "/v1/things/now"):
            response = await bare.get(path, headers={"Authorization": header})

            assert response.status_code == 401
            assert response.json()["code"] == "token-invalid"
            assert response.headers["www-authenticate"] == 'Bearer error="invalid_token"'

    async def test_answers_403_when_no_grant_gives_the_permission(self, bare, auth):
        response = await bare.get("/v1/things/one/1", headers=auth(Role.ANALYST))

        assert response.status_code == 403
        assert response.json()["code"] == "forbidden"

    async def test_lets_in_who_has_the_permission(self, bare, auth):
        response = await bare.get("/v1/things/one/1", headers=auth(Role.AUDITOR))

        assert response.status_code == 200

    async def test_takes_the_scheme_in_any_case(self, bare, token):
        header = {"Authorization": f"bearer {token(Role.AUDITOR)}"}

        assert (await bare.get("/v1/things/one/1", headers=header)).status_code == 200

    async def test_lets_anybody_in_where_the_route_is_public(self, bare):
        assert (await bare.get("/v1/things/now")).status_code == 200
        assert ANONYMOUS.grants == ()


@pytest.fixture
async def json_server():
    """Return the function that serves one JSON document on loopback and names its address."""
    servers = []

    async def start(document: object) -> str:
        body = json.dumps(document).encode()

        async def answer(reader, writer) -> None:
            await reader.readuntil(b"\r\n\r\n")
            writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n%s" % (len(body), body))
            await writer.drain()
            writer.close()
            await writer.wait_closed()

        servers.append(await asyncio.start_server(answer, "127.0.0.1", 0))
        port = servers[-1].sockets[0].getsockname()[1]
        return f"http://127.0.0.1:{port}/jwks"

    yield start
    for server in servers:
        server.close()
        await server.wait_closed()
