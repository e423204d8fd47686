# The two commands: `make run` starts a whole shop on this machine, `make test` checks everything.
# Both set up what they need first (.ci/setup says what it does); a later start finds it done.
.DEFAULT_GOAL := help
.PHONY: help run test test-long bench chaos lint lock clean

PORT ?= 8080
DATA ?= data
SHOP ?=
PYTEST_ARGS ?=
CHAOS_MINUTES ?= 10
CHAOS_SEED ?= 1
CHAOS_KILLS ?= 40
CHAOS_PRESSES ?= 4000
CHAOS_TRANSMITTERS ?= tap
CHAOS_DATABASE ?= sqlite
BIN := .venv/bin
# A program of PARTS that is missing fails the run. Only LIVE=off leaves the live part out.
UNLESS_LIVE := $(if $(filter off,$(LIVE)), and not live)
PARTS := $(if $(filter off,$(LIVE)),,mosquitto postgresql chromium hylafax multimon snpp systemd)

help: ## this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-10s %s\n", $$1, $$2 }' Makefile
	@echo
	@echo "  PORT=8080 DATA=data   where 'make run' listens (0: a free port) and keeps its data"
	@echo "  LIVE=off              'make test' without Mosquitto, PostgreSQL, Chromium and the other programs of PARTS"

run: ## the whole shop with simulated devices on this machine; Ctrl-C ends it
	@bash .ci/setup run mosquitto
	@$(BIN)/redbutton up $(SHOP) --simulate --data '$(DATA)' --port '$(PORT)' || { code=$$?; [ $$code = 130 ] || exit $$code; }

test: ## lint, types and every test, the live ones included
	@bash .ci/setup dev $(PARTS)
	@if [ -n "$(PYTEST_ARGS)$(UNLESS_LIVE)" ]; then $(MAKE) --no-print-directory check-code && $(BIN)/python -m pytest -m 'not long$(UNLESS_LIVE)' $(PYTEST_ARGS); \
	else bash .ci/parts $(BIN)/python 'not long'; fi

test-long: ## the tests that are too long for every run
	@bash .ci/setup dev $(PARTS)
	@$(BIN)/python -m pytest -m 'long$(UNLESS_LIVE)' $(PYTEST_ARGS)

bench: ## every goal of speed beside what this machine does; BENCH_ARGS='--last 3' prints the last runs as Markdown
	@bash .ci/setup dev mosquitto
	@$(BIN)/python -m tests.bench $(BENCH_ARGS)

chaos: ## seeded trouble on real processes, and an exact account of it; CHAOS_MINUTES=60 for as long as you like
	@bash .ci/setup dev mosquitto $(filter postgresql,$(CHAOS_DATABASE))
	@$(BIN)/python -m tests.chaos --minutes '$(CHAOS_MINUTES)' --seed '$(CHAOS_SEED)' --kills '$(CHAOS_KILLS)' --presses '$(CHAOS_PRESSES)' \
		--transmitters '$(CHAOS_TRANSMITTERS)' --database '$(CHAOS_DATABASE)'

lint: ## ruff and mypy alone
	@bash .ci/setup dev
	@$(MAKE) --no-print-directory check-code

.PHONY: check-code
check-code:
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

# requirements.lock holds all, .ci/run.lock what a running shop loads: the same versions, no tools.
LOCK = uv pip compile pyproject.toml .ci/build.in --quiet --universal --generate-hashes --no-header \
	--no-emit-index-url --no-emit-find-links
lock: ## resolve the dependencies again (needs uv)
	@PATH="$$PWD/$(BIN):$$PATH"; command -v uv >/dev/null || { echo "make lock needs uv: pip install uv" >&2; exit 2; }; \
	$(LOCK) $(LOCK_ARGS) --extra dev --output-file requirements.lock && \
	$(LOCK) --extra button --extra gateway --extra server --constraint requirements.lock --output-file .ci/run.lock

clean: ## removes what was installed and cached here, never the data
	rm -rf .venv .pytest_cache .mypy_cache .ruff_cache .hypothesis build dist
	find . -name __pycache__ -type d -not -path './data/*' -prune -exec rm -rf {} +
