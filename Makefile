# Everything runs from a virtual environment that these targets make; Python 3.11 or later and make are all they need.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
MODEL ?= relay:unnamed

.PHONY: help example test check lint types layers record clean
.DEFAULT_GOAL := help

help:
	@echo "make example   build examples/telemetry from its recording and verify it"
	@echo "make test      run all tests"
	@echo "make check     lint, types, layers, tests"
	@echo "make record    ask the examples anew through MODEL (default: relay) and keep the recordings"

$(VENV)/.base: pyproject.toml
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable '.[python]'
	@touch $@

$(VENV)/.dev: $(VENV)/.base
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable '.[python,dev]'
	@touch $@

example: $(VENV)/.base
	$(BIN)/specpack build examples/telemetry --frozen -o build/telemetry.zip

test: $(VENV)/.dev
	$(BIN)/python -m pytest

lint: $(VENV)/.dev
	$(BIN)/ruff check src tests
	$(BIN)/ruff format --check src tests

types: $(VENV)/.dev
	$(BIN)/mypy

layers: $(VENV)/.dev
	$(BIN)/lint-imports

check: lint types layers test

record: $(VENV)/.dev
	tools/record src/specpack/std/pack $(MODEL)
	tools/record examples/ulid $(MODEL)
	tools/record examples/telemetry $(MODEL)

clean:
	rm -rf $(VENV) build
