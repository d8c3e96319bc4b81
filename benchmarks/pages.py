"""
Speed as felt: the first map after start, every control of the pages, and the bytes that pages send, in Chromium.

    python benchmarks/pages.py [--tries 5] [--starts 9] [--rows 100000]

A control is timed from the moment it is used to the last change that a user can see on the page, maps and charts
included; each is used several times and the median counts. The base map's quarter of a second, in which it waits for
a hand to stop, is part of it. The first map is timed from the start of the command, with the browser open, on a
demonstration that was opened before. What a page sends is what the open socket and the answers of the server carry,
after Streamlit's own files, which a browser keeps. The section ``pages`` of docs/performance.md is written.
"""

import argparse
import statistics
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

import pandas as pd
from demand_maps import COUNTY, invented
from in_chromium import last_change, map_changed, served, settle, visited
from performance_page import put

import geo
from geo.store.intake import demonstration_project, import_file
from geo.store.project import Facts, create_project

AIM_FIRST, AIM_CONTROL, AIM_BYTES = 5.0, 1.0, 2_000_000
PAGES = (
    *("Overview", "Where and when", "What the scheme did", "Coverage", "Compare"),
    *("Search", "Data", "Export and brief", "Method"),
)


class Control(NamedTuple):
    """One control of a page: its part in the link, if any, and how to use it the n-th time."""

    page: str
    name: str
    use: Callable[[Any, int], None]


def press(*names: str) -> Callable[[Any, int], None]:
    """Press the choices of a row one after the other."""

    def use(page: Any, number: int) -> None:
        name = names[number % len(names)]
        button = page.get_by_role("radio", name=name, exact=True)
        button.or_(page.get_by_role("button", name=name, exact=True)).first.click()

    return use


def choose(label: str, *options: str) -> Callable[[Any, int], None]:
    """Choose from a list, one option after the other; the standing one first, for the first use takes another."""

    def use(page: Any, number: int) -> None:
        page.get_by_role("combobox", name=label).first.click()
        page.get_by_role("option", name=options[number % len(options)], exact=True).first.click()

    return use


def typed(label: str, *texts: str) -> Callable[[Any, int], None]:
    """Type into a field of the plan's form and leave it."""

    def use(page: Any, number: int) -> None:
        field = page.get_by_role("textbox", name=label).or_(page.get_by_role("spinbutton", name=label)).first
        if not field.is_visible():
            page.get_by_role("button", name="Scenario:").click()
            field.wait_for()
        field.fill(texts[number % len(texts)])
        field.press("Tab")

    return use


BASES, MINUTES = ("NN16 0AE", "NN8 1AA", "NN11 4DY", "NN1 1DE"), ("20", "25", "35", "40", "45", "30")
EDITION = choose("District edition", "2011-2021", "from 2021")  # an odd number of tries ends on the first
CONTROLS = (
    Control("Overview", "district edition", EDITION),
    Control("Overview", "source", choose("Source", "Mental-health team", "Control room (police)")),
    Control("Where and when", "view of the map", press("Rates", "Heat", "Change", "Postcodes")),
    Control("Where and when", "measure of the grid", choose("Grid shows", "counts", "rates")),
    Control("Where and when", "grid of one district", choose("Grid of", "Northampton", "Kettering", "Corby")),
    Control("Where and when", "district edition", EDITION),
    Control("What the scheme did", "part of the page", press("Contacts", "Districts", "Response", "Week")),
    Control("Coverage", "view of the map", press("Chance in time", "To the base's place", "Drive time from the base")),
    Control("Coverage", "base by postcode", typed("Base (unit postcode)", *BASES)),
    Control("Coverage", "response standard", typed("Response standard (minutes)", *MINUTES)),
    Control("Coverage", "shifts", typed("Shifts (days, 24-hour clock)", "daily 16:00-22:00", "daily 14:00-23:00")),
    Control("Compare", "response standard", typed("Response standard (minutes)", *MINUTES)),
)  # fmt: skip


def controls(tries: int) -> list[tuple[Control, list[float]]]:
    """Use each control in turn on the illustrative year; give the seconds of each use."""
    found = []
    with served() as address, visited() as page:
        page.goto(address)
        settle(page)
        here = "Overview"
        for control in CONTROLS:
            if control.page != here:
                _go(page, here := control.page)
            control.use(page, tries)  # what is loaded once is loaded now
            settle(page)
            seconds = []
            for number in range(tries):
                page.mouse.move(2, 2)  # off the chart, whose own buttons lie over what stands above it
                page.wait_for_timeout(500)  # a person looks before the next one
                began = time.time()
                control.use(page, number)
                seconds.append(last_change(page, since=began) - began)
            print(f"{control.page}, {control.name}: {statistics.median(seconds):.2f} s", flush=True)
            found.append((control, seconds))
    return found


def first_map() -> tuple[float, float]:
    """Start the app with the browser open; give the seconds until the first map is drawn, and until its page rests."""
    demonstration_project()
    with visited() as page:
        began = time.time()
        with served() as address:
            page.goto(address)
            settle(page)
            return map_changed(page) - began, last_change(page) - began


def sent(rows: int) -> dict[str, int]:
    """Give the bytes that each page sends at so many incidents."""
    with tempfile.TemporaryDirectory() as folder, visited() as page:
        project = many(Path(folder), rows)
        count = [0]
        page.on("websocket", lambda socket: socket.on("framereceived", lambda frame: _add(count, frame)))
        page.on("response", lambda response: _answered(count, response))
        with served(project=str(project)) as address:
            page.goto(address)
            settle(page)
            found = {}
            for title in PAGES:
                if title != "Overview":
                    count[0] = 0
                    _go(page, title)
                found[title] = count[0]
                print(f"{title}: {count[0] / 1_000:.0f} kB at {rows:,} incidents", flush=True)
        return found


def many(folder: Path, rows: int) -> Path:
    """Make a project of so many invented incidents, day and night, and a car at all hours, read from files."""
    drawn = invented(rows)
    received = drawn["received_at"].fillna(pd.Timestamp("2015-01-01 12:00", tz="Europe/London"))
    extract = pd.DataFrame(
        {
            "URN": [f"S-{number:07d}" for number in range(rows)],
            "Log Date": received.dt.strftime("%d/%m/%Y"),
            "Log Time": received.dt.strftime("%H:%M"),
            "Location PCode": drawn["postcode"],
            "Nominal Ref": drawn["person_key"],
            "Incident Category": "Public safety and welfare",
            "Synthetic": "synthetic",
        }
    )
    file = folder / "many.csv"
    extract.to_csv(file, index=False)
    days = pd.date_range(received.min(), received.max(), normalize=True)
    shifts = {
        "Shift date": days.strftime("%d/%m/%Y"),
        "Start": "00:00",
        "End": "00:00",
        "Car": "Car",
        "NHS staffed": "yes",
    }
    log = folder / "shifts.csv"
    pd.DataFrame({"Shift ID": days.strftime("%Y-%m-%d"), **shifts, "Police staffed": "yes"}).to_csv(log, index=False)
    base = geo.Base.at("NN1 1DE", geo.Gazetteer.default())
    project = create_project(folder / "project", Facts(f"{rows:,} invented incidents", COUNTY, base))
    for each in (file, log):
        import_file(project, each, "mental_health", geo.Gazetteer.default())
    return project.folder


def _add(count: list[int], frame: bytes | str) -> None:
    count[0] += len(frame)


def _answered(count: list[int], response: Any) -> None:
    """Count an answer of the server that is no part of Streamlit's own application."""
    if "/static/" not in response.url and "/_stcore/" not in response.url:
        count[0] += int(response.headers.get("content-length", 0))


def _go(page: Any, title: str) -> None:
    page.get_by_test_id("stSidebar").get_by_role("link", name=title, exact=True).click()
    page.get_by_role("heading", name=title, exact=True).wait_for(timeout=120_000)
    settle(page)


def _met(value: float, aim: float) -> str:
    return "met" if value < aim else "not met"


def main() -> None:
    """Measure, print, and write the section."""
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--tries", type=int, default=5)
    arguments.add_argument("--starts", type=int, default=9)
    arguments.add_argument("--rows", type=int, default=100_000)
    asked = arguments.parse_args()
    drawn, rest = (statistics.median(each) for each in zip(*(first_map() for _ in range(asked.starts)), strict=True))
    print(f"first map: {drawn:.2f} s, its page at rest: {rest:.2f} s", flush=True)
    used, pages = controls(asked.tries), sent(asked.rows)
    medians = [statistics.median(seconds) for _, seconds in used]
    whole = statistics.median(second for _, seconds in used for second in seconds)
    lines = [
        f"| {control.page} | {control.name} | {median:.2f} | {max(seconds):.2f} | {_met(median, AIM_CONTROL)} |"
        for (control, seconds), median in zip(used, medians, strict=True)
    ]
    sizes = [f"| {title} | {size / 1_000:.0f} | {_met(size, AIM_BYTES)} |" for title, size in pages.items()]
    body = f"""## Speed as felt, in Chromium

Printed by `benchmarks/pages.py`, on the illustrative year of Northamptonshire, in headless Chromium at 1366 x 768; the
server and the browser share two cores.

From `triage-map run`, on a project that was opened before and with the browser open, to the first map drawn:
**{drawn:.1f} s** (median of {asked.starts}; asked: under {AIM_FIRST:g}, {_met(drawn, AIM_FIRST)}); until nothing on its
page moves any more: {rest:.1f} s. Any control to its new picture, median of all uses: **{whole:.2f} s** (asked:
under {AIM_CONTROL:g}, {_met(whole, AIM_CONTROL)}); a control at a time:

| page | control | median, s | slowest, s | under {AIM_CONTROL:g} s |
| --- | --- | --: | --: | --- |
{chr(10).join(lines)}

What a page sends at {asked.rows:,} incidents, beside Streamlit's own files:

| page | kB | under {AIM_BYTES / 1e6:g} MB |
| --- | --: | --- |
{chr(10).join(sizes)}
"""
    print(body)
    print(put("pages", body))


if __name__ == "__main__":
    main()
