# The short names that people type. On a fresh machine `make demo` and `make test` do everything.
SHELL := /bin/bash
VENV := .venv
BIN := $(VENV)/bin

.DEFAULT_GOAL := help
.PHONY: help demo lab test lint format bench schemas lock clean

help:  ## list the targets
	@grep -hE '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 10

demo: $(VENV)/.ready  ## set up, then check, map, simulate and report the example programme
	@scripts/demo.sh $(BIN)/ipe

lab: $(VENV)/.ready  ## open the notebooks in JupyterLab
	$(BIN)/ipe lab

test: $(VENV)/.ready-dev lint  ## set up, then lint and run every test: units, properties, notebooks, browser
	scripts/setup.sh browser
	$(BIN)/python -m pytest
	$(BIN)/python -m pytest -c notebooks/pytest.ini --rootdir=. --nbval-lax notebooks

lint: $(VENV)/.ready-dev  ## style, types, layers, spelling, stripped notebooks
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/codespell
	$(BIN)/nbstripout --verify notebooks/*.ipynb notebooks/*/*.ipynb

format: $(VENV)/.ready-dev  ## put the code into the common form
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

bench: $(VENV)/.ready-dev  ## races against a peer; prints ratios
	@for race in benchmarks/[a-z]*.py; do echo "== $$race"; $(BIN)/python $$race || exit 1; done

schemas: $(VENV)/.ready-dev  ## publish the JSON Schema of each kind of file
	$(BIN)/python scripts/publish_schemas.py

lock: $(VENV)/.ready-dev  ## resolve the dependencies anew into the two lock files
	scripts/lock.sh $(BIN)/python

clean:  ## remove what was built and written
	rm -rf build dist reports/*/ runs .pytest_cache .mypy_cache .ruff_cache .hypothesis .import_linter_cache

$(VENV)/.ready: requirements.lock pyproject.toml scripts/setup.sh
	scripts/setup.sh $(VENV) requirements.lock
	@touch $@

$(VENV)/.ready-dev: requirements-dev.lock pyproject.toml scripts/setup.sh
	scripts/setup.sh $(VENV) requirements-dev.lock
	@touch $@ $(VENV)/.ready
