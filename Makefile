# Every target creates and uses .venv in this checkout; nothing is installed anywhere else. Python 3.11 to 3.13.
.DEFAULT_GOAL := help
.PHONY: help setup demo test test-slow run check lint docs bench

VENV := .venv
PY := $(VENV)/bin/python
PYTHON ?= $(firstword $(foreach p,python3.11 python3.12 python3.13 python3,$(shell \
    $(p) -c 'import sys; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 13))' 2>/dev/null && echo $(p))))
PINS := $(sort $(wildcard requirements*.txt)) constraints.txt
# A stamp's name holds a checksum of the pins: other pins, another install; the time of a checkout does not matter.
SUM := $(shell cat $(PINS) | cksum | cut -d' ' -f1)
APP := $(VENV)/.app-$(SUM)
DEV := $(VENV)/.dev-$(SUM)
PIP := $(PY) -m pip install --quiet --disable-pip-version-check --constraint constraints.txt

# Threads that wait sleep: spinning ones make torch ten times slower beside other work, and tests run beside workers.
test test-slow: export OMP_WAIT_POLICY = PASSIVE
# Every process of pytest has a core for itself; the workers that tests start have threads as they are set to.
test: export OMP_NUM_THREADS = 1

help:  ## Show the targets
	@sed -n 's/^\([a-z-]*\):.*## /make \1\t/p' $(MAKEFILE_LIST) | expand -t 18

setup: $(DEV)  ## Install everything: bot, demo, tools for tests

demo: $(APP)  ## Open the real bot in a page that looks like Discord: no token, no GPU
	$(PY) -m bot demo

run: $(APP)  ## Run the bot: DISCORD_TOKEN=… make run
	$(PY) -m bot run

test: $(DEV)  ## Run the tests
	$(PY) -m pytest -m "not slow and not alone" --durations=20 --numprocesses logical --maxprocesses 4 --dist loadfile
	$(PY) -m pytest -m "alone and not slow"

test-slow: $(DEV)  ## Run the tests that take minutes: soak, long chaos, every model family
	$(PY) -m pytest -m slow

check: lint  ## Check style, types, import contracts, architecture and documents
	$(PY) -m mypy
	$(VENV)/bin/lint-imports
	$(PY) -m pytest tests/test_architecture.py tests/test_docs.py
	$(PY) -m pip check
	@$(PY) -m tests.audit

lint: $(DEV)  ## Check style only
	$(PY) -m ruff check .

docs: $(DEV)  ## Write the generated tables of README.md again
	$(PY) -m bot.docs

bench: $(DEV)  ## Run the benchmarks
	@for file in benchmarks/*.py; do echo "== $$file"; $(PY) -m benchmarks.$$(basename $$file .py) || exit 1; done

$(PY):
	@test -n "$(PYTHON)" || { echo "Easel needs Python 3.11, 3.12 or 3.13: install one, or: make PYTHON=/path/to/python3.12" >&2; exit 1; }
	@$(PYTHON) -m venv $(VENV) || { echo "$(PYTHON) cannot make a virtual environment: on Debian, apt install python3-venv" >&2; exit 1; }

$(APP): | $(PY)
	@echo "Installing into $(VENV): about 2 GB, 2 to 4 minutes the first time"
	@$(PIP) -r requirements-demo.txt
	@touch $@

$(DEV): | $(PY)
	@echo "Installing into $(VENV), with the tools for tests: about 2 GB, 2 to 4 minutes the first time"
	@$(PIP) -r requirements-dev.txt
	@touch $@ $(APP)
