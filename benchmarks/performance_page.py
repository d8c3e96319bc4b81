"""docs/performance.md, section by section: each benchmark writes its own and leaves the others as they are."""

from pathlib import Path

from geo.whole import whole

PAGE = Path(__file__).resolve().parents[1] / "docs" / "performance.md"
HEAD = """# Performance: what was measured side by side, and how

Every figure on this page was printed by a benchmark (`make bench`), which names itself in its section. Milliseconds
differ from machine to machine; ratios less so.
"""


def put(mark: str, body: str) -> Path:
    """Replace one marked section of the page, or add it at its end; give the page's path."""
    page = PAGE.read_text(encoding="utf-8") if PAGE.exists() else HEAD
    with whole(PAGE) as temporary:
        temporary.write_text(replaced(page, mark, body), encoding="utf-8")
    return PAGE


def replaced(page: str, mark: str, body: str) -> str:
    r"""
    Give the page with one marked section replaced, or added at its end; everything else stays.

    Examples
    --------
    >>> replaced("# Page\n\n<!-- a -->\nold\n\n<!-- b -->\nkept\n", "a", "new")
    '# Page\n\n<!-- a -->\nnew\n\n<!-- b -->\nkept\n'
    """
    opening = f"<!-- {mark} -->\n"
    before, found, after = page.partition(opening)
    _, next_mark, rest = after.partition("<!-- ")
    start = before if found else f"{page.rstrip()}\n\n"
    return f"{start}{opening}{body.strip()}\n" + (f"\n{next_mark}{rest}" if next_mark else "")
