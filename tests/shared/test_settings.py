import json

import pytest
from pydantic import ValidationError
from pydantic_settings import SettingsConfigDict

from shared.http.tokens import make_key
from shared.scope import Role
from shared.settings import Issuer, Mode, ServiceSettings

URL = "postgresql+asyncpg://a:b@127.0.0.1/registry"
SECRET = "sixteen characters at least"


class RegistrySettings(ServiceSettings):
    model_config = SettingsConfigDict(env_prefix="REGISTRY_")


@pytest.fixture
def environment(monkeypatch):
    def put(**variables: str) -> None:
        for name, value in variables.items():
            monkeypatch.setenv(name, value)

    put(REGISTRY_DATABASE_URL=URL, BALAI_CURSOR_SECRET=SECRET)
    return put


class TestServiceSettings:
    def test_reads_shared_names_and_its_own(self, environment):
        environment(
            REGISTRY_REDIS_URL="redis://127.0.0.1:1/0",
            PUBLIC_URL="https://balai.example",
            REGISTRY_URL="http://10.0.0.1:8081",
            BALAI_CORS_ORIGINS='["https://app.example"]',
            BALAI_ISSUERS=json.dumps(
                [{"issuer": "balai:registry", "jwks": "/k.json", "roles": ["SERVICE"]}]
            ),
        )

        settings = RegistrySettings()

        assert settings.database_url == URL
        assert settings.redis_url == "redis://127.0.0.1:1/0"
        assert settings.public_url == "https://balai.example"
        assert settings.registry_url == "http://10.0.0.1:8081"
        assert settings.cors_origins == ["https://app.example"]
        assert settings.issuers == [
            Issuer(issuer="balai:registry", jwks="/k.json", roles=[Role.SERVICE])
        ]

    def test_is_for_production_unless_told_otherwise(self, environment):
        assert RegistrySettings().mode is Mode.PRODUCTION
        environment(BALAI_MODE="DEMO")
        assert RegistrySettings().mode is Mode.DEMO

    def test_refuses_a_file_of_denied_tokens_that_is_not_there(self, environment, tmp_path):
        denied = tmp_path / "denied"
        environment(BALAI_DENIED_TOKENS=str(denied))

        with pytest.raises(ValidationError, match="BALAI_DENIED_TOKENS"):
            RegistrySettings()

        denied.touch()
        assert RegistrySettings().denied_tokens == denied

    def test_refuses_an_issuer_for_demonstrations_in_production(self, environment):
        issuers = [Issuer(issuer="balai:cli", jwks="/k.json", demo_only=True)]

        with pytest.raises(ValidationError, match="balai:cli"):
            RegistrySettings(issuers=issuers)
        assert RegistrySettings(issuers=issuers, mode=Mode.DEMO)

    def test_refuses_a_generated_secret_in_production(self, environment):
        with pytest.raises(ValidationError, match="BALAI_CURSOR_SECRET"):
            RegistrySettings(cursor_secret=f"demo-{SECRET}")
        assert RegistrySettings(cursor_secret=f"demo-{SECRET}", mode=Mode.DEMO)

    def test_refuses_a_generated_key_in_production(self, environment, tmp_path):
        path = tmp_path / "registry.jwk"
        path.write_text(json.dumps(make_key("balai:registry", demo=True).as_dict(private=True)))

        with pytest.raises(ValidationError, match="demonstration"):
            RegistrySettings(signing_key=path)
        path.write_text(json.dumps(make_key("balai:registry").as_dict(private=True)))
        assert RegistrySettings(signing_key=path)

    def test_shows_no_secret(self, environment):
        assert SECRET not in repr(RegistrySettings())
        with pytest.raises(ValidationError) as refused:
            RegistrySettings(cursor_secret="short", database_url="mysql://u:topsecret@h/d")
        assert "topsecret" not in str(refused.value)

    def test_cannot_be_changed(self, environment):
        with pytest.raises(ValidationError):
            RegistrySettings().mode = Mode.DEMO


class TestIssuer:
    def test_may_claim_every_role_but_that_of_a_service_unless_it_lists_them(self):
        anybody = Issuer(issuer="sso", jwks="-")
        service = Issuer(issuer="balai:registry", jwks="-", roles=[Role.SERVICE])

        assert anybody.may_claim(Role.NATIONAL_ADMIN)
        assert not anybody.may_claim(Role.SERVICE)
        assert service.may_claim(Role.SERVICE)
        assert not service.may_claim(Role.ANALYST)
