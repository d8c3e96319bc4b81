"""The app as a benchmark sees it: served on this machine, opened in headless Chromium, and waited for."""

import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--disable-background-networking", "--no-first-run"]
FOOTER = "For planning, not for live dispatch"
LONGEST = 180_000
"""What a page may take before a benchmark gives up, in milliseconds."""

QUIET = 900
"""A page that changes nothing for so long after its script has ended stands still, in milliseconds."""

WATCH_CHANGES = """
window.tmChanged = 0;
(() => {
  const sign = '[data-testid=stToolbar], [data-testid=stElementToolbar]';
  const drawn = ['style', 'src', 'href', 'd', 'transform', 'fill', 'points'];
  const note = () => { window.tmChanged = performance.timeOrigin + performance.now(); };
  const watcher = new MutationObserver(changes => {
    if (changes.some(change => !change.target.closest?.(sign))) note();
  });
  let watched;
  setInterval(() => {
    if (watched === document) return;
    if (watched) note();
    watched = document;
    watcher.observe(watched, {childList: true, characterData: true, attributeFilter: drawn, subtree: true});
  }, 20);
})();
"""
"""
Keeps the moment of the last change that a user could see, in every frame; the buttons that come with the mouse are
none. A frame is watched before its document is there, so the document is looked for again.
"""


@contextmanager
def served(project: str = "", more: Mapping[str, str] | None = None, script: Path | None = None) -> Iterator[str]:
    """Serve the app, or a script, on a project or on the demonstration; give its address. It is ended by its id."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    environment = os.environ | {"TRIAGE_MAP_PROJECT": project, "PYTHONPATH": str(ROOT)} | dict(more or {})
    command = [Path(sys.executable).with_name("triage-map"), "run", f"--port={port}", "--headless"]
    if script is not None:
        options = [f"--server.port={port}", "--server.headless=true", "--server.address=127.0.0.1"]
        command = [sys.executable, "-m", "streamlit", "run", str(script), *options]
    server = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        _wait(f"http://127.0.0.1:{port}/_stcore/health")
        yield f"http://127.0.0.1:{port}/"
    finally:
        server.terminate()
        server.wait(timeout=20)


@contextmanager
def visited(width: int = 1366, height: int = 768) -> Iterator[Any]:
    """Give an empty page of headless Chromium in which every frame keeps the moment of its last change."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        found = shutil.which("chromium") or shutil.which("google-chrome")
        browser = playwright.chromium.launch(executable_path=found, args=FLAGS)
        page = browser.new_page(viewport={"width": width, "height": height})
        page.add_init_script(WATCH_CHANGES)
        yield page
        browser.close()


def settle(page: Any) -> None:
    """Wait until the page is whole, its script has ended and nothing on it moves."""
    page.get_by_text(FOOTER).or_(page.get_by_test_id("stException")).first.wait_for(timeout=LONGEST)
    if page.get_by_test_id("stException").count():
        raise SystemExit(f"a page ended with a fault: {page.url}")
    last_change(page)


def last_change(page: Any, since: float = 0) -> float:
    """
    Wait until the page stands still; give the moment of its last change in any frame, in seconds since 1970.

    With a moment to count from, the first change after it is waited for.
    """
    began = time.monotonic()
    while True:
        page.wait_for_selector("[data-test-script-state=notRunning]", timeout=LONGEST)
        changed, now = _changed(page), float(page.evaluate("performance.timeOrigin + performance.now()"))
        if now - changed >= QUIET and changed > since * 1_000:
            return changed / 1_000
        if time.monotonic() - began > LONGEST / 1_000:
            raise SystemExit("the page did not come to rest, or what was used changed nothing")
        page.wait_for_timeout(50)


def map_changed(page: Any) -> float:
    """Give the moment of the last change of the first map of a page, in seconds since 1970."""
    frame = page.get_by_title("streamlit_folium.st_folium").first.element_handle().content_frame()
    return float(frame.evaluate("window.tmChanged")) / 1_000


def _changed(page: Any) -> float:
    return max(float(frame.evaluate("window.tmChanged || 0")) for frame in page.frames if not frame.is_detached())


def _wait(address: str) -> None:
    for _ in range(300):
        try:
            with urllib.request.urlopen(address, timeout=2):  # noqa: S310 - our own server
                return
        except OSError:
            time.sleep(0.2)
    raise SystemExit("the app did not answer within a minute")
