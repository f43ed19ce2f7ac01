# make book, make test: each does its own set-up. `make help` lists the rest.
SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := help
.PHONY: help book live same test lint data lock lab hub audit serve place shots bench browser clean pdf zip

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready
PIP := $(BIN)/python -m pip install -qq --disable-pip-version-check --no-warn-script-location
PORT ?= 8000

help: ## list these commands
	@grep -E '^[a-z]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z]+):.*## /make \1\t/' | expand -t 14

book: $(READY) ## build the book and say where to open it
	@rm -rf _build/html _build/.doctrees _build/jupyter_execute
	@$(BIN)/python -m placelab.book.build
	@printf 'Open file://%s/_build/html/index.html\nor run: make serve\n' "$(CURDIR)"

live: $(READY) ## write with the book open in a browser: a saved page shows in about a second: make live PORT=8000
	@$(BIN)/python -m placelab.live --port $(PORT)

same: $(READY) ## build the book twice from nothing and compare every byte
	@$(BIN)/python -m placelab.book.same

# What fails soonest runs first. One pytest run, a process a core, sorts itself (conftest.py): unit tests, notebooks, the
# strict build, the browser. A notebook's cell may take 60 seconds, a test 300; pytest stops after five failures.
test: $(READY) lint browser ## run every check
	@rm -rf _build/checks # the page about this build shows the report of this run alone, under the name of its commit
	$(BIN)/python -m pytest tests notebooks -n auto --dist loadgroup --no-loadscope-reorder --maxfail=5 --timeout=300 \
	  --junitxml=_build/checks/tests.xml -o junit_suite_name="$$(test -z "$$(git status --porcelain 2>&1)" && git rev-parse HEAD)" \
	  --nbval --nbval-current-env --nbval-sanitize-with=tests/nbval.cfg --nbval-cell-timeout=60 $(ARGS)

lint: $(READY) ## check style and types
	$(BIN)/ruff check .
	$(BIN)/mypy

data: $(READY) ## compile data/ from source figures: make data SOURCE=folder; without one, renew its hashes
	$(BIN)/python -m placelab.compile $(if $(SOURCE),"$(SOURCE)",--hashes)

lock: $(READY) ## write requirements.lock anew from pyproject.toml
	$(PIP) uv
	$(BIN)/uv pip compile pyproject.toml --all-extras --universal --generate-hashes --python-version 3.11 -q \
	  --custom-compile-command "make lock" -o requirements.lock

lab: $(READY) ## open the labs in JupyterLab
	$(BIN)/jupyter lab notebooks

hub: $(READY) ## serve the labs to a cohort, as root: make hub ENV=deploy/hub/hub.env
	@test -f "$(ENV)" || { echo 'Copy deploy/hub/hub.env.example, set it, and run: make hub ENV=your-copy'; exit 2; }
	@$(BIN)/npm ci --prefix deploy/hub --ignore-scripts --no-audit --no-fund --loglevel=error
	set -a; . "$$(realpath "$(ENV)")"; set +a; exec $(BIN)/jupyterhub -f deploy/hub/jupyterhub_config.py

audit: $(READY) ## ask the advisory services about every locked package
	@$(BIN)/python .ci/audit.py

serve: ## serve the built book on this machine: make serve PORT=8000
	@test -f _build/html/index.html || { echo 'There is no book yet. Run: make book'; exit 2; }
	@echo 'Open http://127.0.0.1:$(PORT)/ (Ctrl+C ends)'
	@$(PYTHON) -m http.server --bind 127.0.0.1 --directory _build/html $(PORT)

pdf: $(READY) browser ## print the whole book: make pdf EDITION=facilitator
	@test -f _build/html/index.html || $(MAKE) book
	$(BIN)/python -m placelab.book.pdf $(if $(EDITION),--edition $(EDITION) --out _build/leading-a-place-$(EDITION).pdf)

zip: $(READY) ## pack the built book into a zip that reads without a server
	@test -f _build/html/index.html || $(MAKE) book
	$(BIN)/python -m placelab.book.folder

place: $(READY) browser ## print a place on two sheets of A4: make place PLACE=Suffolk
	@$(BIN)/python -m placelab.book.print_place $(if $(PLACE),"$(PLACE)",$(error say which: make place PLACE=Suffolk)) $(if $(OUT),--out "$(OUT)")

shots: $(READY) browser ## take pictures of every page of the built book, into _shots/
	$(BIN)/python tests/screenshots.py

bench: book ## measure what the package and the pages cost
	$(BIN)/python -m placelab.benchmark
	$(BIN)/python -m placelab.benchmark --labs
	$(BIN)/python -m placelab.benchmark --pages
	$(BIN)/python -m placelab.benchmark --build
	$(BIN)/python -m placelab.benchmark --live

clean: ## delete what was built; data/ and .venv stay
	rm -rf _build _shots .jupyter_cache .pytest_cache .mypy_cache .ruff_cache

# Python packages, exactly as locked, once for each change of the lock, of pyproject.toml or of the pages' scripts. Kernels warn that they talk
# unencrypted; they do so on this machine's loopback only, so the warning is switched off here. So are JupyterLab's question about
# news and its look for updates, which nobody in a room needs.
WEB := $(filter-out %/built %/generated.js,$(wildcard $(addprefix src/placelab/,web/*.* web/figures/*.js web/notes/*.* web/game/*.* \
  web/simulator/*.js web/simulator/no-xlsx/* simulator/*.mdl simulator/*.json)))
$(READY): requirements.lock pyproject.toml setup.py $(WEB)
	@$(PYTHON) -c 'import sys, ensurepip, venv; sys.exit(sys.version_info < (3, 11))' 2>/dev/null || \
	  { echo 'Python 3.11 or newer with venv is needed (Debian, Ubuntu: apt-get install python3 python3-venv).'; exit 2; }
	@echo 'Setting up $(VENV), about two minutes the first time'
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	@$(PIP) --require-hashes -r requirements.lock
	@$(PIP) --no-deps --no-build-isolation -e .
	@mkdir -p $(VENV)/etc/ipython
	@echo 'c.IPKernelApp.log_level = 40' > $(VENV)/etc/ipython/ipython_kernel_config.py
	@mkdir -p $(VENV)/share/jupyter/lab/settings
	@echo '{"@jupyterlab/apputils-extension:notification": {"fetchNews": "false", "checkForUpdates": false}}' \
	  > $(VENV)/share/jupyter/lab/settings/overrides.json
	@touch $@

# The browser that the tests drive. As root it is installed; anyone else is told its name.
browser:
	@for name in "$${PLACELAB_CHROMIUM:-chromium}" chromium-browser google-chrome google-chrome-stable; do \
	  command -v "$$name" >/dev/null && exit 0; done; \
	if [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null; then \
	  echo 'Installing chromium'; apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends chromium >/dev/null; \
	else echo 'The tests need a browser: install the package chromium (Ubuntu: chromium-browser), or set PLACELAB_CHROMIUM.'; exit 2; fi
