# The ways to build, check and try the project. `make help` lists them.
SHELL := /bin/sh
.DEFAULT_GOAL := help
BIN := .venv/bin
# Most of a test with real calls is waiting, so two at a time are well served by one core.
WORKERS ?= 2
PYTEST := $(BIN)/pytest -n $(WORKERS) --dist loadfile --durations=10

.PHONY: help
help: ## this list
	@sed -n 's/^\([a-z][a-z0-9-]*\):.*## \(.*\)/  make \1\t\2/p' $(MAKEFILE_LIST) | expand -t 18

.PHONY: setup
setup: ## the Python environment, Asterisk and SIPp; quick when they are there already
	@tools/python-environment
	@tools/asterisk
	@tools/sipp

.PHONY: python
python:
	@tools/python-environment

.PHONY: check
check: python ## layout, lint, types, imports, tidiness
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy .
	$(BIN)/lint-imports
	$(BIN)/pytest -q tests/tidy

.PHONY: test
test: setup check ## check, then every test, those on a real Asterisk too
	$(PYTEST)

.PHONY: e2e
e2e: setup ## only the tests on a real Asterisk
	$(PYTEST) tests/e2e

.PHONY: demo
demo: export SAMBUT_DEMO_BEGAN_MS := $(shell date +%s%3N)
demo: demo-calls setup ## a sample centre with real calls, until Ctrl-C; CALLS=20 ends after 20, DEMO_JSON=path writes them down
	@$(BIN)/sambut demo $${CALLS:+--calls "$$CALLS"} $${DEMO_JSON:+--json "$$DEMO_JSON"}

# Before the set-up, which may take minutes.
.PHONY: demo-calls
demo-calls:
	@case "$${CALLS:-1}" in *[!0-9]* | 0*) echo "CALLS=$$CALLS: name how many calls to play, as CALLS=20" >&2; exit 2 ;; esac

.PHONY: sim
sim: python ## a handful of seeded runs in virtual time; SEED=7 plays that one, WITHOUT=crash,freeze leaves faults out
	@$(BIN)/python -m simulator $(if $(SEED),--seed $(SEED)) $(if $(WITHOUT),--without $(WITHOUT))

.PHONY: sim-long
sim-long: python ## ten thousand seeds on all cores; FIRST=1 and COUNT=10000 choose them
	@$(BIN)/python -m simulator --first $(or $(FIRST),1) --count $(or $(COUNT),10000)

.PHONY: theory
theory: python ## simulated waits against Erlang B, C and A, 30 seeds of 100,000 calls each: hours; SEEDS=30 CALLS=100000, LOADS="0.5 0.98"
	@$(BIN)/python -m tests.simulation.against_theory --seeds $(or $(SEEDS),30) --calls $(or $(CALLS),100000) $(if $(LOADS),--loads $(LOADS))

.PHONY: fuzz
fuzz: python ## strange bytes for everything that reads bytes from outside; SECONDS=60 for each, TARGET=ami only that one
	@$(BIN)/python -m tests.fuzz --seconds $(or $(SECONDS),60) $(if $(TARGET),--target $(TARGET))

.PHONY: chaos
chaos: setup ## kills and freezes under real calls; KILLS=200 FREEZES=50 ASTERISK=10 RATE=3, SEED=n again, CHAOS_JSON=path writes it down
	@$(BIN)/python -m tests.chaos --kills $(or $(KILLS),200) --freezes $(or $(FREEZES),50) --away $(or $(AWAY),0) --asterisk $(or $(ASTERISK),10) \
		--rate $(or $(RATE),3) --agents $(or $(AGENTS),14) --survivable $(or $(SURVIVABLE),15) $(if $(SEED),--seed $(SEED)) \
		$(if $(CHAOS_JSON),--json $(CHAOS_JSON))

.PHONY: lock
lock: python ## make locks/ anew from pyproject.toml; UPGRADE=1 takes the newest of everything
	@UPGRADE=$(UPGRADE) tools/lock
