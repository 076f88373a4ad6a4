# gxstudy: `make reproduce` and `make test` are all that is needed; `make` lists the rest.

PYTHON ?= python3
VENV := .venv
PY := $(VENV)/bin/python
PIP := $(PY) -m pip --disable-pip-version-check
READY := $(VENV)/.ready
TEST_READY := $(VENV)/.test-ready
PINS := .constraints.txt

# The same inputs give the same bytes, on any machine and in any locale.
export LC_ALL := C.UTF-8
export TZ := UTC
export PYTHONHASHSEED := 0
export PYTHONUTF8 := 1
export SOURCE_DATE_EPOCH := 1767225600
export OMP_NUM_THREADS := 1
export OPENBLAS_NUM_THREADS := 1
# Jupyter uses the kernel of this environment; nobody's personal settings enter.
export JUPYTER_PREFER_ENV_PATH := 1
export JUPYTER_PLATFORM_DIRS := 1
export IPYTHONDIR := $(CURDIR)/$(VENV)/ipython
export MPLCONFIGDIR := $(CURDIR)/$(VENV)/matplotlib
unexport PYTHONPATH

.DEFAULT_GOAL := help
.PHONY: help setup reproduce test suite lint format lab test-slow test-browser docs bench bench-scale fuzz pin messages clean
.DELETE_ON_ERROR:

help: ## list the commands
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "make %-14s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

setup: $(READY) ## build the environment in .venv from pinned versions

$(READY): pyproject.toml $(PINS)
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { \
		echo "gxstudy needs Python 3.11 or newer, and '$(PYTHON)' is not: $$($(PYTHON) --version 2>&1). If another one is installed, name it: make PYTHON=python3.12 $(MAKECMDGOALS)" >&2; exit 1; }
	@$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null || { \
		echo "'$(PYTHON)' cannot build environments: its modules venv and ensurepip are missing. On Debian and Ubuntu: apt install python3-venv" >&2; exit 1; }
	$(PYTHON) -m venv $(VENV)
	$(PIP) install --quiet --constraint $(PINS) hatchling
	$(PIP) install --quiet --constraint $(PINS) --no-build-isolation --editable '.[desk,ocr]'
	@touch $@

$(TEST_READY): $(READY)
	$(PIP) install --quiet --constraint $(PINS) --no-build-isolation --editable '.[test]'
	@touch $@

reproduce: export JUPYTER_NO_CONFIG := 1
reproduce: $(READY) ## read data/raw into data/processed, run the notebooks, draw the figures
	$(PY) -m gxstudy reproduce

test: lint suite ## lint, types, tests, and the notebooks against their committed outputs

suite: export JUPYTER_NO_CONFIG := 1
suite: $(TEST_READY) ## the tests alone, those in docstrings and notebooks too
	MPLBACKEND=agg $(PY) -m pytest --numprocesses 2 --dist loadfile --doctest-modules --nbval-lax tests gxstudy notebooks

lint: $(TEST_READY) ## ruff and mypy --strict
	$(PY) -m ruff check
	$(PY) -m ruff format --check
	$(PY) -m mypy

format: $(TEST_READY) ## let ruff mend what it can
	$(PY) -m ruff check --fix
	$(PY) -m ruff format

lab: $(READY) ## open the notebooks in JupyterLab
	$(PY) -m gxstudy lab

test-slow: $(TEST_READY) ## the tests that take minutes
	MPLBACKEND=agg $(PY) -m pytest -m slow

test-browser: $(TEST_READY) ## the notebooks in JupyterLab, driven by Chromium
	$(PIP) install --quiet --constraint $(PINS) --no-build-isolation --editable '.[test,browser]'
	$(PY) -m pytest -m browser

docs: ## build the documentation in docs/_site/html, in an environment of its own; any warning is an error
	$(PYTHON) -m venv $(VENV)-docs
	$(VENV)-docs/bin/python -m pip install --quiet --disable-pip-version-check --constraint $(PINS) hatchling
	$(VENV)-docs/bin/python -m pip install --quiet --disable-pip-version-check --constraint $(PINS) --no-build-isolation --editable '.[docs]'
	$(VENV)-docs/bin/python -m sphinx --fail-on-warning --keep-going --quiet --fresh-env -b html docs docs/_site/html
	$(VENV)-docs/bin/python docs/_ext/offline.py docs/_site/html

bench: ## time against the peers, in an environment of their own
	$(PYTHON) -m venv $(VENV)-bench
	$(VENV)-bench/bin/python -m pip install --quiet --constraint $(PINS) hatchling
	$(VENV)-bench/bin/python -m pip install --quiet --constraint $(PINS) --no-build-isolation --editable '.[bench]'
	$(VENV)-bench/bin/python benchmarks/run.py

bench-scale: $(TEST_READY) ## build ten thousand reports, typeset once; what that costs goes to benchmarks/SCALE.md
	$(PY) benchmarks/scale.py

fuzz: $(TEST_READY) ## files built to do harm, for ten minutes; what goes wrong is kept in .cache/fuzz
	$(PY) tests/fuzz.py

pin: ## renew the pinned versions (run it with the oldest Python supported)
	$(PYTHON) -m venv --clear $(VENV)-pin
	$(VENV)-pin/bin/python -m pip install --quiet hatchling '.[test,bench,browser,docs]'
	$(VENV)-pin/bin/python -m pip freeze --exclude gxstudy > $(PINS)
	rm -rf $(VENV)-pin

messages: $(TEST_READY) ## renew and compile the Chinese messages of the command; lists those that have none
	$(PY) -m gxstudy.cli.catalogue

clean: ## delete the environment and the caches (never data or outputs)
	rm -rf $(VENV) $(VENV)-bench $(VENV)-docs $(VENV)-pin .cache .hypothesis .mypy_cache .pytest_cache .ruff_cache dist
	find gxstudy tests benchmarks notebooks -name __pycache__ -o -name .ipynb_checkpoints 2>/dev/null | xargs rm -rf
