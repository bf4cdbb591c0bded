"""What every body refuses."""

import json
from typing import Any

import pytest
from pydantic import Field, SecretStr, ValidationError

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
