# Works with Python 3.11-3.13, make and pip; no system packages, no tokens.
.PHONY: install demo gallery run test lint clean

# The first Python in range that really runs (a version manager's shim may exist and fail).
PYTHON ?= $(shell for python in python3.13 python3.12 python3.11 python3 python; do \
	$$python -c 'import sys, venv; sys.exit(not (3, 11) <= sys.version_info[:2] < (3, 14))' \
	>/dev/null 2>&1 && echo $$python && break; done)
BIN := .venv/bin
READY := .venv/.ready
MELODY := bot/samples/ode-to-joy.mid

install: $(READY)

# --without-pip: Debian's Python may come without ensurepip; then the outer pip installs the inner one.
$(READY): pyproject.toml constraints-dev.txt
	@test -n "$(PYTHON)" || { echo "Tutti needs Python 3.11, 3.12 or 3.13: install one, or name it: make install PYTHON=/path/to/python3" >&2; exit 1; }
	test -x $(BIN)/python || $(PYTHON) -m venv .venv 2>/dev/null || $(PYTHON) -m venv --clear --without-pip .venv
	$(BIN)/python -m pip --version >/dev/null 2>&1 || $(PYTHON) -m pip --python $(BIN)/python install --quiet pip
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints-dev.txt -e ".[dev,corpora]"
	@touch $(READY)

demo: install
	@$(BIN)/tutti compose $(MELODY) --genre chorale --seed 7 --out demo

# Eight melodies in a genre: make gallery GENRE=jazz
GENRE ?= chorale
gallery: install
	$(BIN)/tutti gallery --genre $(GENRE) --out gallery/$(GENRE)

run: install
	$(BIN)/tutti run

test: install
	$(BIN)/python -m pytest -n auto --dist loadfile

lint: install
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

clean:
	rm -rf .venv demo gallery build dist *.egg-info .pytest_cache .ruff_cache .mypy_cache .hypothesis
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
