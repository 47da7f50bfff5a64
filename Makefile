# Everything that is done with this repository; `make help` lists it. Each target installs all that it needs.
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
MAKEFLAGS += --no-builtin-rules

VENV := .venv
BIN := $(VENV)/bin
# a machine whose network is watched by its owner has a certificate of its own, which uv otherwise does not read
export UV_SYSTEM_CERTS ?= 1
# every process that the tests start would compile everything anew
unexport PYTHONDONTWRITEBYTECODE

# ARGS: options for pytest; JOBS: how many tests run at once
ARGS ?=
JOBS ?= $(shell cores=$$(getconf _NPROCESSORS_ONLN); echo $$((cores < 7 ? cores + 1 : 8)))

TEMPLATES = $(shell git ls-files --cached --others --exclude-standard 'templates/*.html')
# an environment whose Python has gone is made anew
BROKEN := $(shell $(BIN)/python -c '' 2>/dev/null || echo FORCE)

.PHONY: help
help: ## Say what can be done
	@sed -n 's/^\([a-z-]*\):[^#]*## \(.*\)/  make \1|\2/p' $(MAKEFILE_LIST) | awk -F '|' '{ printf "%-16s %s\n", $$1, $$2 }'

.PHONY: run
run: $(VENV)/run.stamp ## Run Patchbay: everything in one process, on http://localhost:5002
	@PYTHONUNBUFFERED=1 exec $(BIN)/python manage.py run

.PHONY: demo
demo: $(VENV)/run.stamp ## Publish the example plugins, so that the first page is not empty
	@$(BIN)/python manage.py demo

.PHONY: test
test: lint types suite ## Check everything: style, types and the whole test suite

.PHONY: suite
suite: $(VENV)/dev.stamp programs ## Run the tests alone; make suite ARGS='-k install'
	@$(BIN)/python -m pytest -n $(JOBS) $(ARGS)

.PHONY: lint
lint: $(VENV)/dev.stamp ## Check the style of code and templates
	@$(BIN)/ruff check --quiet .
	@$(BIN)/ruff format --quiet --check . || { $(BIN)/ruff format --check .; exit 1; }
	@$(BIN)/djade --target-version 6.1 --check $(TEMPLATES)

.PHONY: format
format: $(VENV)/dev.stamp ## Bring code and templates into shape
	$(BIN)/ruff check --quiet --fix-only .
	$(BIN)/ruff format .
	$(BIN)/djade --target-version 6.1 $(TEMPLATES) || true

.PHONY: types
types: $(VENV)/dev.stamp ## Check the types
	@$(BIN)/mypy .

.PHONY: messages
messages: $(VENV)/dev.stamp ## Compile the texts of the catalogue in other languages (locale/)
	@$(BIN)/python -m tests.messages

.PHONY: lock
lock: $(VENV)/run.stamp ## Pin the newest versions that requirements*.in allow; make lock ARGS='--upgrade'
	$(BIN)/uv pip compile requirements.in $(LOCK) -o requirements.txt $(ARGS)
	$(BIN)/uv pip compile requirements-dev.in $(LOCK) -o requirements-dev.txt $(ARGS)

LOCK := --python-version 3.12 --universal -q --no-emit-index-url --no-header

.PHONY: bench
bench: $(VENV)/dev.stamp programs ## Measure the runtime, all figures as one table; make bench FIGURES='dispatch streams' PLUGINS=folder
	@$(BIN)/python -m tests.bench $(FIGURES) $(if $(PLUGINS),--official $(PLUGINS)) $(ARGS)

.PHONY: chaos
chaos: $(VENV)/dev.stamp programs ## Kill processes of all kinds at random under load for two minutes; CHAOS_SECONDS=600 for longer
	@CHAOS_SECONDS=$(or $(CHAOS_SECONDS),120) $(BIN)/python -m pytest -q -s tests/test_chaos.py $(ARGS)

.PHONY: boots
boots: $(VENV)/dev.stamp ## Start all plugins of a folder plainly and as forks, and say what fails; make boots PLUGINS=folder
	@$(BIN)/python -m tests.bench.boots --official $(PLUGINS) $(ARGS)

.PHONY: walks
walks: $(VENV)/dev.stamp ## Walk at random through the review for long; make walks WALKS=2000
	@WALKS=$(or $(WALKS),1000) $(BIN)/python -m pytest -q tests/review/test_walks.py

.PHONY: soak
soak: $(VENV)/dev.stamp ## A million calls of all kinds through one process, and its memory meanwhile; make soak CALLS=100000
	@$(BIN)/python -m tests.bench.soak --calls $(or $(CALLS),1000000) $(ARGS)

.PHONY: soak-link
soak-link: $(VENV)/dev.stamp ## A million calls over a link, with callers that leave at random
	@DJANGO_SETTINGS_MODULE=tests.settings $(BIN)/python -m tests.bench.link

.PHONY: fuzz-debugging
fuzz-debugging: $(VENV)/dev.stamp ## Send ten thousand broken handshakes, and two hundred good ones at once
	@$(BIN)/python -m pytest -q tests/debugging/soak.py

.PHONY: soak-sleep
soak-sleep: $(VENV)/dev.stamp ## Put plugins to sleep and wake them ten thousand times: memory and descriptors stay flat; make soak-sleep ROUNDS=400
	@$(BIN)/python -m tests.bench.sleeping --rounds $(or $(ROUNDS),10000)

.PHONY: bench-catalogue
bench-catalogue: $(VENV)/dev.stamp programs ## Measure the catalogue with 20,000 plugins on both databases; make bench-catalogue ARGS='--plugins 262'
	@$(BIN)/python -m tests.bench.catalogue $(ARGS)

.PHONY: corpus
corpus: $(VENV)/dev.stamp ## Install and call a folder of real plugins; make corpus PLUGINS=folder
	@$(BIN)/python -m tests.corpus --plugins $(PLUGINS) $(ARGS)

.PHONY: sdks
sdks: $(VENV)/dev.stamp ## Try what plugins' SDK is taught on every release of it since 0.7
	@SDK_RELEASES=1 $(BIN)/python -m pytest -q tests/runtime/test_companion.py tests/runtime/test_hastening.py $(ARGS)

.PHONY: trust
trust: $(VENV)/dev.stamp ## Plant violations into copies of plugins, count what is found; make trust PLUGINS=folder
	@$(BIN)/python -m tests.trust $(if $(PLUGINS),--plugins $(PLUGINS)) $(if $(CORPUS),--given $(CORPUS)) $(ARGS)

.PHONY: clean
clean: ## Remove what was built, never what you keep (data/)
	rm -rf $(VENV) .venv-tools build .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis
	find . -path ./data -prune -o -name __pycache__ -type d -prune -exec rm -rf {} +

.PHONY: programs
programs:
	@scripts/test-programs

.PHONY: FORCE
FORCE:

$(VENV)/run.stamp: requirements.txt scripts/environment $(BROKEN)
	@scripts/environment $(VENV) requirements.txt
	@touch $@

$(VENV)/dev.stamp: requirements-dev.txt $(VENV)/run.stamp
	@scripts/environment $(VENV) requirements-dev.txt
	@touch $@
