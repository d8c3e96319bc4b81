"""Words and numbers as pages show them: the terms of the field, shares as whole per cent, 24-hour clock."""

import datetime as dt
import math
import re

SOURCES = {
    "mental_health": "Mental-health team",
    "police": "Control room (police)",
    "all_mental_health": "All mental-health-tagged incidents",
    "s136_register": "Section 136 register",
}

ANSWERS = {"yes": "yes", "no": "no", "unknown": "?", "not_applicable": "n/a"}


def plain(text: str) -> str:
    """Make text from a file safe to stand in Markdown: nothing in it is markup, a link or a formula."""
    return re.sub(r"([\\`*_{}\[\]()<>#+\-.!|~$:&])", r"\\\1", text)


def count(number: int, noun: str) -> str:
    """Give a number with its noun, as ``1 incident`` or ``1 234 incidents`` with a thin space."""
    return f"{number:,}".replace(",", "\u2009") + f" {noun}{'' if number == 1 else 's'}"


def minutes(value: float) -> str:
    """Write minutes without decimals; a place that no loaded road reaches has none."""
    return f"{value:.0f}" if math.isfinite(value) else "no road to"


def day(value: dt.date) -> str:
    """Write a date as ``10 Mar 2016``."""
    return f"{value.day} {value:%b %Y}"
