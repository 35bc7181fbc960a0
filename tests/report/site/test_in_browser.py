"""The site as Chromium shows it, at three widths: nothing broken, cut off or unreadable.

Screenshots are kept in ``.screenshots/``.
"""

import os
import shutil
from pathlib import Path

import pytest

from tests.report.site.built import PAGES, ROOT

BROWSER = next(
    filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None
)
SCREENSHOTS = ROOT / ".screenshots"
WIDTHS = {"phone": 360, "tablet": 768, "desk": 1280}
SCHEMES = {"phone": "dark", "tablet": "light", "desk": "light"}
# What must be so on every page; the whole of axe's rules but for opinions on style.
RULES = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "best-practice"]}

pytestmark = pytest.mark.skipif(BROWSER is None, reason="no Chromium on this machine")


@pytest.fixture(scope="module")
def browser():
    playwright = pytest.importorskip("playwright.sync_api")
    # Chromium's sandbox does not run as root, and there is nothing here but our own pages.
    arguments = ["--disable-gpu", "--disable-background-networking", "--disable-component-update"]
    if os.geteuid() == 0:
        arguments.append("--no-sandbox")
    with playwright.sync_playwright() as started:
        opened = started.chromium.launch(executable_path=BROWSER, args=arguments)
        yield opened
        opened.close()


@pytest.fixture(params=WIDTHS)
def window(request, browser):
    """Opens a page of the site: the page, and what went wrong on it."""
    name = request.param
    context = browser.new_context(
        viewport={"width": WIDTHS[name], "height": 900}, color_scheme=SCHEMES[name]
    )
    wrong: list[str] = []

    def show(file: Path):
        page = context.new_page()
        page.on(
            "console", lambda said: said.type in ("error", "warning") and wrong.append(said.text)
        )
        page.on("pageerror", lambda error: wrong.append(str(error)))
        page.on("requestfailed", lambda asked: wrong.append(f"not loaded: {asked.url[:80]}"))
        page.goto(file.as_uri())
        return page

    yield name, show, wrong
    context.close()


@pytest.mark.parametrize("page", PAGES)
def test_a_page_can_be_read_at_any_width(site, window, page):
    name, show, wrong = window
    shown = show(site / page)
    assert wrong == []
    wide = shown.evaluate("document.documentElement.scrollWidth")
    assert wide <= WIDTHS[name], f"{page}: {wide} px, cut off by {_widest(shown, WIDTHS[name])}"
    assert (
        shown.evaluate(
            "[...document.images].filter(i => !i.complete || !i.naturalWidth).map(i => i.alt)"
        )
        == []
    )
    SCREENSHOTS.mkdir(exist_ok=True)
    shown.screenshot(path=SCREENSHOTS / f"{Path(page).stem}-{name}.png")
    assert _violations(shown) == []


def test_the_rules_are_those_that_see_what_is_wrong(browser):
    page = browser.new_page()
    page.set_content(
        '<h3>Grey</h3><p style="color:#bbb;background:#fff">pale</p><img src="data:,">'
    )
    found = {said.partition(":")[0] for said in _violations(page)}
    assert {"color-contrast", "image-alt", "html-has-lang", "landmark-one-main"} <= found


def test_everything_is_there_without_scripts(site, browser):
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto((site / "index.html").as_uri())
    page.get_by_role("link", name="EASTERN", exact=True).first.click()
    assert page.get_by_role("heading", level=1).inner_text() == "EASTERN"
    assert page.locator("figure svg").count() > 10
    context.close()


def test_printed_pages_are_black_on_white_whatever_the_screen(site, browser):
    context = browser.new_context(color_scheme="dark")
    page = context.new_page()
    page.goto((site / "index.html").as_uri())
    page.emulate_media(media="print", color_scheme="dark")
    colours = "(s => [s.color, s.backgroundColor])(getComputedStyle(document.body))"
    assert page.evaluate(colours) == ["rgb(0, 0, 0)", "rgb(255, 255, 255)"]
    assert not page.locator("nav").first.is_visible()
    SCREENSHOTS.mkdir(exist_ok=True)
    page.pdf(path=SCREENSHOTS / "index-printed.pdf")
    context.close()


def _violations(page) -> list[str]:
    """What axe-core finds; it ends the page's charts."""
    from axe_playwright_python.sync_playwright import Axe

    # A chart is one picture with a name: its ten thousand parts are not looked at one by one.
    page.evaluate("document.querySelectorAll('figure svg').forEach(s => s.replaceChildren())")
    found = Axe().run(page, options=RULES).response["violations"]
    return [_said(violation) for violation in found]


def _said(violation: dict) -> str:
    places = [node["target"][0] for node in violation["nodes"][:3]]
    return f"{violation['id']}: {violation['help']} at {places} of {len(violation['nodes'])}"


def _widest(page, width: int) -> list[str]:
    """What reaches beyond the window, for who has to mend it."""
    return page.evaluate(
        """width => [...document.querySelectorAll("main *")]
            .filter(e => e.getBoundingClientRect().right > width)
            .slice(0, 5)
            .map(e => `${e.tagName}.${e.getAttribute("class")} ${e.textContent.slice(0, 40)}`)""",
        width,
    )
