# The short names that people type. On a fresh machine `make demo` and `make test` do everything.
# make demo PYTHON=/path/to/python3 chooses the interpreter; make lock UPGRADE=1 takes the newest versions.
SHELL := /bin/bash
VENV := .venv
BIN := $(VENV)/bin

.DEFAULT_GOAL := help
.PHONY: help demo lab test lint format docs release bench instructions mutants fuzz validate schemas lock clean setup setup-dev

help:  ## list the targets
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "  make %-12s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

demo: setup  ## set up, then check, map, simulate and report the example programme
	@scripts/demo.sh $(BIN)/ipe

lab: setup  ## open the notebooks in JupyterLab
	@$(BIN)/ipe lab

test: setup-dev lint  ## set up, then lint and run every test: units, properties, notebooks, browser, PostgreSQL
	@scripts/setup.sh browser || echo "Without it the browser tests fail."
	@scripts/setup.sh postgresql || echo "Without it the tests of the records fail."
	$(BIN)/python -m pytest -n logical --maxprocesses 4 --dist loadfile
	$(BIN)/python -m pytest -c notebooks/pytest.ini --rootdir=. --nbval-lax notebooks

lint: setup-dev  ## style, types, layers, spelling, stripped notebooks
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/codespell
	$(BIN)/nbstripout --verify notebooks/*.ipynb notebooks/*/*.ipynb

format: setup-dev  ## put the code into the common form
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

docs: setup-dev  ## build the manual into build/manual, strictly
	$(BIN)/python -m mkdocs build

release: setup-dev  ## build wheel, source archive, licences, bill of materials and checksums into dist/
	scripts/release.sh $(BIN)/python

bench: setup-dev  ## races against peers; prints one table, and writes it to build/benchmarks.md
	$(BIN)/python benchmarks/board.py

instructions: setup-dev  ## count instructions of some jobs; fails if one takes 20 % more than on record
	$(BIN)/python scripts/count_instructions.py

mutants: setup-dev  ## faults put into the algebra, the suppression and the verification: do the tests notice? takes long
	$(BIN)/python scripts/mutants.py

fuzz: setup-dev  ## 100,000 mutated files against the framework readers
	$(BIN)/python -m tests.fuzz.frameworks --inputs 100000

validate: setup-dev  ## error rates and coverage of the outcome analyses, ranks and forecasts of the calibration; takes long
	$(BIN)/python -m tests.validation.outcomes
	$(BIN)/python -m tests.validation.calibration

schemas: setup-dev  ## publish the JSON Schema of each kind of file
	$(BIN)/python scripts/publish_schemas.py

lock: setup-dev  ## resolve pyproject.toml into the two lock files
	scripts/lock.sh $(BIN)/python $(if $(UPGRADE),--upgrade)

clean:  ## remove what was built and written; .venv stays
	rm -rf build dist mutants reports/*/ runs .pytest_cache .mypy_cache .ruff_cache .hypothesis .import_linter_cache

# Both are quick when there is nothing to do: setup.sh compares hashes, not times.
setup:
	@scripts/setup.sh $(VENV) requirements.lock

setup-dev:
	@scripts/setup.sh $(VENV) requirements-dev.lock
