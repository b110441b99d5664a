# One command each; needs Python 3.11 or newer, git and make. Everything is set up in .venv.
#   make demo | test | lint | types | imports | bench | bench-micro | bench-plot | clean | distclean
#   make test ARGS="tests/unit -k period"        make demo PYTHON=/opt/python3.13/bin/python3
#   make bench BENCH_ARGS="--size L --peer plan_ledger"     ratios to hand-written tables; others: bench/README.md

VENV := .venv
BIN  := $(VENV)/bin
ARGS ?=
BENCH_ARGS ?= --size S --peer plan_ledger
RESULTS := bench-results

# The first interpreter that runs, is new enough and can make an environment. It is tried, not only looked up: a
# version manager leaves names on the path that do not start.
CANDIDATES := python3 python3.14 python3.13 python3.12 python3.11 python
PYTHON ?= $(shell for p in $(CANDIDATES); do \
	"$$p" -c 'import sys, ensurepip, venv; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1 && { echo "$$p"; break; }; done)

.PHONY: help demo test lint format types imports bench bench-micro bench-plot clean distclean

help:
	@sed -n 's/^#   //p' Makefile

# Each stamp is as new as the last installation, so that only a changed pyproject.toml installs again.
$(VENV)/.made:
	@chosen="$(PYTHON)"; if [ -z "$$chosen" ]; then \
		echo "No Python 3.11 or newer with venv and ensurepip was found among: $(CANDIDATES)." >&2; \
		echo "Install one (on Debian and Ubuntu also python3-venv), or name it: make PYTHON=/path/to/python3" >&2; exit 1; fi; \
	echo "Setting up $(VENV) with $$("$$chosen" --version)"; "$$chosen" -m venv --clear $(VENV)
	@touch $@

$(VENV)/.cli: $(VENV)/.made pyproject.toml
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -e '.[cli]'
	@touch $@

# dev holds all that cli does, so it renews both stamps.
$(VENV)/.dev: $(VENV)/.made pyproject.toml
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -e '.[dev]'
	@touch $(VENV)/.cli $@

$(VENV)/.bench: $(VENV)/.dev
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -e '.[bench]'
	@touch $@

demo: $(VENV)/.cli
	$(BIN)/python examples/demo.py

# By file: the examples of one document build on each other, so one worker has to run them all.
test: $(VENV)/.dev
	$(BIN)/python -m pytest -n auto --dist loadfile $(ARGS)

lint: $(VENV)/.dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

format: $(VENV)/.dev
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

types: $(VENV)/.dev
	$(BIN)/mypy
	$(BIN)/pyright

imports: $(VENV)/.dev
	$(BIN)/lint-imports --no-logo

bench: $(VENV)/.dev
	$(BIN)/python bench/run.py $(BENCH_ARGS)

bench-micro: $(VENV)/.bench
	$(BIN)/python -m pytest -c bench/micro/pytest.ini bench/micro $(ARGS)

# Draws docs/images/performance.svg. Measures first what has not been measured: half an hour on a quiet machine, most of
# it the other libraries. To measure anew: rm -r bench-results
bench-plot: $(RESULTS)/run.json $(RESULTS)/growth.json
	$(BIN)/python bench/plot.py $^

$(RESULTS)/run.json: | $(VENV)/.dev
	@mkdir -p $(RESULTS)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -r bench/requirements.txt
	$(BIN)/python bench/run.py --size S --all --runs 3 --json $@

$(RESULTS)/growth.json: | $(VENV)/.dev
	@mkdir -p $(RESULTS)
	$(BIN)/python bench/growth.py --json $@

clean:
	rm -rf build dist demo-output .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis .coverage
	find src tests examples bench -name __pycache__ -type d -prune -exec rm -rf {} +

distclean: clean
	rm -rf $(VENV)
