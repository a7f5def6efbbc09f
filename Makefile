# Cockpit: the verbs of this project. `make help` lists them.
.DEFAULT_GOAL := help
SHELL := /bin/bash

UV := $(shell command -v uv 2>/dev/null || echo .tools/bin/uv)
export UV_PROJECT_ENVIRONMENT := .venv
export UV_COMPILE_BYTECODE := 1
RUN := .venv/bin/

.PHONY: pipedrive-client real-crm real-crm-bottlecrm real-crm-tryton real-crm-changes simulate simulate-postgres seeded-bugs soak help setup demo test check format locale openapi docs pictures bench bench-planning brute-days rivals fresh clean

help: ## List the targets
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | awk -F ':.*## ' '{printf "  make %-16s %s\n", $$1, $$2}'

.tools/bin/uv:
	python3 -m venv .tools
	.tools/bin/python -m pip install --quiet 'uv>=0.5,<1'

.venv/.ready: pyproject.toml uv.lock $(filter .tools/bin/uv,$(UV))
	$(UV) sync --locked --all-extras --quiet
	@touch $@

setup: .venv/.ready ## Set everything up in .venv from the lock

demo: .venv/.ready ## A made-up company on this machine, opened on Today (PLAIN=1 prints it, ROLE=lead is the team lead)
	@COCKPIT_HOME=$(CURDIR)/.demo $(RUN)cockpit demo $(if $(PLAIN),--plain) $(if $(ROLE),--as $(ROLE)) $(if $(COCKPIT_LANG),--lang $(COCKPIT_LANG))

test: .venv/.ready check ## Format, lint, types, contracts, then all tests
	$(RUN)pytest -n auto --dist loadscope --no-loadscope-reorder

real-crm: .venv/.ready ## The connectors against real CRM servers, both at once, installed into .real-crm the first time (minutes)
	@$(MAKE) --no-print-directory --jobs 2 --output-sync=target real-crm-bottlecrm real-crm-tryton

real-crm-bottlecrm: .venv/.ready
	$(RUN)pytest -n0 -s -m real_crm tests/real_crm/test_bottlecrm.py tests/real_crm/test_bottlecrm_loop.py

real-crm-tryton: .venv/.ready
	$(RUN)pytest -n0 -s -m real_crm tests/real_crm/test_tryton.py

real-crm-changes: .venv/.ready ## A thousand changes on both sides of each real CRM, one answer in ten lost (N=1000, CRM=tryton, MINUTES=120 ends sooner)
	$(RUN)python -m tests.real_crm.changes $(or $(CRM),both) $(or $(N),1000) $(or $(MINUTES),120)

check: .venv/.ready ## Format, lint, types and import contracts, without the tests
	$(RUN)ruff format --check .
	$(RUN)ruff check .
	$(RUN)mypy
	$(RUN)lint-imports

format: .venv/.ready ## Put the code in form
	$(RUN)ruff check --fix .
	$(RUN)ruff format .

simulate: .venv/.ready ## Schedules of faults and kills against the sync (N=500, SEED=, MINUTES= ends sooner; LEDGER=1 adds them to the totals)
	@$(RUN)python -m tests.reliability.simulate --schedules $(or $(N),500) $(if $(SEED),--seed $(SEED)) $(if $(MINUTES),--minutes $(MINUTES)) $(if $(LEDGER),--ledger)

simulate-postgres: .venv/.ready ## The same schedules on a hub whose database is PostgreSQL (N=50, SEED=)
	@$(RUN)python -m tests.reliability.simulate --server postgres --schedules $(or $(N),50) $(if $(SEED),--seed $(SEED))

seeded-bugs: .venv/.ready ## Plant one-line bugs in the sync, one at a time: the simulator must find each (ONLY=, MOST=2000, SEED=)
	@$(RUN)python -m tests.reliability.seeded --most $(or $(MOST),2000) $(if $(ONLY),--only "$(ONLY)") $(if $(SEED),--seed $(SEED))

soak: .venv/.ready ## Screens, commands and a sync on one file at once (SECONDS=60); ALL=1: then long runs of kills, disks and wires
	@$(RUN)python -m tests.reliability.two_process $(or $(SECONDS),60)
	@$(if $(ALL),COCKPIT_SOAK_SECONDS=$(or $(SECONDS),60) COCKPIT_KILLS=500 COCKPIT_SYSCALLS=all COCKPIT_IMAGES=10000 COCKPIT_WIRE_ROUNDS=600 \
	  $(RUN)pytest -n auto --durations=0 --timeout=14400 tests/reliability/test_kill.py tests/reliability/test_syscalls.py \
	  tests/reliability/test_powerloss.py tests/reliability/test_wire.py tests/reliability/test_two_process.py)

locale: .venv/.ready ## Gather the texts and compile the catalogues
	$(RUN)python -m scripts.catalogues

pipedrive-client: ## Install Pipedrive's own client for Node.js, by which a test checks the stand-in
	npm install --prefix .tools/pipedrive --no-audit --no-fund --loglevel=error 'pipedrive@33.7.0'

openapi: .venv/.ready ## Write docs/openapi.json from the hub
	$(RUN)python -m scripts.openapi

docs: .venv/.ready ## Write docs/keys.md from the registry of commands
	$(RUN)python -m scripts.keys

pictures: .venv/.ready ## Draw the README's pictures from the running demo
	$(RUN)python -m scripts.pictures

bench: .venv/.ready ## Measure start, keys, bytes and memory beside a bare Textual table, and short commands
	$(RUN)python -m benchmarks.tui
	$(RUN)python -m benchmarks.lists
	$(RUN)python -m benchmarks.verbs
	$(RUN)python -m benchmarks.first_visit
	$(RUN)python -m benchmarks.first_load
	$(RUN)python -m benchmarks.offline

bench-planning: .venv/.ready ## Measure the planner beside pyvrp, vroom and OR-tools (TOPTW=folder with best_known.csv and instances)
	$(UV) venv --quiet --allow-existing .rivals/planning
	UV_PROJECT_ENVIRONMENT=.rivals/planning $(UV) sync --locked --quiet --no-install-project --no-dev --group bench-planning
	PYTHONPATH=src:. .rivals/planning/bin/python -m benchmarks.planning_product --rivals
	PYTHONPATH=src:. .rivals/planning/bin/python -m benchmarks.planning_exact
	$(if $(TOPTW),PYTHONPATH=src:. .rivals/planning/bin/python -m benchmarks.planning_rivals $(TOPTW)/best_known.csv $(TOPTW)/instances)

brute-days: .venv/.ready ## Random days of up to seven accounts: the planner must find what trying every order finds (N=2000)
	@PYTHONPATH=src:. $(RUN)python -m benchmarks.planning_brute $(or $(N),2000)

rivals: ## Install two well-known terminal programs and a loader, each by itself, for `make bench`
	$(UV) venv --quiet --clear .rivals/posting
	$(UV) pip install --quiet --python .rivals/posting/bin/python 'posting==2.5.4' 'tree-sitter<0.24'
	$(UV) venv --quiet --clear .rivals/harlequin
	$(UV) pip install --quiet --python .rivals/harlequin/bin/python 'harlequin==2.17.0'
	$(UV) venv --quiet --clear .rivals/dlt
	$(UV) pip install --quiet --python .rivals/dlt/bin/python 'dlt[sqlalchemy]==1.31.0'
	mkdir -p .rivals/bin
	ln -sf ../posting/bin/posting ../harlequin/bin/harlequin .rivals/bin/

fresh: ## Resolve without the lock, install the wheel, start the app in a terminal
	$(UV) build --quiet --wheel --out-dir dist
	$(UV) venv --quiet --clear .fresh
	$(UV) pip install --quiet --python .fresh/bin/python "$$(ls -t dist/*.whl | head -1)[hub]" pyte
	.fresh/bin/python -m scripts.start_in_terminal .fresh/bin/cockpit

clean: ## Remove what the targets made
	rm -rf .venv .tools .demo .fresh .rivals .pictures dist .mypy_cache .ruff_cache .pytest_cache
