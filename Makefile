# make demo   moves a sample schema through Meltano into another one, twice, and compares them
# make demo-scheduler  runs the project's schedule by two processes of oracle-scheduler, kills one of
#             them, and compares JOB_HISTORY, API, page and both schemas
# make test   runs the pair's tests against the stand-in, or the database that TEST_ORACLE_DSN names,
#             with one worker per core (WORKERS=4 says how many, TESTS=tests/unit which)
# make test-standin  runs the stand-in's own tests; make test-all runs both
# make coverage  runs the pair's tests and prints the branch coverage of the pair, plugins included
# make test-profiles  runs the tests that need a database against each server that the stand-in plays
# make live-check  asks the database of TEST_ORACLE_DSN what only a live Oracle answers, and prints a
#             report; SUITE=whole|quick|none says which tests run first, IDLE=400 how long a session rests
# make trial  does what a demanding new user does, a line per task: own Meltano project, selection,
#             schema changes, other taps and targets, old states, BLOBs of 5 MB, two million rows
# make test-pythons  runs the pair's tests on every supported Python that this machine has
# make test-scheduler  runs the scheduler's service as processes, on SQLite and on the stand-in
# make fuzz-scheduler  sends EXAMPLES=200 requests of every kind to each operation of its interface
# make faults-scheduler  kills processes of the scheduler while 2,000 times come due; TIMES=200
# make bench-scheduler  measures how late jobs start
# make kills  kills both programs 40 times while rows and state are one transaction; KILLS=n
# make test-browser  looks at the report of runs in chromium (apt-get install chromium)
# make test-state-backend  runs and checks Meltano's state backend in an environment of its own
# make bench  measures the pair beside the Singer SDK's own path; ROWS=300000 says how many rows
# make standin-report  counts the statements that the stand-in answers as Oracle does
# make test-dbt  runs dbt on the demo's models and on hostile schemas
# make bench-tap  measures the tap: parallel reading, memory, LogMiner's redo; ROWS=1000000
# make faults-tap  kills loads of the tap at POINTS=25 random points each with 1 and 2 workers, and
#             compares HISTORIES=15 random histories of changes by log, killed too, with the source
# make bench-target  measures the target beside the SDK's: CPU per row, Arrow files, processes; ROWS=200000
# make bench-discovery  measures discovery beside the SDK's own with 10 and 10,000 tables and with the
#             most that the SDK finishes in five minutes; LONG=1 adds 50,000, SIZES="10 1000" chooses
# make faults-target  loads with one fault at every call to the server, for a quarter of an hour
# make lint   ruff, mypy, import contracts, figures of the code, generated documents up to date
# make driver-tests  runs the driver's own test suite against the stand-in
# make soak   runs eight threads on shared rows of the stand-in for a minute
# make docs   writes the generated parts of README.md, docs/ and meltano.yml
# make clean  removes everything that these targets made

PYTHON ?= python3
VENV := .venv
MELTANO_VENV := .venv-meltano
DRIVER_VENV := .venv-driver
STATE_VENV := .venv-state
STATE_BACKEND := packages/meltano-state-oracle
BIN := $(VENV)/bin
STANDIN := packages/oracle-standin
HERE := $(CURDIR)/$(BIN)
MELTANO := $(MELTANO_VENV)/bin/meltano
MELTANO_VERSION := 4.4.1
PIP_OPTIONS := -qq --disable-pip-version-check
WORKERS ?= logical
PARALLEL := --numprocesses $(WORKERS) --dist worksteal

export MELTANO_SEND_ANONYMOUS_USAGE_STATS := false
export MELTANO_CLI_DISABLE_VERSION_CHECK := 1
export PIP_DISABLE_PIP_VERSION_CHECK := 1

.PHONY: demo demo-scheduler kills test test-scheduler test-browser test-standin test-state-backend test-all test-dbt standin-report bench bench-tap bench-target faults-tap faults-target faults-scheduler fuzz-scheduler bench-discovery driver-tests soak lint format docs clean
.DEFAULT_GOAL := test

$(VENV)/.installed: pyproject.toml $(STANDIN)/pyproject.toml
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install $(PIP_OPTIONS) --upgrade 'pip>=25.1'
	$(BIN)/python -m pip install $(PIP_OPTIONS) --editable '.[scheduler]' --editable $(STANDIN) --group test --group lint
	@touch $@

$(MELTANO_VENV)/.installed: Makefile $(STATE_BACKEND)/pyproject.toml
	$(PYTHON) -m venv $(MELTANO_VENV)
	$(MELTANO_VENV)/bin/python -m pip install $(PIP_OPTIONS) 'meltano==$(MELTANO_VERSION)' --editable $(STATE_BACKEND)
	@touch $@

.meltano/.installed: pyproject.toml meltano.yml $(MELTANO_VENV)/.installed
	$(MELTANO) install > .meltano-install.log 2>&1 || { cat .meltano-install.log; exit 1; }
	@mkdir -p .meltano && touch $@ && rm -f .meltano-install.log

demo: $(VENV)/.installed .meltano/.installed
	$(BIN)/python -m demo --meltano $(MELTANO)

demo-scheduler: $(VENV)/.installed .meltano/.installed
	$(BIN)/python -m demo.scheduler --meltano $(MELTANO)

test: $(VENV)/.installed .meltano/.installed
	$(if $(COVERAGE),rm -rf .coverage && mkdir .coverage)
	$(BIN)/$(if $(COVERAGE),coverage run,python) -m pytest $(PARALLEL) $(TESTS)
	$(if $(COVERAGE),$(BIN)/coverage combine --quiet && $(BIN)/coverage report)

coverage:
	$(MAKE) test COVERAGE=1

test-standin: $(VENV)/.installed
	cd $(STANDIN) && $(HERE)/python -m pytest $(PARALLEL) $(TESTS)

test-all: test test-standin

test-profiles: $(VENV)/.installed .meltano/.installed
	set -e; for profile in 12.2 19 23; do for size in standard extended; do \
	  echo "== profile $$profile, MAX_STRING_SIZE $$size"; \
	  TEST_STANDIN_PROFILE=$$profile TEST_STANDIN_MAX_STRING_SIZE=$$size \
	  $(MAKE) test TESTS="$(or $(TESTS),tests/oracle tests/contract)"; \
	done; done

trial: $(VENV)/.installed .meltano/.installed
	$(BIN)/python -m tools.trial --meltano $(MELTANO) $(if $(ROWS),--rows $(ROWS))

live-check: $(VENV)/.installed
	@$(BIN)/python -m tools.live_check $(if $(SUITE),--suite $(SUITE)) $(if $(IDLE),--idle $(IDLE))

test-pythons: $(VENV)/.installed .meltano/.installed
	set -e; for python in $$($(BIN)/python -m tools.pythons); do \
	  $(MAKE) test PYTHON=$$python VENV=$(VENV)-$${python##*/}; \
	done

bench: $(VENV)/.installed
	$(BIN)/python -m benchmarks $(if $(ROWS),--rows $(ROWS))

$(DRIVER_VENV)/.installed: $(STANDIN)/pyproject.toml
	$(PYTHON) -m venv $(DRIVER_VENV)
	$(DRIVER_VENV)/bin/python -m pip install $(PIP_OPTIONS) --upgrade 'pip>=25.1'
	cd $(STANDIN) && $(CURDIR)/$(DRIVER_VENV)/bin/python -m pip install $(PIP_OPTIONS) --editable . --group test --group driver
	@touch $@

driver-tests: $(DRIVER_VENV)/.installed
	cd $(STANDIN) && $(CURDIR)/$(DRIVER_VENV)/bin/python -m tests.driver.run $(MODULES)

$(STATE_VENV)/.installed: $(STATE_BACKEND)/pyproject.toml $(STANDIN)/pyproject.toml
	$(PYTHON) -m venv $(STATE_VENV)
	$(STATE_VENV)/bin/python -m pip install $(PIP_OPTIONS) --upgrade 'pip>=25.1'
	cd $(STATE_BACKEND) && $(CURDIR)/$(STATE_VENV)/bin/python -m pip install $(PIP_OPTIONS) 'meltano==$(MELTANO_VERSION)' --editable . --editable ../oracle-standin --group test --group lint
	@touch $@

test-state-backend: $(STATE_VENV)/.installed
	cd $(STATE_BACKEND) && $(CURDIR)/$(STATE_VENV)/bin/ruff check . && $(CURDIR)/$(STATE_VENV)/bin/ruff format --check . && $(CURDIR)/$(STATE_VENV)/bin/mypy && $(CURDIR)/$(STATE_VENV)/bin/python -m pytest $(TESTS)

kills: $(VENV)/.installed
	KILLS=$(or $(KILLS),40) $(BIN)/python -m pytest tests/oracle/test_state_table_kills.py

test-browser: $(VENV)/.installed
	$(BIN)/python -m pytest -m browser tests/browser

soak: $(VENV)/.installed
	cd $(STANDIN) && SOAK_SECONDS=60 $(HERE)/python -m pytest -s tests/test_concurrency.py

faults-target: $(VENV)/.installed
	FAULTS=full $(BIN)/python -m pytest -q $(PARALLEL) tests/oracle/test_target_faults.py tests/oracle/test_target_property.py

standin-report: $(VENV)/.installed
	cd $(STANDIN) && $(HERE)/python -m tests.report

test-scheduler: $(VENV)/.installed
	$(BIN)/python -m pytest $(PARALLEL) -m scheduler tests/oracle/test_scheduler_service.py

fuzz-scheduler: $(VENV)/.installed
	FUZZ_EXAMPLES=$(or $(EXAMPLES),200) $(BIN)/python -m pytest -q tests/unit/oracle_scheduler/test_api_document.py

faults-scheduler: $(VENV)/.installed
	$(BIN)/python -m tests.oracle.scheduler_faults $(if $(TIMES),--times $(TIMES))

bench-scheduler: $(VENV)/.installed
	$(BIN)/python -m benchmarks.scheduler $(if $(SECONDS),--seconds $(SECONDS))

test-dbt: $(VENV)/.installed .meltano/.installed
	$(BIN)/python -m pytest -m dbt tests/oracle/test_dbt_project.py

bench-target: $(VENV)/.installed
	$(BIN)/python -m benchmarks.target $(if $(ROWS),--rows $(ROWS))

bench-tap: $(VENV)/.installed
	$(BIN)/python -m benchmarks.tap $(if $(ROWS),--rows $(ROWS))

faults-tap: $(VENV)/.installed
	TAP_FAULT_POINTS=$(or $(POINTS),25) LOG_HISTORIES=$(or $(HISTORIES),15) \
	  $(BIN)/python -m pytest -s -n 0 tests/oracle/test_tap_faults.py tests/oracle/test_log_property.py

bench-discovery: $(VENV)/.installed
	$(BIN)/python -m benchmarks.discovery $(if $(SIZES),--tables $(SIZES)) $(if $(LONG),--long)

lint: $(VENV)/.installed
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/python -m tools.figures --check
	$(BIN)/python -m docs.generate --check
	cd $(STANDIN) && $(HERE)/ruff check . && $(HERE)/ruff format --check . && $(HERE)/mypy && $(HERE)/lint-imports

format: $(VENV)/.installed
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .
	cd $(STANDIN) && $(HERE)/ruff check --fix . && $(HERE)/ruff format .

docs: $(VENV)/.installed
	$(BIN)/python -m docs.generate
	$(BIN)/python -m docs.openapi

clean:
	rm -rf $(VENV) $(VENV)-python* $(MELTANO_VENV) $(DRIVER_VENV) $(STATE_VENV) .meltano build dist output
	rm -rf .pytest_cache .mypy_cache .ruff_cache .hypothesis .import_linter_cache .coverage *.egg-info
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
