# Everything a person types. Each word also works without make: see the lines below it.
PYTHON ?= python3
BIN := .venv/bin
TEMPLATES = $(shell find templates -name '*.html' 2>/dev/null)
.DEFAULT_GOAL := help
.PHONY: help demo setup run test check smoke bench chaos nightly format install install-dev

help: ## show this list
	@grep -hE '^[a-z-]+:.*## ' Makefile | sed 's/:.*## /\t/' | expand -t 12

demo: install ## run the demo company: make demo ARGS="--reset"
	@$(BIN)/python manage.py demo $(ARGS)

setup: install ## all of the demo except starting it
	@$(BIN)/python manage.py setup $(ARGS)

run: install ## the development server alone
	@$(BIN)/python manage.py runserver $(ARGS)

test: install-dev ## every test, browser included: make test ARGS="-k matching"
	@$(PYTHON) tools/ensure_chromium.py
	$(BIN)/pytest -m "not browser" -n 2 -q $(ARGS)
	$(BIN)/pytest -m browser -q $(ARGS)

check: install-dev ## format, lint, types, contracts, templates, migrations, settings, diagrams
	$(BIN)/ruff format --check --quiet .
	$(BIN)/ruff check --quiet .
	$(BIN)/djade --check --target-version 5.2 $(TEMPLATES)
	$(BIN)/lint-imports --no-cache
	$(BIN)/mypy .
	$(BIN)/python manage.py makemigrations --check --dry-run
	$(BIN)/python manage.py draw_states --check
	@echo "manage.py check --deploy, with production settings"
	@DJANGO_SETTINGS_MODULE=config.settings.prod ALLOWED_HOSTS=portal.example.com \
		SECRET_KEY=$$($(PYTHON) -c "import secrets; print(secrets.token_urlsafe(50))") \
		$(BIN)/python manage.py check --deploy --fail-level WARNING

smoke: install ## the main job over HTTP with real processes
	@$(BIN)/python -m tools.smoke $(ARGS)

bench: install ## the performance budget, each line against its own floor
	@$(BIN)/python -m tools.bench $(ARGS)

chaos: install ## messages under kills: BROKER=redis make chaos, BROKER=rabbitmq make chaos
	@$(BIN)/python -m tools.chaos $(ARGS)

nightly: check test smoke bench ## everything, chaos on every broker included
	JUNK=all $(BIN)/pytest -q -n 2 tests/architecture/test_junk.py
	$(BIN)/python -m tools.twice
	BROKER=embedded $(BIN)/python -m tools.chaos
	BROKER=redis $(BIN)/python -m tools.chaos
	BROKER=rabbitmq $(BIN)/python -m tools.chaos

format: install-dev ## put code and templates into the house's form
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix --quiet .
	$(if $(TEMPLATES),$(BIN)/djade --target-version 5.2 $(TEMPLATES))

install:
	@$(PYTHON) tools/bootstrap.py

install-dev:
	@$(PYTHON) tools/bootstrap.py --dev
