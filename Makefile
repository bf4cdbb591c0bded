# The commands of the house; `make` alone lists them. Needs Python 3.11 or newer and nothing else.
PYTHON ?= python3
UV ?= uv
JOBS ?= auto
BIN := .venv/bin
READY := .venv/.ready

export PIP_DISABLE_PIP_VERSION_CHECK := 1
export PIP_ROOT_USER_ACTION := ignore

.DEFAULT_GOAL := help
.PHONY: help run test proof check national lock clean

help: ## list these commands
	@sed -n 's/^\([a-z]*\):.*## \(.*\)/  make \1\t\2/p' Makefile | expand -t 20

run: $(READY) ## start everything, play the pilot, audit it; ends on Ctrl-C
	@exec $(BIN)/balai up --pilot

test: $(READY) ## run all tests against a PostgreSQL and a Valkey of their own
	@exec $(BIN)/pytest -q -n $(JOBS) --dist loadgroup -m "not proof"

proof: $(READY) ## let strangers judge: GDAL, Spectral, Redocly, Poppler, jose, Chromium; installs what it needs
	@tests/proof/install.sh
	@exec $(BIN)/pytest -q -m proof tests/proof

check: $(READY) ## format, lint, types, import contracts
	@$(BIN)/ruff format --check .
	@$(BIN)/ruff check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports

national: $(READY) ## play and audit the pilot at full size, in a home of its own, then stop
	@BALAI_HOME="$$($(BIN)/balai home)-national" exec $(BIN)/balai up --pilot --applicants 25000 --classes 625 --until-audited

lock: ## write requirements.lock anew from pyproject.toml (needs uv)
	$(UV) pip compile pyproject.toml --group dev --universal --python-version 3.11 --generate-hashes \
		--no-emit-index-url --no-emit-find-links --custom-compile-command 'make lock' -q -o requirements.lock

clean: ## remove the environment and the caches; homes with data stay
	rm -rf .venv .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache build dist
	find deploy migrations services shared tests -name __pycache__ -type d -prune -exec rm -rf {} +

# The environment is made once, and again when the lock or the project changes.
$(READY): requirements.lock pyproject.toml
	@command -v $(PYTHON) >/dev/null || { echo "There is no $(PYTHON). Install Python 3.11 or newer, or name it: make run PYTHON=/path/to/python3"; exit 1; }
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "Balai needs Python 3.11 or newer, and $(PYTHON) is $$($(PYTHON) -V 2>&1). Name another: make run PYTHON=python3.12"; exit 1; }
	@$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null || { echo "$(PYTHON) cannot create environments. On Debian and Ubuntu install the package python3-venv: apt-get install python3-venv"; exit 1; }
	@$(BIN)/python -m pip --version >/dev/null 2>&1 || { echo "Creating .venv"; $(PYTHON) -m venv --clear .venv; }
	@echo "Installing what requirements.lock names"
	@$(BIN)/python -m pip install -q --require-hashes -r requirements.lock
	@$(BIN)/python -m pip install -q --no-deps --no-build-isolation -e .
	@$(BIN)/python -m compileall -q deploy migrations services shared
	@touch $@
