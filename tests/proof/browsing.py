"""A reader with a browser: Debian's Chromium, driven by Playwright, before a running Balai."""

import csv
import io
import os
import shutil
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from importlib import import_module
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent
AXE = HERE / "node_modules/axe-core/axe.min.js"
DESKTOP = {"width": 1280, "height": 900}
PHONE = {"width": 360, "height": 740}

# The page itself tells of every violation; Playwright's own scripts are not bound by the policy.
_WATCH_POLICY = """
window.__violations = [];
document.addEventListener("securitypolicyviolation", (event) =>
  window.__violations.push(`${event.violatedDirective} ${event.blockedURI}`));
"""
_VISIBLE_STOPS = """
() => [...document.querySelectorAll("a[href], button, input, select, summary, [tabindex='0']")]
  .filter((each) => each.checkVisibility({ visibilityProperty: true }))
  .filter((each) => !each.disabled && each.tabIndex >= 0)
  .filter((each) => each.type !== "radio" || each.checked)
  .length
"""
_FOCUSED = """
() => {
  const at = document.activeElement;
  if (!at || at === document.body) return null;
  window.__stops ??= new Map();
  if (!window.__stops.has(at)) window.__stops.set(at, window.__stops.size);
  const shown = [at, at.nextElementSibling].filter(Boolean).map((each) => getComputedStyle(each));
  const seen = shown.some(
    (style) => style.outlineStyle !== "none" || parseFloat(style.strokeWidth) >= 3);
  return { stop: window.__stops.get(at), seen, what: at.outerHTML.slice(0, 120) };
}
"""


def playwright() -> Any:
    """Return Playwright from the environment that install.sh has made for it."""
    [packages] = (HERE / ".venv/browser/lib").glob("python*/site-packages")
    if str(packages) not in sys.path:
        sys.path.append(str(packages))
    return import_module("playwright.sync_api")


@contextmanager
def chromium() -> Iterator[Any]:
    """Run the system's Chromium; without one this fails: the proof skips nothing."""
    path = shutil.which("chromium")
    assert path, "there is no chromium: tests/proof/install.sh installs it"
    # Root has no sandbox to go to.
    options = ["--no-sandbox"] if os.geteuid() == 0 else []
    with playwright().sync_playwright() as running:
        browser = running.chromium.launch(executable_path=path, args=options)
        yield browser
        browser.close()


class Reader:
    """One tab, and what was wrong in it."""

    def __init__(self, browser: Any, home: str, **options: Any) -> None:
        self.home = home
        self.context = browser.new_context(locale="id-ID", accept_downloads=True, **options)
        self.context.add_init_script(_WATCH_POLICY)
        self.page = self.context.new_page()
        self.page.set_default_timeout(15_000)
        self.errors: list[str] = []
        self.page.on("pageerror", lambda error: self.errors.append(str(error)))
        self.asked: list[str] = []
        self.page.on("request", lambda request: self.asked.append(request.url))

    def open(self, query: str = "") -> None:
        self.page.goto(f"{self.home}{query}")
        self.page.wait_for_selector("html[data-ready]")

    def use_token(self, token: str) -> None:
        self.page.click("#login")
        self.page.fill("#token-field", token)
        self.page.click("#token-form [type=submit]")
        self.page.wait_for_selector("#login[data-text=logout]")
        self.page.wait_for_selector("#outcomes:not([hidden]) .picture > *")

    def number(self, selector: str) -> int:
        """Return a whole number as it is written on the page, whatever parts its thousands."""
        return int("".join(filter(str.isdigit, self.page.inner_text(selector))))

    def wait_for_number(self, selector: str, wanted: int) -> None:
        """Wait until a whole number is written there."""
        self.page.wait_for_function(
            "([at, wanted]) =>"
            " document.querySelector(at).textContent.replace(/\\D/g, '') === String(wanted)",
            arg=[selector, wanted],
        )

    def table(self, section: str) -> list[list[str]]:
        """Return the texts of the table under a picture, its head first."""
        details = self.page.locator(f"#{section} details.as-table")
        if details.get_attribute("open") is None:
            details.locator("summary").click()
        return details.locator("tr").evaluate_all(
            "rows => rows.map((row) => [...row.cells].map((cell) => cell.textContent))"
        )

    def download(self, section: str, kind: str) -> Path:
        """Return the file that a button under a picture hands over."""
        self.table(section)
        with self.page.expect_download() as told:
            self.page.click(f"#{section} button.file[data-format={kind}]")
        return Path(told.value.path())

    def csv(self, section: str) -> list[dict[str, str]]:
        text = self.download(section, "csv").read_text("utf-8-sig")
        lines = [line for line in text.splitlines() if not line.startswith("#")]
        return list(csv.DictReader(io.StringIO("\n".join(lines))))

    def stops(self) -> int:
        """Return how many places the Tab key is to come by."""
        return self.page.evaluate(_VISIBLE_STOPS)

    def tab_round(self, most: int = 400) -> list[dict[str, Any]]:
        """Press Tab from the first stop until the page is left or begins again; return the stops.

        A field for a date has stops of its own inside, which count as the one field.
        """
        self.page.evaluate("window.__stops = undefined")
        # A place shows that it is reached only to who comes by key.
        self.page.keyboard.press("Tab")
        self.page.focus(".skip")
        found = [self.page.evaluate(_FOCUSED)]
        for _ in range(most):
            self.page.keyboard.press("Tab")
            at = self.page.evaluate(_FOCUSED)
            if at is None or at["stop"] < len(found) - 1:
                return found
            if at["stop"] == len(found):
                found.append(at)
        raise AssertionError("the Tab key never comes to an end")

    def violations(self) -> list[str]:
        """Return what axe finds wrong, and where."""
        self.page.evaluate(AXE.read_text())
        found = self.page.evaluate("axe.run(document, { resultTypes: ['violations'] })")
        return [
            f"{each['id']}: {node['html'][:160]} {node.get('failureSummary', '')[:200]}"
            for each in found["violations"]
            for node in each["nodes"]
        ]

    def policy_violations(self) -> list[str]:
        return self.page.evaluate("window.__violations")

    def width(self) -> int:
        return self.page.evaluate("document.documentElement.scrollWidth")
