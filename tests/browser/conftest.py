"""
The app in headless Chromium, as its users see it.

Every page that a test opens is watched: an error on the console, a fault of the page, or a request to any other machine
fails the test at its end.
"""

import os
import re
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

import pytest

sync_api = pytest.importorskip("playwright.sync_api", reason="playwright is not installed; run: make test")

ROOT = Path(__file__).resolve().parents[2]
CHROMIUM = next(
    (path for name in ("chromium", "chromium-browser", "google-chrome") if (path := shutil.which(name))), None
)
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
]
START_SECONDS = 60
MAPS_DRAW = 1200
"""How long a page's maps are given to draw, in milliseconds."""

ANSWER = 90_000
"""How long a page may take to say what is read on it, in milliseconds."""

FOOTER = "For planning, not for live dispatch"

Serve = Callable[..., str]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark what lies in this folder, and skip it in one plain sentence where there is no Chromium."""
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker(pytest.mark.browser)
            item.add_marker(pytest.mark.flaky(reruns=1, only_rerun=["TimeoutError"]))  # a machine that is busy
            if CHROMIUM is None:
                item.add_marker(pytest.mark.skip(reason="Chromium is not installed; install it and run: make test"))


@pytest.fixture(scope="session")
def cache(demonstration_cache: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A cache folder of the browser tests' own, in which the demonstration may be changed."""
    return Path(shutil.copytree(demonstration_cache, tmp_path_factory.mktemp("app") / "cache", symlinks=True))


@pytest.fixture(scope="session")
def serve(cache: Path) -> Iterator[Serve]:
    """
    Start the app, on a project or on the demonstration, or a script, and give its address; each is ended by its id.

    What it notes of recent projects goes into a folder of the tests' own.
    """
    started: list[subprocess.Popen[bytes]] = []

    def start(project: Path | None = None, script: Path | None = None) -> str:
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port = probe.getsockname()[1]
        environment = os.environ | {
            "TRIAGE_MAP_CACHE": str(cache),
            "TRIAGE_MAP_SETTINGS": str(cache.with_name("settings")),
            "TRIAGE_MAP_PROJECT": str(project or ""),
        }
        command = [Path(sys.executable).with_name("triage-map"), "run", f"--port={port}", "--headless"]
        if script is not None:
            options = [f"--server.port={port}", "--server.headless=true", "--server.address=127.0.0.1"]
            command = [sys.executable, "-m", "streamlit", "run", str(script), *options]
        process = subprocess.Popen(
            command, cwd=ROOT, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        started.append(process)
        _wait_for(f"http://127.0.0.1:{port}/_stcore/health", process)
        return f"http://127.0.0.1:{port}"

    yield start
    for process in started:
        process.terminate()
    for process in started:
        try:
            process.wait(timeout=20)
        except subprocess.TimeoutExpired:
            process.kill()


def _wait_for(address: str, process: subprocess.Popen[bytes]) -> None:
    end = time.monotonic() + START_SECONDS
    while time.monotonic() < end:
        if process.poll() is not None:
            pytest.fail(f"the app ended with code {process.returncode} before it answered")
        try:
            with urllib.request.urlopen(address, timeout=2) as answer:  # noqa: S310 - our own server
                if answer.status == 200:
                    return
        except OSError:
            time.sleep(0.2)
    pytest.fail(f"the app did not answer within {START_SECONDS} s")


@pytest.fixture(scope="session")
def demonstration(serve: Serve) -> str:
    """The address of the app on the Northamptonshire demonstration, as `triage-map run` opens it."""
    return serve()


ANY_PROJECT = """
import os, runpy
from pathlib import Path
os.environ["TRIAGE_MAP_PROJECT"] = Path({named!r}).read_text(encoding="utf-8")
runpy.run_path({app!r})
"""


@pytest.fixture(scope="session")
def app_on(serve: Serve, tmp_path_factory: pytest.TempPathFactory) -> Callable[[Path], str]:
    """Give the app's address once it is on a project; tests share its server, one after the other."""
    folder = tmp_path_factory.mktemp("app")
    named, script = folder / "project.txt", folder / "any_project.py"
    script.write_text(ANY_PROJECT.format(named=str(named), app=str(ROOT / "app.py")), encoding="utf-8")
    address: list[str] = []

    def put(project: Path) -> str:
        named.write_text(str(project), encoding="utf-8")
        if not address:
            address.append(serve(script=script))
        return address[0]

    return put


@pytest.fixture(scope="session")
def chromium() -> Iterator["sync_api.Browser"]:
    """One headless Chromium for all tests."""
    with sync_api.sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield browser
        browser.close()


@dataclass
class Visit:
    """A page that is watched: what went wrong on it, and which other machines it asked for."""

    page: "sync_api.Page"
    problems: list[str] = field(default_factory=list)
    outside: list[str] = field(default_factory=list)

    def open(self, address: str, milliseconds: int = MAPS_DRAW) -> None:
        """Open an address of the app and wait until its page is whole."""
        self.page.goto(address)
        self.settle(milliseconds)

    def fill(self, label: str, text: str, *, exact: bool = False) -> None:
        """Type into a field and leave it, so that the page knows what was typed before anything else is pressed."""
        field = self.page.get_by_role("textbox", name=label, exact=exact).first
        field.fill(text)
        field.press("Tab")
        self.page.wait_for_timeout(150)

    def read(self, words: "str | re.Pattern[str]") -> str:
        """Wait until words are to be seen, and give the whole text that holds them."""
        found = self.page.get_by_text(words).filter(visible=True).first
        found.wait_for(timeout=ANSWER)
        return found.inner_text()

    def choose(self, name: str) -> None:
        """Choose an option of a control, by its name."""
        option = self.page.get_by_role("radio", name=name, exact=True)
        option.or_(self.page.get_by_role("button", name=name, exact=True)).first.click()

    def drag_base(self, right: int, down: int) -> None:
        """Drag the base of the page's map, by so many pixels."""
        ring = self.map().locator(".tm-base").first.bounding_box()
        across, along = ring["x"] + ring["width"] / 2, ring["y"] + ring["height"] / 2
        self.page.mouse.move(across, along)
        self.page.mouse.down()
        self.page.mouse.move(across + right, along + down, steps=8)
        self.page.mouse.up()

    def go(self, title: str, milliseconds: int = MAPS_DRAW) -> None:
        """Go to a page by its link in the sidebar."""
        self.page.get_by_test_id("stSidebar").get_by_role("link", name=title, exact=True).click()
        self.page.get_by_role("heading", name=title, exact=True).wait_for(timeout=60_000)
        self.settle(milliseconds)

    def settle(self, milliseconds: int = MAPS_DRAW) -> None:
        """Wait until the script has run and, by default, its maps have drawn."""
        self.page.get_by_text(FOOTER).filter(visible=True).first.wait_for(timeout=90_000)
        self.page.wait_for_selector("[data-test-script-state=notRunning]", timeout=90_000)
        self.page.wait_for_timeout(milliseconds)

    def map(self, number: int = 0) -> "sync_api.Frame":
        """The frame that holds the page's map, or the map of that number where there are several."""
        frames = self.page.locator("iframe[title^='streamlit_folium']")
        handle = frames.nth(number).element_handle(timeout=30_000)
        frame = handle.content_frame()
        frame.wait_for_selector(".leaflet-overlay-pane", state="attached", timeout=30_000)
        return frame

    def drawn_pixels(self, number: int = 0) -> int:
        """How many pixels are drawn in Leaflet's overlay pane; the canvas holds shapes and nothing else."""
        return int(self.map(number).evaluate(COUNT_PIXELS))


COUNT_PIXELS = """() => {
  let drawn = 0;
  for (const canvas of document.querySelectorAll('.leaflet-overlay-pane canvas')) {
    if (!canvas.width || !canvas.height) continue;
    const data = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height).data;
    for (let i = 3; i < data.length; i += 4) drawn += data[i] > 0;
  }
  return drawn;
}"""


@pytest.fixture
def visit(chromium: "sync_api.Browser") -> Iterator[Visit]:
    """A watched page of 1366 x 768; the test fails on any console error, page fault or outside request."""
    context = chromium.new_context(viewport={"width": 1366, "height": 768}, accept_downloads=True)
    visit = Visit(context.new_page())
    visit.page.on("console", lambda message: visit.problems.append(message.text) if _is_fault(message) else None)
    visit.page.on("pageerror", lambda error: visit.problems.append(str(error)))
    visit.page.on("request", lambda request: _watch(request.url, visit.outside))
    yield visit
    context.close()
    assert not visit.problems, f"on the console: {visit.problems[:3]}"
    assert not visit.outside, f"asked for other machines: {visit.outside[:3]}"


def _is_fault(message: "sync_api.ConsoleMessage") -> bool:
    """Say whether a line of the console is a fault; opened below a page's address, Streamlit looks for itself there."""
    return message.type == "error" and "/_stcore/" not in message.location.get("url", "")


def _watch(address: str, outside: list[str]) -> None:
    parts = urlsplit(address)
    if parts.scheme in {"http", "https", "ws", "wss"} and parts.hostname != "127.0.0.1":
        outside.append(address)


@pytest.fixture(scope="session")
def pictures() -> Path:
    """Where screenshots go: build/pictures, or the folder that TRIAGE_MAP_PICTURES names."""
    folder = Path(os.environ.get("TRIAGE_MAP_PICTURES", ROOT / "build" / "pictures"))
    folder.mkdir(parents=True, exist_ok=True)
    return folder
