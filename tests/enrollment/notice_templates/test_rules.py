"""Every template can be filled, and nothing that is filled in becomes part of the template."""

from datetime import UTC, datetime

import pytest

from services.enrollment.notice_templates.rules import (
    TEMPLATES,
    WORDS,
    NoticeKind,
    Template,
    TemplateError,
    load_templates,
    local_moment,
    plain_line,
    render,
    words_of,
)
from shared.schemas.registry import TimeZone

MOMENT = datetime(2027, 2, 8, 0, 5, tzinfo=UTC)
SOURCE = """
[[template]]
kind = "SEAT"
version = {version}
[template.id]
subject = "{subject}"
text = "Yth. {{name}}"
[template.en]
subject = "A seat"
text = "Dear {{name}}"
"""


def source(version: int = 1, subject: str = "Tempat") -> str:
    return SOURCE.format(version=version, subject=subject)


@pytest.mark.parametrize("kind", NoticeKind)
@pytest.mark.parametrize("language", ["id", "en"])
def test_every_kind_is_there_and_can_be_filled(kind, language):
    words = {word: f"<{word}>" for word in WORDS[kind]}

    rendered = render(TEMPLATES[kind, language], words)

    assert "<name>" in rendered.text
    assert "{" not in rendered.subject + rendered.text
    assert "\n" not in rendered.subject
    assert "<name>" not in repr(rendered)


class TestRender:
    def test_what_is_filled_in_stays_what_it_is(self):
        template = Template(NoticeKind.SEAT, 1, "id", "{class}", "{name} di {class}")

        rendered = render(
            template, {"name": "{class}", "class": "Kelas\r\nBcc: a@b.example\u202e <b>"}
        )

        assert rendered.subject == "Kelas Bcc: a@b.example <b>"
        assert rendered.text == "{class} di Kelas Bcc: a@b.example <b>"

    def test_refuses_to_leave_a_gap(self):
        template = Template(NoticeKind.SEAT, 1, "id", "{class}", "{name}")

        with pytest.raises(TemplateError, match="name"):
            render(template, {"class": "Kelas"})


class TestLoadTemplates:
    def test_takes_the_newest_version(self):
        found = load_templates(source(2, "Baru") + source(1, "Lama"))

        assert found[NoticeKind.SEAT, "id"].subject == "Baru"
        assert found[NoticeKind.SEAT, "id"].version == 2

    @pytest.mark.parametrize(
        "text",
        [
            source(subject="{nik}"),
            source(subject="{name"),
            source(subject="{NAME}"),
            source(subject="dua\\nbaris"),
            source() + source(),
            source().partition("[template.en]")[0],
        ],
    )
    def test_refuses_what_cannot_be_sent(self, text):
        with pytest.raises(TemplateError):
            load_templates(text)


def test_moments_are_told_as_people_of_the_place_say_them():
    assert local_moment(MOMENT, zone=TimeZone.WIT, language="id") == (
        "Senin, 8 Februari 2027 pukul 09.05 WIT"
    )
    assert local_moment(MOMENT, zone=TimeZone.WIB, language="en") == (
        "Monday, 8 February 2027, 07:05 WIB"
    )


def test_moments_become_words_and_the_rest_is_kept():
    words = words_of({"starts_at": MOMENT.isoformat(), "zone": "WIB", "number": 3}, language="en")

    assert words == {"starts": "Monday, 8 February 2027, 07:05 WIB", "zone": "WIB", "number": "3"}


def test_plain_line():
    assert plain_line("  a\t\nb\u2028c\u0000d é ") == "a b c d é"
