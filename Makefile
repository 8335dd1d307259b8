# Countersign: every task is one word; `make` alone lists them. Needs Python 3.11 or newer, git and make.
SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := help
MAKEFLAGS += --no-print-directory

FIND_PYTHON = 'import sys; sys.version_info >= (3, 11) and print(sys.executable)'
PYTHON ?= $(firstword $(foreach name,python3 python3.11 python3.12 python3.13 python3.14,$(shell $(name) -c $(FIND_PYTHON) 2>/dev/null)))
BIN := .venv/bin

# A stamp is named by what it was made from, so a second start does nothing and a changed lock installs again.
RUN_STAMP := .venv/stamps/run-$(shell cat requirements.lock pyproject.toml | cksum | cut -d' ' -f1)
DEV_STAMP := .venv/stamps/dev-$(shell cat requirements.lock requirements-dev.lock pyproject.toml | cksum | cut -d' ' -f1)

# Settings given on the command line reach the programs by the environment:
#   make run PORT=8100 WORLD=empty      make run IMPORT=~/Takeout/mail.mbox OWNER=me@example.org

.PHONY: help
help: ## list the tasks
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-14s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

.PHONY: run
run: $(RUN_STAMP) ## start Countersign (database, sandbox Google, api, worker) and print its address
	@exec $(BIN)/countersign up

.PHONY: test
test: $(DEV_STAMP) ## lint, types, contracts, tests, coverage; CI=1 makes "not run" a failure
	@$(BIN)/python backend/tests/run.py

.PHONY: check
check: $(DEV_STAMP) ## lint, types, import contracts and architecture only
	@$(BIN)/python backend/tests/run.py --only check

.PHONY: fix
fix: $(DEV_STAMP) ## format and mend what can be mended by itself
	@$(BIN)/ruff check --fix backend
	@$(BIN)/ruff format backend

.PHONY: bench
bench: $(DEV_STAMP) ## measure beside stock LangGraph and print both
	@cd backend && ../$(BIN)/python -m benchmarks

.PHONY: bench-data
bench-data: $(DEV_STAMP) ## measure on the public sets too: make bench-data DATA=folder
	@cd backend && ../$(BIN)/python -m benchmarks public --data $(abspath $(DATA))

.PHONY: prove
prove: $(DEV_STAMP) ## the trust tests at their full sizes (hours)
	@COUNTERSIGN_PROOF=full $(BIN)/python backend/tests/run.py --only prove

.PHONY: migrate
migrate: $(RUN_STAMP) ## bring the database schema to this release
	@$(BIN)/countersign migrate

.PHONY: contract
contract: $(RUN_STAMP) ## write the HTTP contract to docs/openapi.json
	@$(BIN)/countersign contract docs/openapi.json

.PHONY: pages
pages: $(DEV_STAMP) ## write docs/errors.md and docs/sandbox-parity.md from the code
	@cd backend && ../$(BIN)/python -m tests.docs.pages

.PHONY: sandbox
sandbox: $(RUN_STAMP) ## start the sandbox Google alone on port 4010
	@exec $(BIN)/python -m workspace_sandbox --port 4010 --world $(or $(WORLD),demo)

.PHONY: backup
backup: $(RUN_STAMP) ## write a backup: make backup TO=folder
	@$(BIN)/countersign backup $(TO)

.PHONY: restore
restore: $(RUN_STAMP) ## read a backup back: make restore FROM=file
	@$(BIN)/countersign restore $(FROM)

.PHONY: clean-data
clean-data: $(RUN_STAMP) ## delete everything this clone has stored (asks first)
	@$(BIN)/countersign clean-data

.PHONY: lock
lock: $(DEV_STAMP) ## solve the dependencies again and write both lock files
	@$(BIN)/uv pip compile pyproject.toml --group build --output-file requirements.lock $(LOCK_OPTIONS)
	@$(BIN)/uv pip compile pyproject.toml --group build --group dev --constraints requirements.lock \
	  --output-file requirements-dev.lock $(LOCK_OPTIONS)
# With no index address in the file every installation uses its own; the hashes say what may be installed.
LOCK_OPTIONS := --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header --quiet

.venv/bin/python:
	@if [ -z "$(PYTHON)" ]; then \
	  echo "Countersign needs Python 3.11 or newer; none was found. Install it, or name it: make run PYTHON=/path/to/python3" >&2; \
	  exit 1; fi
	@"$(PYTHON)" -m venv .venv || { \
	  echo "Python's venv module does not work here. On Debian and Ubuntu: apt-get install python3-venv" >&2; exit 1; }

$(RUN_STAMP): | .venv/bin/python
	@echo "Installing Countersign's dependencies (once, about a minute) ..."
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	@mkdir -p .venv/stamps && rm -f .venv/stamps/run-* && touch $@

$(DEV_STAMP): | .venv/bin/python
	@echo "Installing Countersign's development tools (once, about a minute) ..."
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-dev.lock
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	@mkdir -p .venv/stamps && rm -f .venv/stamps/dev-* && touch $@
