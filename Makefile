# Everything a user or a developer types. `make` alone lists the targets.
#
#   Q       a question, in any characters:  make ask Q="What share of aid did Europe provide?"
#   CORPUS  a folder of articles (default: seeds/)
#   PYTHON  the Python to build on (default: the first of python3, 3.13, 3.12, 3.11 that fits)

# Taken as typed: quotes and dollar signs reach the program as they are.
export QUESTION := $(value Q)
export ARTICLES := $(value CORPUS)
unexport Q CORPUS

BIN := .venv/bin
RUNTIME := .venv/.runtime
DEV := .venv/.dev
FITS := import ensurepip, sys, venv; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 13))
NO_PYTHON := Byline needs Python 3.11, 3.12 or 3.13 with its venv module: install one (Debian: apt install python3-venv), or name it: make PYTHON=/path/to/python

.DEFAULT_GOAL := help
.PHONY: help setup ask chat index eval golden demo test lint clean model

help: ## list these targets
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "  make %-8s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

setup: model ## set up all that answering needs: environment, packages, model

ask: model ## answer a question: make ask Q="..." [CORPUS=folder]
	@test -n "$$QUESTION" || { echo 'Say what to ask: make ask Q="What share of aid did Europe provide?"' >&2; exit 2; }
	@$(BIN)/byline ask $${ARTICLES:+--corpus "$$ARTICLES"} -- "$$QUESTION" || test $$? -eq 3

chat: model ## open the page: a chat in the browser [CORPUS=folder]
	@$(BIN)/byline chat $${ARTICLES:+--corpus "$$ARTICLES"}

index: $(RUNTIME) ## bring the index in line with the folder
	@$(BIN)/byline index $${ARTICLES:+"$$ARTICLES"}

eval: model ## measure the answers on the labelled cases [EVERY=N: each N-th]
	@$(BIN)/python -m eval $(if $(EVERY),--every $(EVERY)) $${ARTICLES:+--corpus "$$ARTICLES"}

golden: model ## keep what the cases are answered with now, for the tests to compare with
	@$(BIN)/python -m eval.golden

demo: model ## three questions over the sample articles, one of which they don't answer
	@for question in "What share of aid did Europe provide?" "Were Europe's contributions loans?" \
		"Who won the football match?"; do \
		printf '\n> %s\n' "$$question"; $(BIN)/byline ask "$$question" || test $$? -eq 3 || exit $$?; done

test: lint model ## lint, then all tests, with coverage of index and rag
	@$(BIN)/pytest -m "not live" --cov

lint: $(DEV) ## ruff and mypy
	@$(BIN)/ruff check .
	@$(BIN)/mypy

clean: ## remove the environment and what tools left; downloaded models and indexes stay
	@rm -rf .venv build dist .coverage .hypothesis *.egg-info
	@find . -type d \( -name __pycache__ -o -name '.*_cache' \) -prune -exec rm -rf {} +

# The embedded model's weights, only where no Ollama with a model answers; at once where they are there.
model: $(RUNTIME)
	@$(BIN)/byline model pull --auto

$(BIN)/pip:
	@for python in $(PYTHON) python3 python3.13 python3.12 python3.11; do \
		if "$$python" -c '$(FITS)' >/dev/null 2>&1; then exec "$$python" -m venv .venv; fi; \
		test -z "$(PYTHON)" || break; \
	done; echo '$(NO_PYTHON)' >&2; exit 1

$(RUNTIME): pyproject.toml constraints.txt | $(BIN)/pip
	@$(BIN)/python -m pip install --disable-pip-version-check -c constraints.txt -e .
	@touch $@

$(DEV): pyproject.toml constraints.txt | $(RUNTIME)
	@$(BIN)/python -m pip install --disable-pip-version-check -c constraints.txt -e '.[dev]'
	@touch $@
