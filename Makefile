# Run `make help` to list the targets.
.DEFAULT_GOAL := help
# The Python that made .venv, so that an upgrade stays with it; else the newest that runs here. An interrupted install
# leaves a .venv that cannot make itself again: its Python is passed over.
PYTHON ?= $(or $(shell .venv/bin/python -c 'import sys; print(sys.version_info >= (3, 11) and sys.prefix != sys.base_prefix and sys._base_executable or "")' 2>/dev/null),$(shell for python in python3.13 python3.12 python3.11 python3 python; do $$python -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo $$python && break; done))
PORT ?= 8000
BIN := .venv/bin
READY := .venv/.requirements-dev
TOOLS := .venv-infra/.requirements-infra
RIVAL := .venv/.requirements-bench
DEPLOY = $(if $(STAGE),,$(error Name the stage: make $@ STAGE=prod))$(BIN)/python -m infra.deploy
DRY = $(if $(DRY_RUN),--dry-run)
LOCK := $(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url --custom-compile-command "make lock"
WORKERS ?= auto
HOW_PYTHON = Install Python 3.13, or give its path: make install PYTHON=/path/to/python3.13
ifneq ($(shell command -v pyenv),)
HOW_PYTHON += (pyenv is installed. Activate one of its versions first: pyenv shell 3.13)
endif
RUNS = $(if $(PYTHON),$(PYTHON) -c '' 2>/dev/null || { echo "$(PYTHON) does not run here. $(HOW_PYTHON)"; exit 1; },echo "Fullcircle needs Python 3.11 or newer, and none was found. $(HOW_PYTHON)"; exit 1)

# A slip such as DRYRUN=1 would otherwise do what the command was to show.
KNOWN := PYTHON PORT AT STAGE DRY_RUN SENDER REPLY_TO ADMINISTRATORS SECOND_FACTOR ALARMS_TO IDENTITY LOG_DAYS XRAY WAF_LIMIT KEEP TO DROP_OLDEST DESTROY SHARE RULE WORKERS
UNKNOWN := $(strip $(foreach name,$(.VARIABLES),$(if $(filter command,$(firstword $(origin $(name)))),$(filter-out $(KNOWN),$(name)))))
$(if $(UNKNOWN),$(error make does not know $(UNKNOWN). Nothing was done. It knows $(KNOWN)))

.PHONY: help install demo serve emulator infra deploy status stop start drill restore remove rotate-keys docs policies test-infra test test-browser pictures install-browser check lint prove mutants bench lock clean

help: ## list the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## /{printf "  make %-15s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

install: $(READY) ## make .venv with the locked requirements; PYTHON=python3.13 makes it again if another Python made it
	@$(if $(filter command line,$(origin PYTHON)),$(RUNS); $(PYTHON) infra/install.py .venv requirements-dev.txt)

$(READY): requirements-dev.txt
	@$(RUNS)
	@$(PYTHON) infra/install.py .venv requirements-dev.txt

demo: $(READY) ## run the example programme from CSV to sponsor's summary; writes demo-output/
	@$(BIN)/python -m infra.local demo

serve: $(READY) ## run the local cloud (PORT=8000); AT=collecting|closed|released|workshops|impact|reviewed plays the example up to there
	@$(BIN)/python -m infra.local serve --port $(PORT) --at "$(AT)"

emulator: $(READY) ## run an empty emulated AWS account, to try deploys (PORT=8000)
	@$(BIN)/python -W ignore -m tests.support.emulator $(PORT)

infra: $(READY) ## create or update tables, queues, keys and alarms: STAGE=prod; DRY_RUN=1 shows the changes only
	@$(DEPLOY) infra --stage $(STAGE) $(DRY) --sender "$(SENDER)" --reply-to "$(REPLY_TO)" --administrators "$(ADMINISTRATORS)" --second-factor "$(SECOND_FACTOR)" --alarms-to "$(ALARMS_TO)" --identity "$(IDENTITY)" --log-days "$(LOG_DAYS)" --xray "$(XRAY)" --waf-limit "$(WAF_LIMIT)"

deploy: $(READY) ## deploy the functions and check that they respond: STAGE=prod
	@$(DEPLOY) deploy --stage $(STAGE) $(DRY)

status: $(READY) ## show the state of a deployment and what needs action: STAGE=prod
	@$(DEPLOY) status --stage $(STAGE)

stop: $(READY) ## close a deployment for a while: pages say “back soon”, nothing runs, nothing is lost: STAGE=prod
	@$(DEPLOY) stop --stage $(STAGE) $(DRY)

start: $(READY) ## open a deployment again after make stop: STAGE=prod
	@$(DEPLOY) start --stage $(STAGE) $(DRY)

drill: $(READY) ## restore the table into a second stage, check rows and reports, print the time, clean up: STAGE=prod; KEEP=1 leaves it
	@$(DEPLOY) drill --stage $(STAGE) $(DRY) $(if $(KEEP),--keep)

restore: $(READY) ## put the table of a stopped stage back to a moment: STAGE=prod TO=2026-10-01T12:00Z; the API keeps its address
	@$(DEPLOY) restore --stage $(STAGE) $(DRY) --to "$(TO)"

rotate-keys: $(READY) ## sign links with a new key and accept the old keys: STAGE=prod; DROP_OLDEST=1 ends the oldest
	@$(DEPLOY) rotate-keys --stage $(STAGE) $(DRY) $(if $(DROP_OLDEST),--drop-oldest)

remove: $(READY) ## remove a deployment and keep its data: STAGE=prod; DESTROY=prod deletes the data too
	@$(DEPLOY) remove --stage $(STAGE) $(DRY) --destroy "$(DESTROY)"

docs: $(READY) ## generate the pages of docs/ that describe the code
	@$(BIN)/python -m infra.docs

policies: $(READY) ## write each function's policy from infra/rights.yaml
	@$(BIN)/python -m infra.deploy policies

test: $(READY) ## run every test that needs no browser
	@$(BIN)/python -m pytest -n $(WORKERS) -m "not prove and not browser and not infra"

test-browser: $(READY) ## test the pages in Chromium; lists missing packages and how to install them
	@$(BIN)/python -m tests.browser.needs
	@$(BIN)/python -m pytest -n $(WORKERS) --dist loadfile -m browser tests/browser

test-infra: $(READY) $(TOOLS) ## test deploys on emulators, check the uploaded package, lint the stack
	@$(BIN)/python -m pytest -n $(WORKERS) -m infra tests/infra

$(TOOLS): requirements-infra.txt
	@$(PYTHON) infra/install.py .venv-infra requirements-infra.txt

pictures: $(READY) ## take screenshots of every page at 390 and 1280 pixels into docs/pictures/
	@$(BIN)/python -m tests.browser.needs
	@$(BIN)/python -m infra.local.pictures

install-browser: $(READY) ## add the Python packages that test-browser needs to .venv
	@$(BIN)/python infra/install.py .venv requirements-browser.txt --add

lint: $(READY) ## check style, types, layers and plain English
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports
	@$(BIN)/python -m infra.checks.plain_english

check: lint test ## lint, types and tests

prove: $(READY) ## run the long tests of anonymity and of doing each thing once: an hour; SHARE=100 plays everything, for days
	@SHARE=$(SHARE) $(BIN)/python -m pytest -n $(WORKERS) -m prove

mutants: $(READY) ## remove one rule at a time; a test must fail each time (RULE="words" selects rules)
	@$(BIN)/python -m tests.mutants $(RULE)

$(RIVAL): $(READY) requirements-bench.txt
	@$(BIN)/python infra/install.py .venv requirements-bench.txt --add

bench: $(RIVAL) ## measure every budget: start, report, calls, cost, pages, emails; leaves benchmarks/latest.json
	@$(BIN)/python -m benchmarks

lock: $(READY) ## update the locked requirements from the .in files
	@for name in requirements requirements-report requirements-dev; do $(LOCK) $$name.in -o $$name.txt; done
	@for name in browser bench; do $(LOCK) -c requirements-dev.txt requirements-$$name.in -o requirements-$$name.txt; done
	@$(LOCK) requirements-infra.in -o requirements-infra.txt

clean: ## delete .venv, caches and demo-output
	@rm -rf .venv .venv.lock .venv-infra .venv-infra.lock .mypy_cache .ruff_cache .pytest_cache .hypothesis demo-output
