"""
Let QGIS itself open an exported GeoPackage and load the styles inside, with no screen.

    python -m benchmarks.reliability qgis

QGIS comes with Debian's ``python3-qgis`` and belongs to the Python of the system, not to the environment of the
project; where it is not installed the section says so. A style counts where QGIS loads it as the layer's default, finds
a symbol and a label for every rule, and every feature falls under just one rule.
"""

import json
import os
import subprocess
import tempfile
from pathlib import Path
from typing import Any

from geo.release.export import export_project
from geo.store.intake import make_demonstration

PYTHON = Path("/usr/bin/python3")
"""The Python of the system, which has QGIS where it is installed."""

LOADED = """
import json, os, sys
from collections import Counter
from qgis.core import Qgis, QgsApplication, QgsVectorLayer
application = QgsApplication([], False)
application.initQgis()
package = QgsVectorLayer(sys.argv[1], "all", "ogr")
provider = package.dataProvider()
names = [one.split(provider.sublayerSeparator())[1] for one in provider.subLayers()]
layers = {}
for name in names:
    if name == "layer_styles":
        continue
    layer = QgsVectorLayer(f"{sys.argv[1]}|layername={name}", name, "ogr")
    said, loaded = layer.loadDefaultStyle()
    rules = layer.renderer().rootRule().children() if layer.renderer().type() == "RuleRenderer" else []
    under = Counter()
    for rule in rules:
        where = rule.filterExpression()
        under.update(one.id() for one in (layer.getFeatures(where) if where else layer.getFeatures()))
    layers[name] = {
        "valid": layer.isValid(), "features": layer.featureCount(), "crs": layer.crs().authid(), "loaded": loaded,
        "rules": len(rules), "complete": all(rule.symbol() is not None and bool(rule.label()) for rule in rules),
        "under one rule": sum(number == 1 for number in under.values()), "labelled": layer.labelsEnabled(),
    }
print(json.dumps({"version": Qgis.QGIS_VERSION, "layers": layers}), flush=True)
os._exit(0)  # the tidy end of QGIS fails where layers are still open
"""


def section() -> str:
    """Measure, and give the figures as a section of the reliability page."""
    with tempfile.TemporaryDirectory(prefix="triage-map-qgis-") as name:
        year = make_demonstration(Path(name) / "year", "northamptonshire")
        export_project(year, Path(name) / "out", formats=["gpkg"], mode="working")
        found = loaded(Path(name) / "out" / "triage-map.gpkg")
    head = "## Styles, loaded by QGIS\n\n"
    if found is None:
        return head + "QGIS is not installed here (Debian: `python3-qgis`), so this was not measured."
    lines = (_line(name, of) for name, of in found["layers"].items())
    return f"""{head}`python -m benchmarks.reliability qgis` let QGIS {found["version"]} (Debian's `python3-qgis`,
without a screen) open the GeoPackage of a working copy and load the style that stands inside it as the default of each
layer. Every rule must have a symbol and a label, and every feature fall under one rule.

| layer | features | reference system | style loaded | rules | with symbol and label | features under one rule |
|---|--:|---|---|--:|---|--:|
""" + "\n".join(lines)


def _line(name: str, of: dict[str, Any]) -> str:
    yes = {True: "yes", False: "**no**"}
    figures = (of["features"], of["crs"], yes[of["loaded"]], of["rules"], yes[of["complete"]], of["under one rule"])
    return f"| {name} | " + " | ".join(map(str, figures)) + " |"


def loaded(package: Path) -> dict[str, Any] | None:
    """Give what QGIS says of each layer of a GeoPackage and its style, or None where there is no QGIS."""
    if not PYTHON.exists() or subprocess.run([PYTHON, "-c", "import qgis.core"], capture_output=True).returncode:
        return None
    with tempfile.TemporaryDirectory() as own:
        quiet = {"QT_QPA_PLATFORM": "offscreen", "HOME": own, "XDG_RUNTIME_DIR": own, "PATH": os.environ["PATH"]}
        command = [PYTHON, "-c", LOADED, str(package)]
        said = subprocess.run(command, capture_output=True, text=True, check=True, env=quiet).stdout
    return dict(json.loads(said.splitlines()[-1]))
