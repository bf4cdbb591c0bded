from datetime import UTC, date, datetime, timedelta

import pytest

from services.enrollment.notice_templates.rules import Channel, NoticeKind
from services.enrollment.notices import rules
from services.enrollment.notices.rules import Addressee, NoticeState, Suppression
from services.enrollment.participants.rules import Purpose
from shared.schemas.enrollment import ClassCell, EnrollmentState, Topic
from shared.schemas.registry import TimeZone

NOW = datetime(2027, 2, 5, 2, 0, tzinfo=UTC)
SEATED, WAITLISTED = EnrollmentState.SEATED, EnrollmentState.WAITLISTED


def addressee(**changes) -> Addressee:
    given = {"synthetic": False, "consents": [], "addresses": {Channel.EMAIL: "a@b.example"}}
    return Addressee(**{**given, **changes})


@pytest.mark.parametrize(
    ("topic", "state", "called_off", "kind"),
    [
        (Topic.CLAIMED, SEATED, False, NoticeKind.SEAT),
        (Topic.CLAIMED, WAITLISTED, False, NoticeKind.WAITLISTED),
        (Topic.PROMOTED, SEATED, False, NoticeKind.PROMOTED),
        (Topic.NOT_PLACED, EnrollmentState.NOT_PLACED, False, NoticeKind.NOT_PLACED),
        (Topic.CANCELLED, EnrollmentState.CANCELLED, False, NoticeKind.CANCELLED),
        (Topic.CANCELLED, EnrollmentState.CANCELLED, True, NoticeKind.CLASS_CANCELLED),
        (Topic.COMPLETED, EnrollmentState.COMPLETED, False, None),
        (Topic.PRESENCE_REPORTED, SEATED, False, None),
    ],
)
def test_kind_of(topic, state, called_off, kind):
    assert rules.kind_of(topic, state, called_off=called_off) is kind


def test_a_class_has_moved_when_its_hour_or_its_facility_is_another():
    here = ClassCell(
        program_id="01a1f0c8-6c1e-7bd2-9f3a-5f0c6d2b7e11",
        wave_id="01a1f0c8-6c1e-7bd2-9f3a-5f0c6d2b7e12",
        facility_id="01a1f0c8-6c1e-7bd2-9f3a-5f0c6d2b7e13",
        province_code="33",
        regency_code="33.73",
        time_zone="WIB",
        facility_kind="BLKK",
        host_ministry="MANPOWER",
        starts_at=NOW,
        state="PLANNED",
    )
    elsewhere = here.model_copy(update={"facility_id": here.wave_id})
    later = here.model_copy(update={"starts_at": NOW + timedelta(hours=1)})
    opened = here.model_copy(update={"state": "OPENED"})

    assert rules.has_moved(here, elsewhere)
    assert rules.has_moved(here, later)
    assert not rules.has_moved(here, opened)
    assert not rules.has_moved(None, here)


class TestReminderWindows:
    @pytest.mark.parametrize(
        ("now", "zones"),
        [
            # 09:00 in WIT is 08:00 in WITA and 07:00 in WIB.
            (datetime(2027, 2, 4, 23, 59, tzinfo=UTC), set()),
            (datetime(2027, 2, 5, 0, 0, tzinfo=UTC), {TimeZone.WIT}),
            (datetime(2027, 2, 5, 1, 0, tzinfo=UTC), {TimeZone.WIT, TimeZone.WITA}),
            (NOW, set(TimeZone)),
        ],
    )
    def test_begins_at_nine_by_the_clocks_of_the_class(self, now, zones):
        assert {each.zone for each in rules.reminder_windows(now)} == zones

    def test_covers_the_local_days_three_and_one_away(self):
        found = {
            each.days: each for each in rules.reminder_windows(NOW) if each.zone is TimeZone.WIT
        }

        assert (found[3].day, found[1].day) == (date(2027, 2, 8), date(2027, 2, 6))
        assert found[3].since == datetime(2027, 2, 7, 15, 0, tzinfo=UTC)
        assert found[3].until - found[3].since == timedelta(days=1)

    def test_a_reminder_of_another_start_is_another_one(self):
        versions = {
            rules.reminder_version(date(2027, 2, day), days=days)
            for day in range(1, 29)
            for days in rules.REMIND_DAYS
        }
        assert len(versions) == 28 * len(rules.REMIND_DAYS)


class TestSuppression:
    @pytest.mark.parametrize(
        ("kind", "changes", "reason"),
        [
            (NoticeKind.SEAT, {}, None),
            (NoticeKind.SEAT, {"addressee": None}, Suppression.NO_PERSON),
            (NoticeKind.SEAT, {"expires_at": NOW}, Suppression.PAST_DUE),
            (NoticeKind.SEAT, {"state": EnrollmentState.CANCELLED}, Suppression.OVERTAKEN),
            (NoticeKind.WAITLISTED, {}, Suppression.OVERTAKEN),
            (NoticeKind.START_REMINDER, {"state": WAITLISTED}, Suppression.OVERTAKEN),
            (NoticeKind.CANCELLED, {"state": EnrollmentState.CANCELLED}, None),
            (NoticeKind.FOLLOW_UP, {"state": None}, Suppression.NO_CONSENT),
            (NoticeKind.FOLLOW_UP_REMINDER, {"state": None}, Suppression.NO_CONSENT),
            (NoticeKind.SEAT, {"addressee": addressee(synthetic=True)}, Suppression.SYNTHETIC),
            (
                NoticeKind.SEAT,
                {"addressee": addressee(synthetic=True), "reaches_people": False},
                None,
            ),
        ],
    )
    def test_says_why_nothing_is_sent(self, kind, changes, reason):
        given = {
            "addressee": addressee(),
            "state": SEATED,
            "expires_at": NOW + timedelta(days=1),
            "reaches_people": True,
            **changes,
        }
        whom = given.pop("addressee")

        assert rules.suppression(kind, whom, now=NOW, **given) is reason


def test_the_last_word_on_a_purpose_counts():
    yes = {"purpose": "FOLLOW_UP", "given": True}
    no = {"purpose": "FOLLOW_UP", "given": False}
    other = {"purpose": "PUBLICATION", "given": True}

    assert rules.consents_to(Purpose.FOLLOW_UP, [no, yes, other])
    assert not rules.consents_to(Purpose.FOLLOW_UP, [yes, no])
    assert not rules.consents_to(Purpose.FOLLOW_UP, [other])


def test_contact_is_the_first_channel_that_the_person_has():
    both = addressee(addresses={Channel.EMAIL: "a@b.example", Channel.PHONE: "0812"})

    assert rules.contact(both, channels=[Channel.PHONE, Channel.EMAIL]) == (Channel.PHONE, "0812")
    assert rules.contact(addressee(), channels=[Channel.PHONE]) is None
    assert "0812" not in repr(both)


def test_attempts_grow_rarer_and_end():
    waits = [rules.next_attempt(each, now=NOW) for each in range(1, rules.MAX_ATTEMPTS + 1)]

    assert [each and (each - NOW) // timedelta(minutes=1) for each in waits] == [
        2,
        4,
        8,
        16,
        32,
        None,
    ]


@pytest.mark.parametrize("state", sorted(set(NoticeState) - {NoticeState.FAILED}))
def test_only_what_has_failed_is_retried(state):
    with pytest.raises(rules.NoticeNotFailedError) as refused:
        rules.check_retry(state)

    assert refused.value.extra["state"] == state
