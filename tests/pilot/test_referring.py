from zoneinfo import ZoneInfo

from deploy.pilot.referring import Referred, _hours, house_of
from shared.schemas.registry import FacilityKind, ReferralKind, TimeZone

ZONES = {
    TimeZone.WIB: ZoneInfo("Asia/Jakarta"),
    TimeZone.WITA: ZoneInfo("Asia/Makassar"),
    TimeZone.WIT: ZoneInfo("Asia/Jayapura"),
}


class TestHours:
    def test_are_on_a_working_day_while_the_house_is_open_and_each_but_once(self, met):
        play = met(6)
        zone = house_of(play, FacilityKind.PRODUCTION_HOUSE).district.time_zone

        hours = [
            _hours(play, Referred(number, ReferralKind.PRODUCTION_SLOT, None, None, None))
            for number in range(2, 24, 4)
        ]

        assert len(set(hours)) == 6
        for each in hours:
            local = each.astimezone(ZONES[zone])
            assert local.hour in (9, 13)
            assert local.isoweekday() in range(1, 7)
            assert play.calendar.referred_at < each < play.calendar.received_at
