"""
Drag the base across the county in Chromium, and search every postcode from the app; print and write what it took.

    python benchmarks/drags.py [--drags 20]

From the moment the mouse lets go of the base to the moment new figures stand on the page, the median over the drags;
the bridge to the map waits a quarter of a second before it tells the page. The part that is ours is timed in the
server, around the part of the page that runs again. The section ``drags`` of docs/performance.md is written.
"""

import argparse
import json
import os
import runpy
import statistics
import tempfile
import time
from pathlib import Path
from typing import Any

from in_chromium import ROOT, served, settle, visited
from performance_page import put

LOG = "TRIAGE_MAP_DRAG_LOG"
AIM_SECONDS, AIM_OURS = 1.0, 0.15


def serve_timed() -> None:
    """Be the app, with the part of the Coverage page that runs again timed into a file."""
    from geo.ui import coverage

    whole_part = coverage._figures

    def part(*arguments: object) -> None:
        began = time.perf_counter()
        whole_part(*arguments)
        with Path(os.environ[LOG]).open("a", encoding="utf-8") as log:
            log.write(json.dumps(time.perf_counter() - began) + "\n")

    if not hasattr(whole_part, "is_timed"):
        part.is_timed = True  # type: ignore[attr-defined]
        coverage._figures = part
    runpy.run_path(str(ROOT / "app.py"), run_name="__main__")


def measure(drags: int) -> tuple[list[float], list[float], float]:
    """Give the seconds of each drag as a user sees them, those of our own code, and those of a search."""
    with tempfile.TemporaryDirectory() as folder:
        log = Path(folder) / "log"
        log.touch()
        with served(script=Path(__file__).resolve(), more={LOG: str(log)}) as address, visited() as page:
            page.goto(address)
            settle(page)
            seen = _drag(page, drags)
            ours = [float(line) for line in log.read_text(encoding="utf-8").splitlines()][-drags:]
            return seen, ours, _search(page)


def _drag(page: Any, drags: int) -> list[float]:
    page.get_by_test_id("stSidebar").get_by_role("link", name="Coverage", exact=True).click()
    page.get_by_text("of demand lies within that standard").wait_for(timeout=180_000)
    settle(page)
    frame = page.locator("iframe[title^='streamlit_folium']").first.element_handle().content_frame()
    seen = []
    for number in range(drags):
        ring = frame.locator(".tm-base").first.bounding_box()
        before = page.get_by_text("of demand lies within that standard").inner_text()
        page.mouse.move(ring["x"] + 11, ring["y"] + 11)
        page.mouse.down()
        step = 28 if number % 2 else -28
        page.mouse.move(ring["x"] + 11 + step, ring["y"] + 11 - step, steps=5)
        began = time.perf_counter()
        page.mouse.up()
        page.wait_for_function("old => !document.body.innerText.includes(old)", arg=before, timeout=30_000)
        seen.append(time.perf_counter() - began)
        page.wait_for_timeout(900)
    return seen


def _search(page: Any) -> float:
    page.get_by_test_id("stSidebar").get_by_role("link", name="Search", exact=True).click()
    page.get_by_role("button", name="Search every postcode").wait_for(timeout=60_000)
    settle(page)
    began = time.perf_counter()
    page.get_by_role("button", name="Search every postcode").click()
    page.get_by_text("postcodes give away at most").wait_for(timeout=300_000)
    return time.perf_counter() - began


def _aim(seconds: float, aim: float) -> str:
    return f"{aim:g}, {'met' if seconds < aim else 'not met'}"


def main() -> None:
    """Measure, print, and write the section."""
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--drags", type=int, default=20)
    asked = arguments.parse_args()
    seen, ours, search = measure(asked.drags)
    whole, mine = statistics.median(seen), statistics.median(ours)
    body = f"""## In the app: a dragged base, and every postcode searched

Printed by `benchmarks/drags.py`: {len(seen)} drags of the base in headless Chromium on the illustrative year, from the
moment the mouse lets go to new figures on the page. A quarter of a second of it the map's bridge waits on purpose.

| what | median | slowest | aim |
| --- | --- | --- | --- |
| from drag to new figures, s | {whole:.2f} | {max(seen):.2f} | {_aim(whole, AIM_SECONDS)} |
| of it our code, s | {mine:.3f} | {max(ours):.3f} | {_aim(mine, AIM_OURS)} |

*Search every postcode*, from the click to the result on the page: {search:.1f} s.
"""
    print(body)
    print(put("drags", body))


if __name__ == "__main__":
    if LOG in os.environ:
        serve_timed()
    else:
        main()
