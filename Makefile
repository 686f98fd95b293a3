# Fullcircle: `make help` lists what there is.
.DEFAULT_GOAL := help
PYTHON ?= $(shell for python in python3.13 python3.12 python3.11 python3 python; do $$python -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo $$python && break; done)
PORT ?= 8000
BIN := .venv/bin
READY := .venv/.requirements-dev
TOOLS := .venv-infra/.requirements-infra
RIVAL := .venv/.requirements-bench
DEPLOY = $(if $(STAGE),,$(error Say which stage, as in: make $@ STAGE=prod))$(BIN)/python -m infra.deploy
DRY = $(if $(DRY_RUN),--dry-run)
LOCK := $(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url --custom-compile-command "make lock"
WORKERS ?= auto
NO_PYTHON = Fullcircle needs Python 3.11 or newer, and none was found. Install one, or name it: make install PYTHON=/path/to/python3.12
ifneq ($(shell command -v pyenv),)
NO_PYTHON += (pyenv is here: a version that it has installed is used only once it is switched on, as in: pyenv shell 3.12)
endif

.PHONY: help install demo serve emulator infra deploy status remove rotate-keys docs policies test-infra test test-browser pictures install-browser check lint prove mutants bench lock clean

help: ## list the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## /{printf "  make %-15s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

install: $(READY) ## make .venv with the locked requirements

$(READY): requirements-dev.txt
	@test -n "$(PYTHON)" || { echo "$(NO_PYTHON)"; exit 1; }
	@$(PYTHON) infra/install.py .venv requirements-dev.txt

demo: $(READY) ## run the example programme from CSV to sponsor's summary; leaves demo-output/
	@$(BIN)/python -m infra.local demo

serve: $(READY) ## keep the embedded cloud open (PORT=8000); AT=collecting|closed|released|workshops|impact|reviewed plays the example so far
	@$(BIN)/python -m infra.local serve --port $(PORT) --at "$(AT)"

emulator: $(READY) ## an empty AWS account on this machine, to try deploys on (PORT=8000)
	@$(BIN)/python -W ignore -m tests.support.emulator $(PORT)

infra: $(READY) ## set up what the functions stand on: STAGE=prod; DRY_RUN=1 says what it would do
	@$(DEPLOY) infra --stage $(STAGE) $(DRY) --sender "$(SENDER)" --reply-to "$(REPLY_TO)" --administrators "$(ADMINISTRATORS)" --second-factor "$(SECOND_FACTOR)" --alarms-to "$(ALARMS_TO)" --identity "$(IDENTITY)" --log-days "$(LOG_DAYS)"

deploy: $(READY) ## deploy the functions and check that they answer: STAGE=prod
	@$(DEPLOY) deploy --stage $(STAGE) $(DRY)

status: $(READY) ## say how a deployment stands and what needs a person: STAGE=prod
	@$(DEPLOY) status --stage $(STAGE)

rotate-keys: $(READY) ## sign links with a new key, the old ones still open: STAGE=prod; DROP_OLDEST=1 ends the oldest
	@$(DEPLOY) rotate-keys --stage $(STAGE) $(DRY) $(if $(DROP_OLDEST),--drop-oldest)

remove: $(READY) ## take a deployment down, data stays: STAGE=prod; DESTROY=prod deletes it too
	@$(DEPLOY) remove --stage $(STAGE) $(DRY) --destroy "$(DESTROY)"

docs: $(READY) ## write the pages of docs/ that are made from the code
	@$(BIN)/python -m infra.docs

policies: $(READY) ## write each function's policy from infra/rights.yaml
	@$(BIN)/python -m infra.deploy policies

test: $(READY) ## run every test that needs no browser
	@$(BIN)/python -m pytest -n $(WORKERS) -m "not prove and not browser and not infra"

test-browser: $(READY) ## test the pages in Chromium; says what is missing and how to get it
	@$(BIN)/python -m tests.browser.needs
	@$(BIN)/python -m pytest -n $(WORKERS) --dist loadfile -m browser tests/browser

test-infra: $(READY) $(TOOLS) ## test deploys on emulators, what is uploaded, and the stack with linters
	@$(BIN)/python -m pytest -n $(WORKERS) -m infra tests/infra

$(TOOLS): requirements-infra.txt
	@$(PYTHON) infra/install.py .venv-infra requirements-infra.txt

pictures: $(READY) ## photograph every page at 390 and 1280 pixels into docs/pictures/
	@$(BIN)/python -m tests.browser.needs
	@$(BIN)/python -m infra.local.pictures

install-browser: $(READY) ## add the Python packages that test-browser needs to .venv
	@$(BIN)/python infra/install.py .venv requirements-browser.txt --add

lint: $(READY) ## check style and types
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports

check: lint test ## lint, types and tests

prove: $(READY) ## run the long proofs of anonymity and of sending once
	@$(BIN)/python -m pytest -n $(WORKERS) -m prove

mutants: $(READY) ## take out one rule after the other; some test must miss it (RULE="words" for some of them)
	@$(BIN)/python -m tests.mutants $(RULE)

$(RIVAL): $(READY) requirements-bench.txt
	@$(BIN)/python infra/install.py .venv requirements-bench.txt --add

bench: $(RIVAL) ## measure every budget: start, report, calls, cost, pages, mails; leaves benchmarks/latest.json
	@$(BIN)/python -m benchmarks

lock: $(READY) ## renew the locked requirements from the .in files
	@for name in requirements requirements-report requirements-dev; do $(LOCK) $$name.in -o $$name.txt; done
	@for name in browser bench; do $(LOCK) -c requirements-dev.txt requirements-$$name.in -o requirements-$$name.txt; done
	@$(LOCK) requirements-infra.in -o requirements-infra.txt

clean: ## remove what was made here: .venv, caches, demo-output
	@rm -rf .venv .venv.lock .venv-infra .venv-infra.lock .mypy_cache .ruff_cache .pytest_cache .hypothesis demo-output
