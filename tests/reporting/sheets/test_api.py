import base64
import hashlib
import re
from html.parser import HTMLParser

import pytest

from services.reporting.snapshots.jobs import FREEZE
from shared.clock import ledger_day, utc_now
from shared.jobs.runner import Runner
from shared.scope import Role
from tests.reporting.story import Story


class Page(HTMLParser):
    """The tags of a page, and whether each is closed."""

    _VOID = frozenset({"meta", "br", "rect"})

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.seen: list[tuple[str, dict]] = []

    def handle_starttag(self, tag: str, attrs: list) -> None:
        self.seen.append((tag, dict(attrs)))
        if tag not in self._VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        if tag not in self._VOID:
            assert self.open.pop() == tag


@pytest.fixture
def post(reporting, auth):
    count = iter(range(1_000))

    async def send(path: str, body: dict | None = None):
        headers = {**auth(Role.NATIONAL_ADMIN), "Idempotency-Key": f"key-{next(count)}"}
        return await reporting.post(path, json=body, headers=headers)

    return send


@pytest.fixture
async def snapshot(fold, worker, post) -> str:
    """Return the id of a snapshot of twelve people that has not been published."""
    story = Story()
    story.publish()
    class_id = story.plan_class(story.register_facility(0))
    for _ in range(12):
        story.enroll(class_id)
    await fold(story.events)
    body = {
        "title": "Pilot <Nusantara>",
        "period_from": "2026-11-01",
        "period_to": ledger_day(utc_now()).isoformat(),
    }
    made = (await post("/v1/snapshots", body)).json()
    async with worker.context() as context:
        assert await Runner(context, [FREEZE]).drain() == 1
    return made["id"]


class TestShowSheet:
    async def test_is_one_page_that_runs_nothing_and_loads_nothing(self, reporting, post, snapshot):
        await post(f"/v1/snapshots/{snapshot}/publish")

        response = await reporting.get(f"/sheets/{snapshot}/print")

        assert response.status_code == 200
        policy = response.headers["content-security-policy"]
        assert policy.startswith("default-src 'none'; style-src 'sha256-")
        assert "script" not in policy
        page = Page()
        page.feed(response.text)
        assert page.open == []
        tags = {tag for tag, _ in page.seen}
        assert tags.isdisjoint({"script", "link", "img", "iframe", "form"})
        assert not [name for _, attrs in page.seen for name in attrs if name == "style"]
        style = re.search(r"<style>(.*?)</style>", response.text, re.DOTALL)[1]
        digest = hashlib.sha256(style.encode()).digest()
        assert f"'sha256-{base64.b64encode(digest).decode()}'" in policy

    async def test_shows_what_was_frozen_in_both_languages(self, reporting, post, snapshot):
        await post(f"/v1/snapshots/{snapshot}/publish")
        read = (await reporting.get(f"/v1/snapshots/{snapshot}")).json()
        assert read["print_url"].endswith(f"/sheets/{snapshot}/print")

        indonesian = (await reporting.get(f"/sheets/{snapshot}/print")).text
        english = (await reporting.get(f"/sheets/{snapshot}/print?lang=en")).text

        for page in (indonesian, english):
            assert "DATA SINTETIS" in page
            assert read["sha256"] in page
            assert read["signature"] in page
            assert "Pilot &lt;Nusantara&gt;" in page
            assert '<td class="n">12</td>' in page
        assert '<html lang="id">' in indonesian
        assert "Menurut provinsi" in indonesian
        assert "By province" in english
        assert "West Java" in english

    async def test_confirms_what_somebody_has(self, reporting, post, snapshot):
        await post(f"/v1/snapshots/{snapshot}/publish")
        etag = (await reporting.get(f"/sheets/{snapshot}/print")).headers["etag"]

        again = await reporting.get(f"/sheets/{snapshot}/print", headers={"If-None-Match": etag})
        other = await reporting.get(
            f"/sheets/{snapshot}/print?lang=en", headers={"If-None-Match": etag}
        )

        assert (again.status_code, other.status_code) == (304, 200)

    async def test_what_is_not_published_is_the_publishers_own(self, reporting, auth, snapshot):
        path = f"/sheets/{snapshot}/print?lang=en"

        hidden = await reporting.get(path)
        analyst = await reporting.get(path, headers=auth(Role.ANALYST))
        draft = await reporting.get(path, headers=auth(Role.NATIONAL_ADMIN))

        assert (hidden.status_code, analyst.status_code) == (404, 404)
        assert "Not published" in draft.text
        assert draft.headers["cache-control"] == "private, no-store"

    async def test_says_that_a_revision_has_replaced_it(self, reporting, post, snapshot, worker):
        await post(f"/v1/snapshots/{snapshot}/publish")
        reason = "Presensi <dua> balai dikoreksi"
        revision = (await post(f"/v1/snapshots/{snapshot}/revisions", {"reason": reason})).json()
        async with worker.context() as context:
            await Runner(context, [FREEZE]).drain()
        await post(f"/v1/snapshots/{revision['id']}/publish")

        page = (await reporting.get(f"/sheets/{snapshot}/print?lang=en")).text
        later = (await reporting.get(f"/sheets/{revision['id']}/print?lang=en")).text

        assert f"/sheets/{revision['id']}/print?lang=en" in page
        assert "Presensi &lt;dua&gt; balai dikoreksi" in page
        assert "A revision, because:" in later
