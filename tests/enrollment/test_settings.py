import base64
import json
from types import NoneType

import pytest

from services.enrollment.senders import LogSender, SmtpSender
from services.enrollment.settings import EnrollmentSettings
from shared.http.tokens import make_key
from shared.settings import Mode

NOWHERE = "postgresql+asyncpg://nobody@127.0.0.1:1/none"


@pytest.fixture
def settings_with(tmp_path, settings_of):
    """Return the function that makes settings with a file of NIK keys."""

    def make(content: dict, mode: Mode = Mode.DEMO) -> EnrollmentSettings:
        path = tmp_path / "nik.json"
        path.write_text(json.dumps(content))
        settings = settings_of("enrollment", "postgresql+asyncpg://nobody@127.0.0.1:1/none")
        return settings.model_copy(update={"nik_keys": path, "mode": mode})

    return make


def key(seal: bytes = b"a", index: bytes = b"i") -> dict[str, str]:
    return {
        "aes": base64.b64encode(seal * 32).decode(),
        "hmac": base64.b64encode(index * 32).decode(),
    }


class TestLoadNikKeys:
    def test_reads_every_generation(self, settings_with):
        content = {"current": "k2", "keys": {"k1": key(), "k2": key(b"b")}}

        keys = settings_with(content).load_nik_keys()

        assert keys.current == "k2"
        assert set(keys.keys) == {"k1", "k2"}
        assert keys.keys["k2"].seal == b"b" * 32

    @pytest.mark.parametrize(
        "content",
        [
            {"current": "k1", "keys": {}},
            {"current": "k1", "keys": {"k1": {"aes": "!", "hmac": "!"}}},
            {"current": "k1", "keys": {"k1": key(), "k2": key(index=b"j")}},
        ],
    )
    def test_refuses_keys_that_cannot_be_used(self, settings_with, content):
        with pytest.raises(ValueError):  # noqa: PT011 - whichever part is wrong
            settings_with(content).load_nik_keys()

    def test_refuses_generated_keys_where_data_are_real(self, settings_with):
        content = {"current": "demo-1", "keys": {"demo-1": key()}}

        with pytest.raises(ValueError, match="demonstration"):
            settings_with(content, Mode.PRODUCTION).load_nik_keys()

    def test_takes_own_keys_where_data_are_real(self, settings_with):
        content = {"current": "k1", "keys": {"k1": key()}}

        assert settings_with(content, Mode.PRODUCTION).load_nik_keys().current == "k1"


class TestLoadBadgeKeys:
    @pytest.fixture
    def badges_with(self, settings_of, tmp_path):
        def make(mode: Mode, *, demo: bool):
            path = tmp_path / "badges.json"
            made = make_key("badges", demo=demo).as_dict(private=True)
            path.write_text(json.dumps({"keys": [made]}))
            given = settings_of("enrollment", NOWHERE, badge_keys=path)
            return given.model_copy(update={"mode": mode}).load_badge_keys()

        return make

    def test_are_none_without_a_file(self, settings_of):
        assert settings_of("enrollment", NOWHERE, badge_keys=None).load_badge_keys() is None

    def test_refuses_generated_keys_where_data_are_real(self, badges_with):
        assert len(badges_with(Mode.DEMO, demo=True).keys) == 1
        assert len(badges_with(Mode.PRODUCTION, demo=False).keys) == 1
        with pytest.raises(ValueError, match="demonstration"):
            badges_with(Mode.PRODUCTION, demo=True)


SMTP = {"notices": "smtp", "smtp_host": "mail.test", "smtp_from": "Balai <balai@balai.test>"}


class TestSender:
    @pytest.mark.parametrize(
        ("mode", "changes", "kind"),
        [
            (Mode.DEMO, {}, LogSender),
            (Mode.PRODUCTION, {}, NoneType),
            (Mode.PRODUCTION, {"notices": "log"}, LogSender),
            (Mode.DEMO, {"notices": "off"}, NoneType),
            (Mode.DEMO, SMTP, SmtpSender),
        ],
    )
    def test_is_the_log_in_a_demonstration_and_otherwise_what_was_chosen(
        self, settings_of, mode, changes, kind
    ):
        given = settings_of("enrollment", NOWHERE, **changes).model_copy(update={"mode": mode})

        assert type(given.sender()) is kind
        assert given.sends_notices is (kind is not NoneType)

    @pytest.mark.parametrize(
        "changes",
        [
            {**SMTP, "smtp_host": None},
            {**SMTP, "smtp_from": None},
            {**SMTP, "smtp_from": "a@b.example\r\nBcc: c@d.example"},
            {**SMTP, "smtp_port": 0},
        ],
    )
    def test_mail_needs_a_server_and_a_sender(self, settings_of, changes):
        with pytest.raises(ValueError):  # noqa: PT011 - whichever part is wrong
            settings_of("enrollment", NOWHERE, **changes)

    def test_the_password_is_printed_nowhere(self, settings_of):
        given = settings_of("enrollment", NOWHERE, **SMTP, smtp_password="tersembunyi")

        assert "tersembunyi" not in repr(given)
