# Redress. The two commands of the README are `make run` and `make test`; each sets up all it needs.

PY := .venv/bin/python
# One pytest worker a core; JOBS=1 for a quiet machine.
JOBS ?= $(shell getconf _NPROCESSORS_ONLN 2>/dev/null || echo 2)
# What pytest is given: make test TESTS="tests/unit -k receipt"
TESTS ?= tests

# How many random kills on each database: make faults KILLS=50
KILLS ?= 500

# What Python compiles it keeps, whatever the shell says: else each of the hundred commands that tests start compiles everything anew.
export PYTHONDONTWRITEBYTECODE =

.PHONY: run test coverage bench faults check environment style types imports texts catalogues columns lock vendor clean

run: ## Redress with a fictional network, at the address it prints
	@scripts/bootstrap.sh run
	@$(PY) -m app.language.catalogues compile
	@.venv/bin/redress up --demo

test: environment ## all tests, on SQLite, PostgreSQL and in Chromium
	@scripts/browser.sh
	@$(PY) -m app.language.catalogues compile
	@$(PY) -m pytest -n $(JOBS) --dist worksteal --durations=10 $(TESTS)

coverage: ## as `make test`, and which lines and branches of app/ the tests went through; refuses below the floor in pyproject.toml
	@PYTEST_ADDOPTS="--cov $$PYTEST_ADDOPTS" $(MAKE) --no-print-directory test

bench: environment ## figures of the path under load beside floors, in docs/performance.md; ONLY=filing runs one part
	@scripts/browser.sh
	@$(PY) -m app.language.catalogues compile
	@$(PY) -m bench $(ONLY)

faults: environment ## the long fault runs on both databases, with a line of progress; docs/faults.md says what and how long
	@$(PY) -m app.language.catalogues compile
	@KILLS=$(KILLS) $(PY) -m pytest -s --timeout 0 --durations=10 tests/faults

check: style types imports texts ## all four; `make -k check` goes on after the first that fails

environment:
	@scripts/bootstrap.sh dev

style: environment
	.venv/bin/ruff check .
	.venv/bin/ruff format --check .

types: environment
	.venv/bin/mypy

imports: environment
	.venv/bin/lint-imports --no-cache

texts: environment
	$(PY) -m app.language.catalogues check

catalogues: environment ## collect new texts from the code and compile every language
	@$(PY) -m app.language.catalogues extract
	@$(PY) -m app.language.catalogues compile

columns: environment ## docs/sealed-columns.md from what the models say
	@$(PY) -m app.cli.sealed_columns

lock: ## choose versions anew from pyproject.toml; needs uv on the PATH
	@scripts/lock.sh

vendor: ## the phone's sealing library built anew from its locked versions, and held against its hash; needs node and npm
	@scripts/vendor.sh

clean: ## everything made by the targets above; keeps instance/, which holds data
	rm -rf .venv build *.egg-info .coverage .hypothesis .import_linter_cache .mypy_cache .pytest_cache .ruff_cache
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
