import re
from html.parser import HTMLParser

import pytest

from services.reporting.dashboard.rules import TILES

STATIC = ("page.css", "page.js", "icon.svg")


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
        title = {"id": "Kemajuan nasional", "en": "National progress"}[language]
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

        for address in set(page.addresses()):
            response = await reporting.get(f"/{address.partition('#')[0]}")
            assert response.status_code == 200, address

    async def test_has_a_square_and_a_row_for_every_province(self, reporting):
        _, page = await page_of(reporting)

        provinces = [attributes.get("data-province") for _, attributes in page.tags]
        assert all(provinces.count(tile.code) == 2 for tile in TILES)

    async def test_has_landmarks_a_heading_and_a_way_past_them(self, reporting):
        _, page = await page_of(reporting)

        tags = [tag for tag, _ in page.tags]
        for landmark in ("header", "nav", "main", "footer", "h1"):
            assert tags.count(landmark) == 1
        assert ("a", {"class": "skip", "href": "#content"}) in page.tags

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


class TestGetStaticFile:
    @pytest.mark.parametrize("name", STATIC)
    async def test_gives_the_files_of_the_page(self, reporting, name: str):
        response = await reporting.get(f"/static/{name}")
        again = await reporting.get(
            f"/static/{name}", headers={"If-None-Match": response.headers["etag"]}
        )

        assert response.status_code == 200
        assert response.headers["x-content-type-options"] == "nosniff"
        assert again.status_code == 304

    @pytest.mark.parametrize("name", ["api.py", "..%2Fapi.py", "page.html", "%2e%2e/page.html"])
    async def test_gives_nothing_else(self, reporting, name: str):
        assert (await reporting.get(f"/static/{name}")).status_code == 404

    async def test_places_every_square_that_the_page_names(self, reporting):
        style = (await reporting.get("/static/page.css")).text

        for tile in TILES:
            assert (
                f".at-{tile.column}-{tile.row} {{ grid-area: {tile.row} / {tile.column}; }}"
                in style
            )

    async def test_asks_for_reports_that_anybody_may_see(self, reporting):
        script = (await reporting.get("/static/page.js")).text

        paths = re.findall(r'"(v1/reports/[^"]+)"', script)
        assert len(paths) == 5
        for path in paths:
            assert (await reporting.get(f"/{path}")).status_code == 200
