"""The brief as one HTML file: no script, no request, two A4 pages when printed."""

import base64
from collections.abc import Iterable

from geo.layers.base import escape, strict_json
from geo.release.brief import Brief, Picture, Said, Table

_STYLE = """
@page { size: A4; margin: 10mm 12mm; }
* { box-sizing: border-box; }
body { font: 8.4pt/1.28 Arial, Helvetica, "Liberation Sans", "DejaVu Sans Condensed", sans-serif; color: #1c1c1c;
  font-size-adjust: .519; /* the x-height of Arial: wider fonts that stand in for it are set smaller */
  background: #fff; margin: 0 auto; max-width: 186mm; overflow-wrap: anywhere; }
h1 { font-size: 17pt; line-height: 1.15; margin: 0 0 1mm; font-weight: 600; }
h2 { font-size: 10pt; margin: 3mm 0 1mm; font-weight: 600; border-bottom: .6pt solid #1c1c1c; padding-bottom: .5mm; }
h3 { font-size: 8.6pt; margin: 0 0 .5mm; font-weight: 600; }
.label { border: .8pt solid #1c1c1c; padding: 1mm 2mm; margin: 1.5mm 0; font-size: 8pt; }
dl { display: grid; grid-template-columns: max-content 1fr; gap: 0 3mm; margin: 1mm 0; }
dt { color: #595959; } dd { margin: 0; }
ul { margin: 0; padding-left: 3.6mm; } li { margin: 0 0 .7mm; }
.answer li { margin-bottom: 1.1mm; }
table { border-collapse: collapse; width: 100%; }
th { text-align: left; font-weight: 600; border-bottom: .5pt solid #1c1c1c; vertical-align: bottom; }
td { vertical-align: top; border-bottom: .3pt solid #d0d0d0; }
th, td { padding: .35mm 1.2mm .35mm 0; overflow-wrap: anywhere; }
.key { color: #595959; font-size: 7pt; white-space: nowrap; }
.measures { font-size: 7.6pt; }
.inputs { font-size: 6.9pt; line-height: 1.2; columns: 2; column-gap: 5mm; list-style: none; padding: 0; }
.inputs li { break-inside: avoid; margin-bottom: .4mm; }
.limits { font-size: 7.1pt; line-height: 1.22; }
.pair { display: grid; grid-template-columns: 1fr 1fr; gap: 5mm; margin-top: 3mm; }
figure { margin: 0; break-inside: avoid; } figure img { width: 100%; max-height: 60mm; object-fit: contain; }
figcaption, .note { color: #595959; font-size: 7.2pt; }
sup { color: #595959; font-size: 6pt; line-height: 0; }
footer { color: #595959; font-size: 7pt; margin-top: 2mm; overflow-wrap: anywhere; }
.second { break-before: page; }
.second img { max-height: 48mm; }
.note { margin: .8mm 0 0; }
.many { font-size: 7.6pt; }
.many .measures { font-size: 6.5pt; line-height: 1.18; }
.many .inputs, .many .limits { font-size: 6.5pt; } .many .second img { max-height: 42mm; }
.many figure img { max-height: 50mm; }
@media screen { body { padding: 8mm; max-width: 202mm; } .second { margin-top: 12mm; } }
"""

FEW = 3
"""Plans above which the type is smaller, so that two pages hold them."""

_POLICY = "default-src 'none'; style-src 'unsafe-inline'; img-src data:"


def as_page(brief: Brief) -> str:
    """
    Write the brief as HTML.

    All text is escaped, pictures are images of their own, and the page forbids itself scripts and requests; the
    manifest stands in it as data.
    """
    head = f"<h1>{escape(brief.title)}</h1>{_label(brief.synthetic)}{_list_of(brief.facts)}"
    where, when, *others = brief.pictures
    first = [
        head,
        _answer(brief),
        _section(brief.plans, "plans"),
        f'<p class="note">{" ".join(_said(one) for one in brief.objectives)}</p>',
        f'<div class="pair">{_figure(where)}{_figure(when)}</div>',
        _section(brief.change, "measures") if brief.change else "",
    ]
    second = [
        f'<div class="pair second">{"".join(_figure(one) for one in others)}</div>',
        _section(brief.measures, "measures"),
        _inputs(brief.assumptions),
        f"<h2>Limits</h2>{_bullets(brief.limits, 'limits')}",
        f"<footer>{escape(run_in_words(brief))}</footer>",
    ]
    kind = "many" if len(brief.plans.rows) > FEW else "few"
    return (
        '<!doctype html><html lang="en-GB"><head><meta charset="utf-8">'
        f'<meta http-equiv="Content-Security-Policy" content="{_POLICY}">'
        f"<title>{escape(brief.title)}</title><style>{_STYLE}</style></head>"
        f'<body class="{kind}">'
        f"<main>{''.join([*first, *second])}</main>{_data(brief)}</body></html>\n"
    )


def run_in_words(brief: Brief) -> str:
    """Say which run made the brief, so that it can be made again."""
    run = brief.manifest
    plans = ", ".join(f"{each['letter']} {each['sha256'][:12]}" for each in run["scenarios"])
    return (
        f"Run: Triage Map {run['software']}; data {run['data_version']}; seed {run['seed']}, {run['draws']} draws; "
        f"plans {plans}; made {run['made']}. Each number in small print or at the head of a row, with the letter of a "
        "plan where plans stand side by side (M2.B), is in the manifest inside this file with its value. Boundaries: "
        "Office for National Statistics, Open Government Licence v3.0; contains OS and Royal Mail data © Crown "
        "copyright and database right. Roads: © OpenStreetMap contributors, ODbL."
    )


def _answer(brief: Brief) -> str:
    return f"<h2>The answer</h2>{_bullets(brief.answers, 'answer')}"


def _label(synthetic: str) -> str:
    return f'<p class="label"><strong>Synthetic.</strong> {escape(synthetic)}</p>' if synthetic else ""


def _list_of(facts: Iterable[tuple[str, str]]) -> str:
    return f"<dl>{''.join(f'<dt>{escape(word)}</dt><dd>{escape(what)}</dd>' for word, what in facts)}</dl>"


def _bullets(said: Iterable[Said], kind: str) -> str:
    return f'<ul class="{kind}">{"".join(f"<li>{_said(one)}</li>" for one in said)}</ul>'


def _said(one: Said) -> str:
    numbers = f"<sup> {escape(', '.join(one.figures))}</sup>" if one.figures else ""
    return f"{escape(one.text)}{numbers}"


def _section(table: Table, kind: str) -> str:
    heads = "".join(f'<th scope="col">{escape(head)}</th>' for head in table.heads)
    rows = "".join(
        f"<tr>{''.join(_cell(n, cell, keyed=not table.heads[0]) for n, cell in enumerate(row))}</tr>"
        for row in table.rows
    )
    note = f'<p class="note">{escape(table.note)}</p>' if table.note else ""
    body = f"<thead><tr>{heads}</tr></thead><tbody>{rows}</tbody>"
    return f'<h2>{escape(table.title)}</h2><table class="{kind}">{body}</table>{note}'


def _inputs(table: Table) -> str:
    """Write the assumptions in two columns: number, input, value, source."""
    rows = "".join(
        f'<li><span class="key">{escape(key.text)}</span> {escape(name.text)}: <strong>{escape(value.text)}</strong> '
        f"({escape(source.text)})</li>"
        for key, name, value, source in table.rows
    )
    return f'<h2>{escape(table.title)}: input, value (source)</h2><ul class="inputs">{rows}</ul>'


def _cell(place: int, cell: Said, *, keyed: bool) -> str:
    """Write a cell; in a table whose rows have numbers these stand for the figures of their cells."""
    if keyed:
        return f'<td class="key">{escape(cell.text)}</td>' if not place else f"<td>{escape(cell.text)}</td>"
    return f"<td>{_said(cell)}</td>"


def _figure(picture: Picture) -> str:
    image = base64.b64encode(picture.svg.encode()).decode()
    return (
        f'<figure><h3>{escape(picture.title)}</h3><img alt="{escape(picture.words)}" '
        f'src="data:image/svg+xml;base64,{image}"><figcaption>{escape(picture.note)}</figcaption></figure>'
    )


def _data(brief: Brief) -> str:
    return f'<script type="application/json" id="manifest">{strict_json(brief.manifest)}</script>'
