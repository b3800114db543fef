# Two targets do all set-up on a fresh machine and are quick the second time.
# The first that is there, runs, and is of a version that will do.
FITS = import sys; sys.exit(not (3, 11) <= sys.version_info[:2] < (3, 14))
PYTHON ?= $(shell for p in python3 python3.13 python3.12 python3.11; do \
	$$p -c '$(FITS)' 2>/dev/null && echo $$p && break; done)
RUNS ?= runs
PORT ?= 5006

.PHONY: workbench test test-all docs bench bench-ui fuzz chaos clean

workbench: .venv/workbench.installed  ## the dashboard on http://127.0.0.1:5006
	HDD_RUNS=$(RUNS) .venv/bin/panel serve workbench/app.py --address 127.0.0.1 --port $(PORT) --show $(if $(AUTOSTART),--args --autostart)

# The tests in a browser come last, because they wait for figures to move and so want the machine for themselves.
test: .venv/tests.installed  ## lint, types and tests, with a browser and JupyterLab
	.venv/bin/ruff check .
	.venv/bin/ruff format --check .
	.venv/bin/basedpyright --pythonpath .venv/bin/python
	.venv/bin/python -m pytest -n 2 --dist worksteal -m "not browser and not slow"
	.venv/bin/python -m pytest -n 2 --dist worksteal -m "browser and not slow"

test-all: .venv/tests.installed  ## the slow tests too: 50 kills at random moments, queues, several browsers at once, sessions that end
	.venv/bin/python -m pytest -n 2 --dist worksteal -m "not browser"
	.venv/bin/python -m pytest -m browser

docs: .venv/docs.installed  ## the pages that are made from the code, and the site: build/docs/index.html
	.venv/bin/python docs/make.py
	.venv/bin/python -m sphinx --quiet --fail-on-warning --keep-going -c docs -d build/doctrees . build/docs

bench: .venv/workbench.installed  ## speed on this machine
	.venv/bin/hdd bench

fuzz: .venv/tests.installed  ## ten minutes of damaged files for everything that reads published sets
	.venv/bin/python tests/hdd/sets/formats/fuzz.py

EVENTS ?= 200
SEED ?= 0
chaos: .venv/tests.installed  ## some ten minutes of faults for real runs and the real page; the table of docs/reliability.md
	PYTHONPATH=.:tests:tests/workbench:tests/workbench/ui .venv/bin/python -m chaos --events $(EVENTS) --seed $(SEED)

bench-ui: .venv/tests.installed  ## how quick the page is, in a real Chromium
	.venv/bin/python benchmarks/ui.py

.venv/bin/python:
	@test -n "$(PYTHON)" && "$(PYTHON)" -c '$(FITS)' \
	|| { echo "Python 3.11 to 3.13 is needed; name one with: make PYTHON=/path/to/python3.12"; exit 1; }
	$(PYTHON) -m venv .venv

# torch and torchvision are resolved together, so that their builds fit.
.venv/%.installed: .venv/bin/python pyproject.toml
	@echo "Installing into .venv; torch is large, so this takes some minutes the first time."
	.venv/bin/python -m pip install --quiet --editable '.$(if $(filter docs tests,$*),[$*])'
	$(if $(filter tests,$*),.venv/bin/python tests/workbench/chromium.py)
	touch $@

clean:
	rm -rf .venv build dist *.egg-info .pytest_cache .ruff_cache .hypothesis
