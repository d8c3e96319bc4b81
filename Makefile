# Two commands: `make run` opens the app, `make test` proves that it works. Only Python 3.11+ and make are assumed.
PYTHON ?= python3
BIN := .venv/bin
READY := .venv/.ready

.DEFAULT_GOAL := run
.PHONY: run test test-all check bench drive-times calibration reliability data pictures docs lock browser

run: $(READY)
	$(BIN)/triage-map run

test: $(READY) browser
	$(BIN)/pytest --numprocesses 2 --dist loadfile --no-loadscope-reorder

# Every test, those too that `make test` leaves out because they take long.
test-all: $(READY) browser
	TRIAGE_MAP_WHOLE_CORPORA=1 $(BIN)/pytest --numprocesses 2 --dist loadfile --no-loadscope-reorder -m ""

check: $(READY)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

# The last one writes docs/performance.md; the libraries that it compares with are locked apart from the product.
bench: $(READY)
	$(BIN)/python -m pip install --quiet --require-hashes --requirement benchmarks/requirements.lock
	$(BIN)/python benchmarks/ingest.py
	$(BIN)/python -m benchmarks.demand
	$(BIN)/python benchmarks/roads.py
	$(BIN)/python benchmarks/drive_times.py
	$(BIN)/python benchmarks/drags.py
	$(BIN)/python benchmarks/plans.py
	$(BIN)/python benchmarks/locate.py
	$(BIN)/python benchmarks/demand_maps.py
	$(BIN)/python benchmarks/pages.py

# Fits the estimated roads, measures how wrong drive times are, and writes docs/drive-times.md and data/accuracy.
# The hash seed is fixed: the speed of a road merged from several ways depends on the order in which OSMnx lists their tags.
drive-times: $(READY)
	PYTHONHASHSEED=0 $(BIN)/python -m benchmarks.drive_errors

# Simulates data and measures how often intervals of demand hold the truth; writes docs/method.md and data/accuracy.
calibration: $(READY)
	$(BIN)/python -m benchmarks.calibration
	$(BIN)/python -m benchmarks.calibration_districts

# Breaks files, processes and disks, and writes docs/reliability.md. One section: .venv/bin/python -m benchmarks.reliability attack
reliability: $(READY)
	$(BIN)/python -m benchmarks.reliability
	TRIAGE_MAP_WHOLE_CORPORA=1 $(BIN)/pytest tests/geo/incidents/test_corpora.py

data: $(READY)
	$(BIN)/triage-map data Northamptonshire
	$(BIN)/triage-map data "Cambridgeshire and Peterborough"

# The pictures of the README and the docs, as the browser tests take them.
pictures: $(READY) browser
	TRIAGE_MAP_PICTURES=docs/pictures $(BIN)/pytest -m "" tests/browser

# The documentation as a site, build/site/index.html. What only the site needs is locked on top of the rest.
docs: $(READY)
	$(BIN)/python -m pip install --quiet --require-hashes --requirement docs/requirements.lock
	$(BIN)/mkdocs build --strict
	$(BIN)/pytest tests/test_docs.py

# The environment, once: locked versions, every file checked against its hash.
$(READY): requirements.lock pyproject.toml
	$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Triage Map needs Python 3.11 or newer; name one with: make PYTHON=python3.12")'
	$(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --require-hashes --requirement requirements.lock
	$(BIN)/python -m pip install --quiet --no-deps --no-build-isolation --editable .
	touch $(READY)

# Chromium for the browser tests: Debian's package where it may be installed, otherwise one sentence.
browser:
	@sh tests/browser/chromium.sh

# Renew the locked versions; needs uv. Hashes only, no download addresses. What only benchmarks and the site need is locked on top of the rest.
LOCK := uv pip compile --universal --generate-hashes --no-emit-index-url --no-header --upgrade
lock:
	$(LOCK) --extra data --extra test --output-file requirements.lock pyproject.toml
	$(LOCK) --extra bench --constraint requirements.lock --output-file benchmarks/requirements.lock pyproject.toml
	$(LOCK) --extra docs --constraint requirements.lock --output-file docs/requirements.lock pyproject.toml
