"""
Break things on purpose and write down what happened: docs/reliability.md, section by section.

Run: ``python -m benchmarks.reliability [SECTION…]``; without a name every section is measured anew.
"""

import sys
from importlib import import_module
from pathlib import Path

from geo.whole import whole

PAGE = Path(__file__).resolve().parents[2] / "docs" / "reliability.md"
EXPORTS = ("attack", "canaries", "killed_exports", "naughty", "reopened", "qgis")
SECTIONS = ("corpora", "postcodes", "kills", "duplicates", "layers", "downloads", *EXPORTS)
HEAD = """# Reliability: what was broken on purpose, and what happened

Every figure on this page was printed by `make reliability`, which breaks files, processes and disks and counts what is
left. Times and machines differ; the counts must not.
"""


def main() -> None:
    """Measure the sections asked for; each is put on the page, beside the others as they stand, once it is measured."""
    for name in sys.argv[1:] or SECTIONS:
        print(f"{name} …", flush=True)
        told = import_module(f"benchmarks.reliability.{name}").section()
        for text in [told] if isinstance(told, str) else told:  # what takes long is told as far as it is known
            _put(name, text.strip())
    print(PAGE)


def _put(name: str, text: str) -> None:
    """Write the page whole, with one section renewed."""
    kept = (_sections(PAGE.read_text(encoding="utf-8")) if PAGE.exists() else {}) | {name: text}
    parts = [f"<!-- {one} -->\n{kept[one]}\n" for one in SECTIONS if one in kept]
    with whole(PAGE) as page:
        page.write_text("\n".join([HEAD, *parts]), encoding="utf-8")


def _sections(text: str) -> dict[str, str]:
    """Take the page apart at the marks between its sections."""
    parts = [part.partition(" -->\n") for part in text.split("<!-- ")[1:]]
    return {name: body.strip() for name, _, body in parts}


if __name__ == "__main__":
    main()
