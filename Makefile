# The front door. Every target sets up its own environment from pinned, hashed requirement files.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.ready-$(shell $(PYTHON) -c "import hashlib,pathlib; print(hashlib.sha256(b''.join(pathlib.Path(p).read_bytes() for p in ('requirements/uv.txt','requirements/dev.txt','pyproject.toml'))).hexdigest()[:16])")
export OPENBLAS_NUM_THREADS ?= 1
export OMP_NUM_THREADS ?= 1
export MPLBACKEND ?= Agg
DEMO_DIR ?= demo-output

.PHONY: help env demo test test-slow check format bench coverage detection docs pins clean

help:
	@echo "make demo   a virtual cell through the whole path, report in $(DEMO_DIR)/"
	@echo "make test   the test suite"
	@echo "make check  format, lint, types, layers"
	@echo "make bench  speed and accuracy beside named peers"
	@echo "make coverage  how often stated intervals of impedance hold the truth"
	@echo "make detection  how well failures are found, in cells with a known answer; renews the table of the guide"
	@echo "make docs   the documentation in docs/_build/html"
	@echo "make env    only the environment in $(VENV)/"

env: $(STAMP)

$(STAMP):
	@$(PYTHON) -c "import sys; sys.exit(0 if sys.version_info >= (3, 11) else 'alkanode needs Python >= 3.11; found %s. Set PYTHON=/path/to/python3.11' % sys.version.split()[0])"
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --require-hashes -r requirements/uv.txt
	VIRTUAL_ENV=$(VENV) $(BIN)/uv pip sync --quiet --require-hashes requirements/dev.txt requirements/uv.txt
	VIRTUAL_ENV=$(VENV) $(BIN)/uv pip install --quiet --no-deps --no-build-isolation -e .
	@rm -f $(VENV)/.ready-*
	@touch $@

demo: env
	$(BIN)/alkanode demo -o $(DEMO_DIR)

test: env
	$(BIN)/python -m pytest -n auto --dist worksteal -m "not slow" $(ARGS)

test-slow: env
	$(BIN)/python -m pytest -m slow $(ARGS)

check: env
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports

format: env
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

bench: env
	$(BIN)/python benchmarks/run.py $(ARGS)

coverage: env
	$(BIN)/python benchmarks/interval_coverage.py $(ARGS)

detection: env
	$(BIN)/python benchmarks/detection.py --page docs/guide/detection_table.inc $(ARGS)

docs: env
	$(BIN)/python -m sphinx -W -b html docs docs/_build/html

pins: env
	$(BIN)/uv pip compile --universal --python-version 3.11 --generate-hashes --no-header --no-annotate -q requirements/uv.in -o requirements/uv.txt
	$(BIN)/uv pip compile --universal --python-version 3.11 --generate-hashes --no-header --no-annotate -q requirements/dev.in -o requirements/dev.txt

clean:
	rm -rf $(VENV) $(DEMO_DIR) build dist .mypy_cache .ruff_cache .pytest_cache .import_linter_cache docs/_build
