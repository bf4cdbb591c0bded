from services.reporting.cockpit.rules import Counts, by_zone, told

ZONES = {"32": "WIB", "33": "WIB", "51": "WITA", "91": "WIT"}


class TestByZone:
    def test_adds_up_the_provinces_of_each_zone(self):
        provinces = {
            "32": Counts(classes_planned=4, seated=60),
            "33": Counts(classes_planned=1, seated=10, centres_silent=1),
            "51": Counts(classes_planned=2),
        }

        zones = by_zone(provinces, ZONES)

        assert zones["WIB"] == Counts(classes_planned=5, seated=70, centres_silent=1)
        assert zones["WITA"] == Counts(classes_planned=2)
        assert zones["WIT"].nothing
        assert Counts.of(zones.values()) == Counts.of(provinces.values())


class TestTold:
    def test_is_one_event_of_one_line(self):
        assert told("cockpit", b'{"a":1}', identifier="x") == (
            b'event: cockpit\nid: x\ndata: {"a":1}\n\n'
        )
        assert told("freshness", b"{}") == b"event: freshness\ndata: {}\n\n"
