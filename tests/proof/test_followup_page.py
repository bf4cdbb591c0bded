"""Somebody answers on a phone, by the link that he was sent, before a running Balai."""

import asyncio
import json
from collections.abc import Callable, Coroutine
from concurrent.futures import ThreadPoolExecutor
from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest

from services.reporting.followup_answers.rules import texts_in
from services.reporting.followup_links.operations import hand_over, settle
from shared.clock import utc_now
from shared.db.session import make_engine, make_sessions, transaction
from shared.scope import SYSTEM, Actor
from tests.proof.browsing import PHONE, Reader, chromium
from tests.support.waiting import eventually

POSTMAN = Actor(issuer="proof", subject="postman")
STATUS = "input[name=status][value=SELF_EMPLOYED]"
STARTED = "input[name=business_started][value=true]"
HIRED = "input[name=people_hired]"
ID, EN = texts_in("id"), texts_in("en")


def beside(work: Coroutine[Any, Any, Any]) -> Any:
    """Return what a coroutine returns; the browser's own loop runs in this thread."""
    with ThreadPoolExecutor(1) as other:
        return other.submit(asyncio.run, work).result()


async def letters(database_url: str) -> dict[UUID, str]:
    """Take the links that wait to be sent, as the worker does, and return their tokens."""
    engine = make_engine(database_url, name="proof", pool_size=1)
    sessions = make_sessions(engine)
    async with transaction(sessions, scope=SYSTEM, actor=POSTMAN) as session:
        handed = await hand_over(session, now=utc_now(), limit=1_000)
    async with transaction(sessions, scope=SYSTEM, actor=POSTMAN) as session:
        told = {each.link_id: "QUEUED" for each in handed}
        await settle(session, handed, told, now=utc_now())
    await engine.dispose()
    return {each.link_id: each.token for each in handed}


@pytest.fixture
def headers(balai) -> dict[str, str]:
    return balai.token("--role", "NATIONAL_ADMIN")


@pytest.fixture
def token(balai, headers) -> str:
    """What opens the page for somebody who has been asked and has not answered."""
    waiting = balai.get("/reporting/v1/followups?horizon_months=3&status=ASKED", headers)
    [followup, *_] = waiting.json()["items"]
    environment = json.loads((balai.home / "run" / "environment.json").read_text())

    async def ordered() -> str | None:
        # Should the stack's own worker be faster, another link is ordered.
        async with httpx.AsyncClient(base_url=balai.url, headers=headers, timeout=10) as client:
            answer = await client.post(
                "/reporting/v1/followup-links",
                json={"followup_id": followup["id"]},
                headers={"Idempotency-Key": str(uuid4())},
            )
        assert answer.status_code == 202, answer.text
        found = await letters(environment["REPORTING_DATABASE_URL"])
        return found.get(UUID(answer.json()["id"]))

    return beside(eventually(ordered))


@pytest.fixture
def phone(balai):
    """A tab as wide as a phone; at the end nothing was wrong in it."""
    with chromium() as browser:
        tab = Reader(browser, f"{balai.url}/reporting/follow-up", viewport=PHONE)
        yield tab
        assert tab.errors == []
        assert tab.policy_violations() == []
        assert [url for url in tab.asked if not url.startswith(balai.url)] == []
        tab.context.close()


@pytest.fixture
def answered(balai, headers) -> Callable[[], int]:
    """Return the function that reads how many have answered after three months."""

    def read() -> int:
        path = "/reporting/v1/reports/outcomes?horizon=3&indicator=answered"
        [row] = balai.get(path, headers).json()["rows"]
        return row["numerator"]

    return read


def open_by(phone: Reader, token: str) -> None:
    phone.page.goto(f"{phone.home}#{token}")
    phone.page.wait_for_selector("#form:not([hidden]), #title:focus")


def well_made(phone: Reader) -> bool:
    """Hold that the page fits the screen and that axe finds nothing wrong."""
    assert phone.violations() == []
    return phone.width() == PHONE["width"]


def test_is_filled_in_saved_and_sent_once(phone, token, answered):
    before = answered()
    open_by(phone, token)
    assert phone.page.inner_text("#synthetic") == ID["synthetic"]
    assert well_made(phone)

    phone.page.click("#send")
    assert phone.page.inner_text("#problem") == ID["missing"]
    assert phone.page.evaluate("document.activeElement.name") == "status"
    assert well_made(phone)

    phone.page.check(STATUS)
    phone.page.wait_for_selector(f"#state:text-is('{ID['saved']}')")
    phone.page.check(STARTED)
    phone.page.wait_for_selector(f"#state:text-is('{ID['saved']}')")
    phone.page.reload()
    phone.page.wait_for_selector(f"{STATUS}:checked")
    assert phone.page.is_checked(STARTED)

    phone.page.click("#languages [lang=en]")
    assert phone.page.get_attribute("html", "lang") == "en"
    assert phone.page.inner_text("#send") == EN["send"]
    assert phone.page.is_checked(STATUS)
    phone.page.fill(HIRED, "two")
    assert phone.page.inner_text("#wrong-people_hired") == EN["number"]
    phone.page.fill(HIRED, "2")
    assert well_made(phone)

    phone.page.click("#send")
    phone.page.wait_for_selector(f"#title:text-is('{EN['thanks']}')")
    assert phone.page.locator("#form").is_hidden()
    assert well_made(phone)
    beside(eventually(lambda: answered() == before + 1, within_s=5))

    phone.page.reload()
    phone.page.wait_for_selector("#title:focus")
    assert phone.page.locator("#form").is_hidden()
    assert "sudah dikirim" in phone.page.inner_text("#lead")
    assert well_made(phone)
    assert [url for url in phone.asked if token in url.partition("#")[0]] == []


def test_is_gone_through_by_keyboard(phone, token):
    open_by(phone, token)
    phone.page.focus(STATUS)
    phone.page.keyboard.press("Space")
    phone.page.wait_for_selector(f"#state:text-is('{ID['saved']}')")

    there = phone.stops()
    reached = set()
    for _ in range(3 * there):
        phone.page.keyboard.press("Tab")
        reached.add(phone.page.evaluate("document.activeElement.id || document.activeElement.name"))
    assert {"status", "business_started", "in-people_hired", "send"} <= reached
    phone.page.focus("#send")
    phone.page.keyboard.press("Enter")
    phone.page.wait_for_selector(f"#title:text-is('{ID['thanks']}')")


@pytest.mark.parametrize("fragment", ["", "A" * 43])
def test_says_that_a_link_opens_nothing(phone, fragment):
    open_by(phone, fragment)

    assert phone.page.inner_text("#title") == ID["ended"]
    assert phone.page.locator("#form").is_hidden()
    assert phone.page.inner_text("#lead")
    assert well_made(phone)
