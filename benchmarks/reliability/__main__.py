"""
Break things on purpose and write down what happened: docs/reliability.md, section by section.

Run: ``python -m benchmarks.reliability [SECTION…]``; without a name every section is measured anew.
"""

import sys
from importlib import import_module
from pathlib import Path

from geo.whole import whole

PAGE = Path(__file__).resolve().parents[2] / "docs" / "reliability.md"
SECTIONS = ("corpora", "postcodes", "kills", "duplicates", "layers", "downloads", "disclosure")
HEAD = """# Reliability: what was broken on purpose, and what happened

Every figure on this page was printed by `make reliability`, which breaks files, processes and disks and counts what is
left. Times and machines differ; the counts must not.
"""


def main() -> None:
    """Measure the sections asked for, keep the others as they stand on the page, and write the page whole."""
    asked = sys.argv[1:] or list(SECTIONS)
    kept = _sections(PAGE.read_text(encoding="utf-8")) if PAGE.exists() else {}
    for name in SECTIONS:
        if name in asked or name not in kept:
            print(f"{name} …", flush=True)
            kept[name] = import_module(f"benchmarks.reliability.{name}").section().strip()
    parts = [f"<!-- {name} -->\n{kept[name]}\n" for name in SECTIONS]
    with whole(PAGE) as page:
        page.write_text("\n".join([HEAD, *parts]), encoding="utf-8")
    print(PAGE)


def _sections(text: str) -> dict[str, str]:
    """Take the page apart at the marks between its sections."""
    parts = [part.partition(" -->\n") for part in text.split("<!-- ")[1:]]
    return {name: body.strip() for name, _, body in parts}


if __name__ == "__main__":
    main()
