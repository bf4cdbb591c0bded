"""The dashboard of a finished pilot, read by a person with a browser."""

import asyncio
import re
import subprocess
from concurrent.futures import ThreadPoolExecutor
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest

from services.reporting.dashboard.rules import PROVINCES
from shared.clock import ledger_day, utc_now
from tests.proof.browsing import DESKTOP, PHONE, Reader, chromium
from tests.proof.conftest import HERE
from tests.support.waiting import eventually

VENDOR = HERE.parents[1] / "services/reporting/dashboard/static/vendor"
SCREENS = [
    pytest.param({"viewport": viewport, "color_scheme": scheme}, id=f"{name}-{scheme}")
    for name, viewport in (("desktop", DESKTOP), ("phone", PHONE))
    for scheme in ("light", "dark")
]


@pytest.fixture(scope="module")
def browser():
    with chromium() as running:
        yield running


@pytest.fixture
def reader(browser, balai):
    """Return the function that opens the page in a tab of its own; at the end nothing was wrong."""
    opened: list[Reader] = []

    def begin(query: str = "", **options) -> Reader:
        tab = Reader(browser, f"{balai.url}/reporting/", **{"viewport": DESKTOP, **options})
        opened.append(tab)
        tab.open(query)
        return tab

    yield begin
    for tab in opened:
        assert tab.errors == []
        assert tab.policy_violations() == []
        assert [url for url in tab.asked if not url.startswith((balai.url, "blob:"))] == []
        tab.context.close()


@pytest.fixture
def token(balai) -> str:
    return balai.token("--role", "NATIONAL_ADMIN")["Authorization"].removeprefix("Bearer ")


def figures(balai, path: str, headers=None) -> list[dict]:
    answer = balai.get(f"/reporting/v1/reports/{path}", headers)
    assert answer.status_code == 200, answer.text
    return answer.json()["rows"]


def numerator(rows: list[dict], **dims) -> int:
    [row] = [row for row in rows if dims.items() <= row["dims"].items()]
    return row["numerator"]


def busiest_province(balai) -> str:
    rows = figures(balai, "progress?by=province")
    seated = {
        row["dims"]["province"]: row["numerator"]
        for row in rows
        if row["dims"]["indicator"] == "seated"
    }
    return max(seated, key=lambda code: (seated[code], code))


def frozen_snapshot(balai, headers) -> dict:
    """Return a published snapshot of today, ordered and waited for like any job."""
    today = ledger_day(utc_now()).isoformat()
    body = {"title": "Uji coba", "period_from": today, "period_to": today}
    address = f"{balai.url}/reporting/v1/snapshots"
    keyed = {**headers, "Idempotency-Key": f"proof-{today}"}
    ordered = httpx.post(address, json=body, headers=keyed, timeout=10)
    assert ordered.status_code == 202, ordered.text
    path = f"/reporting/v1/snapshots/{ordered.json()['id']}"
    frozen = eventually(lambda: balai.get(path, headers).json()["state"] != "ORDERED", within_s=60)
    # The browser's own loop runs in this thread.
    with ThreadPoolExecutor(1) as beside:
        assert beside.submit(asyncio.run, frozen).result()
    published = httpx.post(f"{balai.url}{path}/publish", headers=keyed, timeout=10)
    assert published.status_code == 200, published.text
    return published.json()


def test_shows_the_figures_that_the_audit_counts(balai, reader):
    told = balai.audit()
    tab = reader()

    assert told["differences"] == 0
    assert tab.number("[data-figure=seated]") == told["counts"]["claims"]
    opened = tab.page.inner_text("#cockpit .totals > div:first-child dd")
    assert f"dari {told['counts']['classes']}" in opened
    assert "DATA SINTETIS" in tab.page.inner_text("#synthetic")
    assert tab.page.get_attribute("#fresh", "data-state") == "live"


def test_filters_to_one_province_and_shares_the_view(balai, reader):
    province = busiest_province(balai)
    expected = numerator(
        figures(balai, f"progress?province={province}"), indicator="seated", target=5000
    )
    tab = reader()
    whole = tab.number("[data-figure=seated]")
    tab.page.click("#filters summary")
    tab.page.select_option("[data-filter=province]", province)
    tab.page.wait_for_selector(f"[data-remove=province]:has-text('{PROVINCES[province].id}')")
    tab.wait_for_number("[data-figure=seated]", expected)

    assert expected < whole
    assert parse_qs(urlsplit(tab.page.url).query) == {"province": [province]}
    shared = reader(f"?{urlsplit(tab.page.url).query}")
    assert shared.number("[data-figure=seated]") == expected
    assert shared.page.get_attribute(f"path[data-province='{province}']", "aria-pressed") == "true"
    tab.page.go_back()
    tab.wait_for_number("[data-figure=seated]", whole)


def test_switches_language_without_forgetting_the_token(reader, token):
    tab = reader()
    tab.use_token(token)
    tab.page.click(".languages [lang=en]")
    tab.page.wait_for_selector("html[lang=en]")
    tab.page.wait_for_selector("#outcomes h2:has-text('What became of it')")

    assert tab.page.inner_text("#login") == "Drop the token"
    assert tab.page.inner_text("h1") == "Simultaneous entrepreneurship training"
    assert not tab.page.locator("#outcomes").is_hidden()
    tab.page.wait_for_selector("#outcomes .choices:has-text('3 months')")
    assert not tab.page.get_by_text("Angka yang sama").count()


def test_keeps_the_token_in_memory_alone(reader, token):
    tab = reader()
    tab.use_token(token)
    kept = tab.page.evaluate(
        "() => [document.cookie, location.href, JSON.stringify(localStorage),"
        " JSON.stringify(sessionStorage), document.documentElement.outerHTML].join()"
    )

    assert token not in kept
    assert [url for url in tab.asked if token in url] == []
    tab.page.reload()
    tab.page.wait_for_selector("html[data-ready]")
    assert tab.page.get_attribute("#login", "data-text") == "login"
    assert tab.page.locator("#outcomes").is_hidden()


def test_says_that_a_token_is_refused(reader):
    tab = reader()
    tab.page.click("#login")
    tab.page.fill("#token-field", "not.a.token")
    tab.page.keyboard.press("Enter")
    tab.page.wait_for_selector("#token-refused:not(:empty)")

    assert tab.page.locator("#token-dialog").is_visible()
    tab.page.keyboard.press("Escape")
    # The browser tells of the close, which empties the field, a moment after the key.
    tab.page.wait_for_function("() => document.querySelector('#token-field').value === ''")


def test_shows_outcomes_with_their_response(balai, reader, token):
    rows = figures(balai, "outcomes?horizon=3", {"Authorization": f"Bearer {token}"})
    [answered] = [row for row in rows if row["dims"]["indicator"] == "answered"]
    tab = reader()
    tab.use_token(token)

    told = tab.page.inner_text("#outcomes p.response")
    assert f"{answered['numerator']} dari {answered['denominator']}" in told
    assert tab.page.locator("#outcomes [data-outcome]").count() > 5


def test_a_downloaded_table_is_what_is_shown_and_what_the_api_says(balai, reader, token):
    headers = {"Authorization": f"Bearer {token}"}
    tab = reader("?lang=en")
    tab.use_token(token)
    shown = tab.table("map")
    written = tab.csv("map")
    said = {
        row["dims"]["province"]: row["numerator"]
        for row in figures(balai, "progress?by=province", headers)
        if row["dims"]["indicator"] == "seated" and row["dims"]["target"] == 5000
    }

    assert {
        row["province"]: int(row["numerator"])
        for row in written
        if row["indicator"] == "seated" and row["denominator"] == "5000"
    } == said
    names = {PROVINCES[code].en: count for code, count in said.items()}
    assert {
        name: int(count.replace(",", "")) for name, count in shown[1:] if count[0].isdigit()
    } == names
    assert tab.download("map", "xlsx").read_bytes()[:2] == b"PK"


def test_the_hour_of_the_start_is_streamed_with_the_token(balai, reader, token):
    tab = reader()
    tab.use_token(token)
    with tab.page.expect_response(lambda answer: answer.url.endswith("/cockpit/stream")) as told:
        tab.page.locator("#outcomes").scroll_into_view_if_needed()
        tab.page.locator("#cockpit .totals").scroll_into_view_if_needed()

    assert told.value.status == 200
    assert told.value.headers["content-type"].startswith("text/event-stream")
    assert told.value.request.headers["authorization"] == f"Bearer {token}"
    tab.page.click("#tab-opening")
    tab.page.keyboard.press("ArrowRight")
    tab.page.wait_for_selector("#tab-signups[aria-selected=true]")
    tab.page.wait_for_selector("#cockpit .chart")
    signups = balai.get("/reporting/v1/signups").json()
    assert f"{signups['total']} pendaftaran" in tab.page.inner_text("#cockpit .detail").replace(
        ".", ""
    )


def test_a_centre_is_chosen_and_shown_with_its_criteria(balai, reader, token):
    headers = {"Authorization": f"Bearer {token}"}
    [first, *_] = balai.get("/reporting/v1/scorecards?limit=1", headers).json()["items"]
    tab = reader("?lang=en")
    tab.use_token(token)
    tab.page.select_option("#centre", first["facility_id"])
    tab.page.wait_for_selector("#scorecard .criteria li")

    assert f"of {first['credible']['of']}" in tab.page.inner_text("#scorecard .totals")
    assert parse_qs(urlsplit(tab.page.url).query)["centre"] == [first["facility_id"]]


def test_an_official_sheet_is_one_page_that_the_browser_checks(balai, reader, token, tmp_path):
    headers = {"Authorization": f"Bearer {token}"}
    snapshot = frozen_snapshot(balai, headers)
    tab = reader()
    tab.page.goto(f"{balai.url}/reporting/sheets/{snapshot['id']}")
    tab.page.wait_for_selector("#sheet-proof [data-check]")

    assert tab.page.inner_text("h1") == snapshot["title"]
    assert tab.page.locator("#sheet-proof [data-check=true]").count() == 2
    assert snapshot["sha256"] in tab.page.inner_text("#sheet-proof")
    assert "DATA SINTETIS" in tab.page.inner_text("#synthetic")
    assert tab.violations() == []
    paper = tmp_path / "sheet.pdf"
    tab.page.pdf(path=str(paper), prefer_css_page_size=True)
    told = subprocess.run(["pdfinfo", paper], capture_output=True, text=True, check=True).stdout
    assert re.search(r"^Pages:\s+1$", told, re.MULTILINE)
    assert "A4" in told


def test_the_map_is_walked_by_arrow_keys_and_chosen_by_enter(balai, reader):
    province = busiest_province(balai)
    tab = reader(f"?province={province}")
    tab.page.focus(f"path[data-province='{province}']")
    said = tab.page.get_attribute(f"path[data-province='{province}']", "aria-label")

    assert said.startswith(f"{PROVINCES[province].id}: ")
    tab.page.keyboard.press("Enter")
    tab.page.wait_for_function("() => !location.search.includes('province')")
    visited = {province}
    for key in ["ArrowRight"] * 8 + ["ArrowDown"] * 4 + ["ArrowLeft"] * 8 + ["ArrowUp"] * 4:
        tab.page.keyboard.press(key)
        visited.add(tab.page.evaluate("document.activeElement.dataset.province"))
    assert len(visited) > 6
    assert visited <= set(PROVINCES)
    assert tab.page.locator("path[data-province][tabindex='0']").count() == 1


def test_the_tab_key_comes_by_everything_and_is_seen(reader, token):
    tab = reader()
    tab.use_token(token)
    tab.page.click("#filters summary")
    tab.page.wait_for_selector("[data-filter=province]")
    there = tab.stops()
    stops = tab.tab_round()

    assert [each["what"] for each in stops if not each["seen"]] == []
    assert len(stops) == there > 40


@pytest.mark.parametrize("screen", SCREENS)
def test_anybody_can_read_it(reader, token, screen):
    tab = reader("?lang=en", **screen)

    assert tab.width() == screen["viewport"]["width"]
    assert tab.violations() == []
    tab.use_token(token)
    tab.page.click("#filters summary")
    tab.page.wait_for_selector("[data-filter=province]")
    for summary in tab.page.locator("main details:not([open]) > summary").all():
        if summary.is_visible():
            summary.click()
    assert tab.width() == screen["viewport"]["width"]
    assert tab.violations() == []
    tab.page.click("#login")
    tab.page.click("#login")
    assert tab.violations() == []


def test_the_bundle_is_what_its_build_makes(tmp_path):
    subprocess.run([VENDOR / "build.sh", tmp_path], check=True, timeout=170)

    for name in ("maps.js", "maps.licences.txt"):
        assert (tmp_path / name).read_bytes() == (VENDOR / name).read_bytes()
