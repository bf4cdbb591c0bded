import pytest

from services.reporting.areas.rules import Link, present_codes

PAPUA = [Link("91", "91", "2022-11-11"), Link("91", "93", "2022-11-11")]
MERAUKE = Link("91.01", "93.01", "2022-11-11")
IN_FORCE = {"91", "93", "93.01", "33.74", "33.76"}


class TestPresentCodes:
    @pytest.mark.parametrize(
        ("links", "codes"),
        [
            ([], {}),
            ([MERAUKE], {"91.01": "93.01"}),
            # A province that was split and stays is itself still.
            (PAPUA, {}),
            # Through two changes; the second forks.
            ([Link("90.01", "91.01", "2020-01-01"), MERAUKE], {"90.01": "93.01", "91.01": "93.01"}),
            ([Link("33.75", "33.74", "2024-01-01"), Link("33.75", "33.76", "2024-01-01")], {}),
            # Once into two, later (under another list) into one: the last change counts.
            (
                [
                    Link("33.75", "33.74", "2020-01-01"),
                    Link("33.75", "33.99", "2020-01-01"),
                    Link("33.75", "33.76", "2024-01-01"),
                ],
                {"33.75": "33.76"},
            ),
            # Into an area that is no more, and nobody says what it has become.
            ([Link("33.75", "33.80", "2024-01-01")], {}),
            ([Link("1", "2", "2024-01-01"), Link("2", "1", "2024-01-01")], {}),
        ],
    )
    def test_follows_codes_as_far_as_one_way_leads(self, links: list[Link], codes: dict):
        assert present_codes(links, in_force=IN_FORCE) == codes
