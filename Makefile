# The commands of the project; `make help` lists them.
PYTHON ?= python3
PORT ?= 8000
VENV := .venv
BIN := $(VENV)/bin
CATALOG := matchmaker/translations/zh/LC_MESSAGES/messages
RUNTIME := $(VENV)/.runtime
DEVELOPMENT := $(VENV)/.development
# The demo never touches a database that the environment happens to name.
DEMO := MATCHMAKER_DEMO=1 MATCHMAKER_ENV= DATABASE_URL=

.DEFAULT_GOAL := help
.PHONY: help setup demo demo-reset test check bench lock pictures translations

help: ## list the commands
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed 's/:.*## /\t/' | expand -t 16

setup: $(RUNTIME) ## create .venv from the lock

demo: $(RUNTIME) ## serve the demo on http://127.0.0.1:$PORT (8000)
	@$(DEMO) PORT=$(PORT) $(BIN)/matchmaker demo

demo-reset: $(RUNTIME) ## the same, with the demo's data thrown away and loaded anew
	@$(DEMO) $(BIN)/matchmaker db reset --yes
	@$(MAKE) --no-print-directory demo

test: $(DEVELOPMENT) ## run every test; installs a browser and fonts where it may
	@tests/install-system-packages
	$(BIN)/pytest -n 2 --dist loadgroup

check: $(DEVELOPMENT) ## ruff, mypy, djlint, import-linter
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy
	$(BIN)/djlint --quiet --lint --check templates
	$(BIN)/lint-imports --config setup.cfg

bench: $(DEVELOPMENT) ## measure speed, and quality where the judgements are at hand
	$(BIN)/python -m tests.benchmarks

lock: ## resolve the dependencies anew into requirements/
	$(PYTHON) -m venv $(VENV)
	$(BIN)/pip install --quiet --require-hashes --requirement requirements/lock.txt
	$(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header \
		--no-annotate --upgrade pyproject.toml --output-file requirements/runtime.txt
	$(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header \
		--no-annotate --upgrade pyproject.toml --group test --group check --group bench \
		--constraint requirements/runtime.txt --output-file requirements/development.txt
	$(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header \
		--no-annotate --upgrade --group lock --output-file requirements/lock.txt

pictures: $(DEVELOPMENT) ## take the pictures of the README and the user guide anew
	MATCHMAKER_PICTURES=1 $(BIN)/pytest -q tests/browser/test_guide_pictures.py

translations: $(DEVELOPMENT) ## collect the words of code and pages into the catalogue
	$(BIN)/pybabel --quiet extract --mapping-file babel.cfg --keywords _l --keywords lazy_gettext \
		--no-location --sort-output --no-wrap --ignore-dirs '.*' --output-file $(VENV)/messages.pot .
	$(BIN)/pybabel --quiet update --input-file $(VENV)/messages.pot --output-file $(CATALOG).po \
		--locale zh --no-fuzzy-matching --no-wrap --ignore-obsolete

$(CATALOG).mo: $(CATALOG).po | $(VENV)/bin/pip
	$(BIN)/pybabel --quiet compile --input-file $< --output-file $@ --locale zh

$(VENV)/bin/pip:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' \
		|| { echo 'Python 3.11 or newer is needed; name it with PYTHON=python3.x' >&2; exit 1; }
	@$(PYTHON) -m venv $(VENV) \
		|| { echo 'Install the venv module first: apt-get install python3-venv' >&2; exit 1; }

$(RUNTIME): requirements/runtime.txt pyproject.toml $(CATALOG).po | $(VENV)/bin/pip
	$(BIN)/pip install --quiet --disable-pip-version-check --require-hashes \
		--requirement requirements/runtime.txt
	$(BIN)/pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation \
		--no-index --editable .
	@$(MAKE) --no-print-directory $(CATALOG).mo
	@touch $@

$(DEVELOPMENT): requirements/development.txt $(RUNTIME)
	$(BIN)/pip install --quiet --disable-pip-version-check --require-hashes \
		--requirement requirements/development.txt
	@touch $@
