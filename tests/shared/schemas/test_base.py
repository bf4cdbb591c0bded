"""What every body refuses."""

import json
from datetime import date
from typing import Any

import pytest
from pydantic import AwareDatetime, Field, SecretStr, ValidationError

from shared.schemas.base import Body


class Inner(Body):
    label: str = ""


class Outer(Body):
    name: str = ""
    secret: SecretStr = SecretStr("")
    tags: list[str] = Field(default=[])
    codes: tuple[str, ...] = ()
    free: dict[str, Any] = Field(default={})
    inner: Inner = Inner()
    many: list[Inner] = Field(default=[])
    day: date | None = None
    moments: list[AwareDatetime] = Field(default=[])


BODIES = [
    ({"name": "a\x00b"}, ("name",)),
    ({"secret": "\x00"}, ("secret",)),
    ({"tags": ["a", "\x00"]}, ("tags", 1)),
    ({"codes": ["\x00"]}, ("codes", 0)),
    ({"free": {"a": [{"b": "\x00"}]}}, ("free", "a", 0, "b")),
    ({"free": {"a\x00": 1}}, ("free",)),
    ({"inner": {"label": "\x00"}}, ("inner", "label")),
    ({"many": [{"label": "a"}, {"label": "\x00"}]}, ("many", 1, "label")),
]


class TestNul:
    @pytest.mark.parametrize(("body", "place"), BODIES)
    @pytest.mark.parametrize(
        "read",
        [Outer.model_validate, lambda body: Outer.model_validate_json(json.dumps(body))],
        ids=["members", "json"],
    )
    def test_is_refused_wherever_it_stands(self, body, place, read):
        with pytest.raises(ValidationError) as refused:
            read(body)

        (error,) = refused.value.errors()
        assert (error["type"], error["loc"]) == ("nul_character", place)
        assert "\x00" not in error["msg"]

    def test_is_not_taken_for_its_name(self):
        assert Outer.model_validate_json('{"name": "\\\\u0000"}').name == "\\u0000"


class TestDays:
    @pytest.mark.parametrize(
        ("body", "place"),
        [
            ({"day": "1899-12-31"}, ("day",)),
            ({"day": "3000-01-01"}, ("day",)),
            ({"moments": ["9999-12-31T23:59:59Z"]}, ("moments", 0)),
            ({"moments": ["2027-05-03T01:00:00Z", "0001-01-01T00:00:00+14:00"]}, ("moments", 1)),
        ],
    )
    def test_are_refused_so_far_away(self, body, place):
        with pytest.raises(ValidationError) as refused:
            Outer.model_validate(body)

        (error,) = refused.value.errors()
        assert (error["type"], error["loc"]) == ("day_out_of_range", place)

    @pytest.mark.parametrize("day", ["1900-01-01", "2999-12-31"])
    def test_are_taken_within_reach(self, day):
        assert Outer.model_validate({"day": day}).day == date.fromisoformat(day)
