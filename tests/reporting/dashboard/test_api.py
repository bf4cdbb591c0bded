import gzip
import json
import re
from html.parser import HTMLParser
from pathlib import Path

import pytest

from services.reporting.dashboard import api
from services.reporting.dashboard.rules import PROVINCES, SECTIONS

HERE = Path(api.__file__).parent
SCRIPTS = sorted(path.name for path in (HERE / "static").glob("*.js"))
# What a page may weigh: the bundle is bounded by what was promised, our own scripts by good sense.
BUNDLE_BYTES = 60_000
SCRIPTS_BYTES = 30_000
LONGEST = 350
SHEET = "019ab415-cb72-715f-9fa0-d136eabf792c"


class Page(HTMLParser):
    """What a browser would fetch or run, and the words of the page."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict]] = []
        self.words: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))

    def handle_data(self, data):
        self.words.append(data)

    def addresses(self) -> list[str]:
        found = [
            attributes[name]
            for _, attributes in self.tags
            for name in ("href", "src")
            if name in attributes
        ]
        return [address for address in found if not address.startswith(("#", "?"))]


async def page_of(reporting, query: str = "", **headers) -> tuple:
    response = await reporting.get(f"/{query}", headers=headers)
    assert response.status_code == 200
    return response, Page(response.text)


class TestShowDashboard:
    @pytest.mark.parametrize(
        ("query", "headers", "language"),
        [
            ("", {}, "id"),
            ("", {"Accept-Language": "en-US,en;q=0.8"}, "en"),
            ("?lang=en", {"Accept-Language": "id"}, "en"),
            ("?lang=id", {"Accept-Language": "en"}, "id"),
        ],
    )
    async def test_speaks_the_language_asked_for(self, reporting, query, headers, language):
        response, page = await page_of(reporting, query, **headers)

        assert response.headers["content-language"] == language
        assert ("html", {"lang": language}) in page.tags
        title = {"id": "Kemajuan terhadap sasaran", "en": "Progress against the target"}[language]
        assert title in page.words

    async def test_fetches_nothing_from_elsewhere_and_runs_nothing_inline(self, reporting):
        response, page = await page_of(reporting)

        policy = response.headers["content-security-policy"]
        assert "default-src 'none'" in policy
        assert "unsafe" not in policy
        assert not [address for address in page.addresses() if re.match(r"(\w+:)?//|/", address)]
        assert not [tag for tag, attributes in page.tags if "style" in attributes]
        assert not [name for _, attributes in page.tags for name in attributes if name[:2] == "on"]
        assert [attributes for tag, attributes in page.tags if tag == "script"] == [
            {"type": "module", "src": "static/page.js"}
        ]

    async def test_every_address_on_it_answers(self, reporting):
        _, page = await page_of(reporting)

        addresses = {address.partition("#")[0] for address in page.addresses()}
        assert "static/vendor/maps.js" in addresses
        for address in sorted(addresses):
            response = await reporting.get(f"/{address}")
            assert response.status_code == 200, address

    async def test_opens_with_the_choices_of_whoever_shared_it(self, reporting):
        shared = "?lang=en&province=33&measure=opening.present&as_of=2026-11-22T10:00:00Z&sex=F"
        response, _ = await page_of(reporting, shared)
        plain, _ = await page_of(reporting, "?lang=en")

        assert response.text == plain.text

    async def test_knows_no_choice_that_could_name_a_person(self, reporting):
        assert (await reporting.get("/?participant_id=1")).status_code == 400

    async def test_has_landmarks_a_heading_and_a_way_past_them(self, reporting):
        _, page = await page_of(reporting)

        tags = [tag for tag, _ in page.tags]
        for landmark in ("header", "main", "footer", "h1"):
            assert tags.count(landmark) == 1
        assert ("a", {"class": "skip", "href": "#content", "data-text": "skip"}) in page.tags
        sections = [attributes["id"] for tag, attributes in page.tags if tag == "section"]
        assert sections == list(SECTIONS)

    async def test_hides_the_banner_until_the_figures_say_that_they_are_generated(self, reporting):
        _, page = await page_of(reporting)

        [banner] = [
            attributes for _, attributes in page.tags if attributes.get("id") == "synthetic"
        ]
        assert "hidden" in banner
        assert "DATA SINTETIS" in page.words

    async def test_is_not_sent_again_unchanged(self, reporting):
        response, _ = await page_of(reporting)

        again = await reporting.get("/", headers={"If-None-Match": response.headers["etag"]})

        assert again.status_code == 304

    async def test_refuses_a_language_that_it_does_not_speak(self, reporting):
        assert (await reporting.get("/?lang=fr")).status_code == 422


class TestShowSheet:
    async def test_is_a_page_of_its_own_under_the_same_policy(self, reporting):
        response, page = await page_of(reporting, f"sheets/{SHEET}?lang=en")
        dashboard, _ = await page_of(reporting)

        policy = "content-security-policy"
        assert response.headers[policy] == dashboard.headers[policy]
        assert [attributes for tag, attributes in page.tags if tag == "script"] == [
            {"type": "module", "src": "../static/sheet.js"}
        ]
        assert "The minister's sheet" in page.words

    async def test_every_file_of_it_answers(self, reporting):
        _, page = await page_of(reporting, f"sheets/{SHEET}")

        addresses = {address for address in page.addresses() if "/static/" in address}
        assert len(addresses) == 4
        for address in sorted(addresses):
            assert (await reporting.get(address.removeprefix(".."))).status_code == 200, address

    async def test_refuses_what_is_no_snapshot(self, reporting):
        assert (await reporting.get("/sheets/all")).status_code == 422


class TestGetWords:
    async def test_says_the_same_things_in_both_languages(self, reporting):
        indonesian, english = [
            (await reporting.get(f"/words/{language}.json")).json() for language in ("id", "en")
        ]

        assert indonesian.keys() == english.keys()
        assert all(indonesian.values())
        assert all(english.values())
        named = r"\{\w+\}"
        for name, sentence in indonesian.items():
            parts = sorted(re.findall(named, sentence))
            assert parts == sorted(re.findall(named, english[name])), name
        assert english["province_33"] == PROVINCES["33"].en

    async def test_are_all_that_the_scripts_ask_for(self, reporting):
        words = (await reporting.get("/words/id.json")).json()
        asked = {
            name
            for script in SCRIPTS
            for name in re.findall(
                r'(?:say\(|data-text": )"(\w+)"', (HERE / "static" / script).read_text()
            )
        }

        assert len(asked) > 60
        assert asked <= words.keys()

    async def test_is_not_sent_again_unchanged(self, reporting):
        first = await reporting.get("/words/en.json")
        again = await reporting.get(
            "/words/en.json", headers={"If-None-Match": first.headers["etag"]}
        )

        assert again.status_code == 304

    async def test_refuses_a_language_that_it_does_not_speak(self, reporting):
        assert (await reporting.get("/words/fr.json")).status_code == 422


class TestGetStaticFile:
    @pytest.mark.parametrize(
        "name", ["page.css", "icon.svg", "provinces.json", "vendor/maps.licences.txt", *SCRIPTS]
    )
    async def test_gives_the_files_of_the_page(self, reporting, name: str):
        response = await reporting.get(f"/static/{name}")
        again = await reporting.get(
            f"/static/{name}", headers={"If-None-Match": response.headers["etag"]}
        )

        assert response.status_code == 200
        assert response.headers["x-content-type-options"] == "nosniff"
        assert again.status_code == 304

    @pytest.mark.parametrize(
        "name",
        ["api.py", "..%2Fapi.py", "page.html", "%2e%2e/page.html", "vendor/package.json", "vendor"],
    )
    async def test_gives_nothing_else(self, reporting, name: str):
        assert (await reporting.get(f"/static/{name}")).status_code == 404

    async def test_loads_before_it_is_asked_for_every_script_that_a_script_imports(self, reporting):
        _, page = await page_of(reporting)
        preloaded = {
            attributes["href"]
            for tag, attributes in page.tags
            if tag == "link" and attributes.get("rel") == "modulepreload"
        }
        imported = {
            f"static/{name}"
            for script in SCRIPTS
            for name in re.findall(r'from "\./([\w/.]+)"', (HERE / "static" / script).read_text())
        }

        assert imported <= preloaded

    async def test_draws_every_province_and_no_other(self, reporting):
        drawn = (await reporting.get("/static/provinces.json")).json()
        [provinces] = drawn["objects"].values()

        assert sorted(each["id"] for each in provinces["geometries"]) == sorted(PROVINCES)


class TestScripts:
    def test_are_light(self):
        bundle = gzip.compress((HERE / "static/vendor/maps.js").read_bytes())
        own = b"".join((HERE / "static" / name).read_bytes() for name in SCRIPTS)

        assert len(bundle) <= BUNDLE_BYTES
        assert len(gzip.compress(own)) <= SCRIPTS_BYTES

    @pytest.mark.parametrize("name", SCRIPTS)
    def test_keep_what_a_reader_types_out_of_the_address_and_of_storage(self, name: str):
        script = (HERE / "static" / name).read_text()

        assert not re.search(r"localStorage|sessionStorage|document\.cookie|indexedDB", script)
        assert not re.search(
            r"innerHTML\s*=[^=]|insertAdjacentHTML|eval\(|https?://(?!www\.w3)", script
        )

    @pytest.mark.parametrize("name", SCRIPTS)
    def test_are_no_longer_than_a_module(self, name: str):
        assert len((HERE / "static" / name).read_text().splitlines()) <= LONGEST

    def test_are_built_from_a_lock_that_names_no_host(self):
        lock = json.loads((HERE / "static/vendor/package-lock.json").read_text())

        packages = {name: each for name, each in lock["packages"].items() if name}
        assert len(packages) > 10
        assert all(each["integrity"].startswith("sha512-") for each in packages.values())
        assert not [name for name, each in packages.items() if "resolved" in each]
