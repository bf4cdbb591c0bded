"""Notices leave once, to the right address, and the log tells what became of each."""

from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import event, text

from services.enrollment.notices import operations, rules
from services.enrollment.notices.jobs import order_due, remind
from shared.clock import utc_now
from tests.support.planning import NIK
from tests.support.seats import NOW

EMAIL = "kanari@rahasia.example"
NAME = "Kanari Rahasia"
REAL = {"synthetic": False, "email": EMAIL, "name": NAME}


async def wake(seats) -> None:
    """Let time pass until every notice is due, and the cron see it."""
    async with seats.transaction() as session:
        await session.execute(text("UPDATE enrollment.notice SET due_at = now()"))
        await operations.order_sending_if_due(session, now=utc_now())


class TestSendNotices:
    async def test_tells_who_got_a_seat_in_the_language_of_that_person(
        self, seats, admin, post, mail, rows
    ):
        class_id = await seats.class_()
        await admin.claim(class_id, await seats.person(**REAL, language="en"))
        await admin.claim(class_id, await seats.person(**REAL))

        await post()
        await post()

        (english, indonesian) = sorted(mail.letters, key=lambda each: each["Subject"], reverse=True)
        assert english["Subject"] == "You have a seat in Kelas 1"
        assert indonesian["Subject"] == "Anda mendapat tempat di Kelas 1"
        assert f"Dear {NAME}," in english.get_content()
        assert "BLKK Contoh" in english.get_content()
        assert english["To"] == EMAIL
        kept = await rows("SELECT * FROM enrollment.notice ORDER BY language")
        assert [row["state"] for row in kept] == ["SENT", "SENT"]
        assert [row["language"] for row in kept] == ["en", "id"]
        assert {row["reference"] for row in kept} == {"Q1", "Q2"}
        assert {(row["channel"], row["template_version"], row["attempts"]) for row in kept} == {
            ("EMAIL", 1, 1)
        }

    async def test_keeps_neither_address_nor_name_nor_text(
        self, seats, admin, post, mail, rows, capfd
    ):
        class_id = await seats.class_()
        mail.refusals[EMAIL] = f"451 {EMAIL} later"
        await admin.claim(class_id, await seats.person(**REAL))
        capfd.readouterr()

        await post()
        mail.refusals.clear()
        await wake(seats)
        await post()

        assert len(mail.letters) == 1
        logged = "".join(capfd.readouterr())
        assert "smtp-451" in logged
        for kept in (
            logged,
            str(await rows("SELECT * FROM enrollment.notice")),
            str(await rows("SELECT * FROM enrollment.job")),
            str(await rows("SELECT payload FROM enrollment.event")),
        ):
            assert EMAIL not in kept
            assert NAME not in kept

    async def test_tries_again_later_and_in_the_end_no_more(
        self, seats, admin, post, mail, rows, told
    ):
        mail.refusals[EMAIL] = "451 later"
        await admin.claim(await seats.class_(), await seats.person(**REAL))

        await post()
        (first,) = await rows("SELECT state, reason, due_at - now() AS left FROM enrollment.notice")
        await post()
        for _ in range(rules.MAX_ATTEMPTS):
            await wake(seats)
            await post()

        assert (first["state"], first["reason"]) == ("PENDING", "smtp-451")
        assert timedelta(minutes=1) < first["left"] <= timedelta(minutes=2)
        assert await told() == [("SEAT", "FAILED", "smtp-451")]
        (kept,) = await rows("SELECT attempts FROM enrollment.notice")
        assert kept["attempts"] == rules.MAX_ATTEMPTS

    async def test_a_server_that_is_away_costs_no_attempt(
        self, seats, admin, post, mail, rows, told
    ):
        await mail.stop()
        await admin.claim(await seats.class_(), await seats.person(**REAL))

        await post()

        (kept,) = await rows(
            "SELECT state, reason, attempts, due_at > now() AS later, claimed_until"
            " FROM enrollment.notice"
        )
        assert kept == {
            "state": "PENDING",
            "reason": "smtp-unreachable",
            "attempts": 0,
            "later": True,
            "claimed_until": None,
        }

    async def test_what_a_server_refuses_for_good_has_failed(self, seats, admin, post, mail, told):
        mail.refusals[EMAIL] = "550 nobody"
        await admin.claim(await seats.class_(), await seats.person(**REAL))

        await post()

        assert await told() == [("SEAT", "FAILED", "smtp-550")]

    @pytest.mark.parametrize(
        ("changes", "reason"),
        [
            ({"synthetic": False}, "no-contact"),
            ({"synthetic": False, "phone": "081200000017"}, "no-contact"),
            ({"email": EMAIL}, "synthetic"),
        ],
    )
    async def test_says_why_somebody_is_not_told(self, seats, admin, post, told, changes, reason):
        await admin.claim(await seats.class_(), await seats.person(**changes))

        await post()

        assert await told() == [("SEAT", "SUPPRESSED", reason)]

    async def test_only_what_is_still_true_is_told(self, seats, admin, post, mail, told):
        class_id = await seats.class_(capacity=1)
        people = [await seats.person(**REAL), await seats.person(**REAL)]
        first, _ = [(await admin.claim(class_id, each)).json() for each in people]
        await admin.post(f"/v1/classes/{class_id}/enrollments/{first['id']}/cancel")

        await post()

        assert sorted(await told()) == [
            ("CANCELLED", "SENT", None),
            ("PROMOTED", "SENT", None),
            ("SEAT", "SUPPRESSED", "overtaken"),
            ("WAITLISTED", "SUPPRESSED", "overtaken"),
        ]
        assert len(mail.letters) == 2

    async def test_the_log_takes_synthetic_people_by_phone(self, seats, admin, post, rows, capfd):
        await admin.claim(await seats.class_(), await seats.person(phone="081200000017"))
        capfd.readouterr()

        await post(notices="log")

        (kept,) = await rows("SELECT id, state, channel FROM enrollment.notice")
        assert (kept["state"], kept["channel"]) == ("SENT", "PHONE")
        logged = "".join(capfd.readouterr())
        assert str(kept["id"]) in logged
        assert "081200000017" not in logged


class TestOrderDue:
    async def test_what_a_dead_worker_held_is_sent(
        self, seats, admin, post, mail, worker_with, rows
    ):
        await admin.claim(await seats.class_(), await seats.person(**REAL))
        async with worker_with(notices="off").context() as context:
            await post(notices="log")
            async with seats.transaction() as session:
                await session.execute(
                    text(
                        "UPDATE enrollment.notice SET state = 'PENDING', settled_at = NULL,"
                        " claimed_until = now() + interval '1 minute'"
                    )
                )
            await order_due(context)
            held = await rows("SELECT 1 FROM enrollment.job WHERE state = 'QUEUED'")
            async with seats.transaction() as session:
                await session.execute(
                    text("UPDATE enrollment.notice SET claimed_until = now() - interval '1 second'")
                )
            await order_due(context)
            await order_due(context)
            ordered = await rows("SELECT 1 FROM enrollment.job WHERE state = 'QUEUED'")

        await post()

        assert (len(held), len(ordered)) == (0, 1)
        assert len(mail.letters) == 1


class TestRemind:
    async def test_reminds_each_once_of_a_start_three_days_and_one_day_away(
        self, seats, admin, post, mail, worker_with, told
    ):
        jakarta = ZoneInfo("Asia/Jakarta")
        today = NOW.astimezone(jakarta).date()
        noon = datetime.combine(today, time(12), tzinfo=jakarta)
        starts_at = datetime.combine(today + timedelta(days=3), time(8), tzinfo=jakarta)
        class_id = await seats.class_(capacity=1, starts_at=starts_at)
        await seats.class_(starts_at=starts_at + timedelta(days=1))
        for person in (await seats.person(**REAL), await seats.person(**REAL)):
            await admin.claim(class_id, person)
        await post()
        mail.letters.clear()

        async with worker_with().context() as context:
            for window in rules.reminder_windows(noon):
                for _ in range(2):
                    async with context.transaction() as session:
                        await operations.remind_classes(session, window, now=noon, limit=50)
            await remind(context)
        await wake(seats)
        await post()

        assert [each["Subject"] for each in mail.letters] == [
            f"Pengingat: Kelas 1 dimulai {mail.letters[0]['Subject'].partition('dimulai ')[2]}"
        ]
        assert "pukul 08.00 WIB" in mail.letters[0]["Subject"]
        assert [each for each in await told() if each[0] == "START_REMINDER"] == [
            ("START_REMINDER", "SENT", None)
        ]


class TestPlans:
    async def test_the_due_and_a_persons_notices_are_found_by_index(self, seats, rows):
        await rows("SELECT 1")
        async with seats.transaction() as session:
            await session.execute(
                text(
                    "INSERT INTO enrollment.notice (participant_id, id, kind, occasion_id, version,"
                    " params, state, due_at, expires_at, created_at, settled_at)"
                    " SELECT gen_random_uuid(), gen_random_uuid(), 'SEAT', gen_random_uuid(), 1,"
                    " '{}', 'SUPPRESSED', now(), now(), now(), now() FROM generate_series(1, 3000)"
                )
            )
        seen: list[tuple] = []
        engine = seats.sessions.kw["bind"].sync_engine

        def note(_connection, _cursor, statement, parameters, *_) -> None:
            seen.append((statement, parameters))

        event.listen(engine, "before_cursor_execute", note)
        async with seats.transaction() as session:
            await operations.claim_due(session, now=NOW, limit=100)
            (statement, parameters) = next(each for each in seen if "UPDATE" in each[0])
            connection = await session.connection()
            plan = await connection.exec_driver_sql(f"EXPLAIN {statement}", parameters)
            explained = "\n".join(row[0] for row in plan)
        event.remove(engine, "before_cursor_execute", note)

        assert "ix_notice_pending" in explained


class TestCode:
    async def test_leaves_by_mail_and_its_seal_goes_with_it(
        self, seats, post, mail, rows, login_of, codes
    ):
        person = await seats.person(**REAL)
        (kept,) = await rows("SELECT birth_date FROM enrollment.participant")
        index = codes.keys.index_of(NIK)
        async with seats.transaction() as session:
            await session.execute(
                text("INSERT INTO enrollment.identity_claim VALUES (:index, :person)"),
                {"index": index, "person": person},
            )
        body = {"nik": NIK, "birth_date": kept["birth_date"].isoformat()}
        asked = await login_of("sari").post("/v1/me/contact-codes", body)
        code = await codes.last()

        await post()

        assert asked.status_code == 202
        (letter,) = mail.letters
        assert letter["Subject"] == "Kode Anda untuk Balai"
        assert f"Kode Anda: {code}" in letter.get_content()
        assert await codes.sent() == []
