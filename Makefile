# The verbs of the house. Everything is installed through these, in .venv, from the pinned requirements.
PYTHON ?= python3
BIN := .venv/bin
PORT ?= 8000

.PHONY: help setup run demo test check fmt bench validation calibration evaluation release lock vendor clean

help:  ## these verbs
	@grep -E '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 8

setup: .venv/base.stamp  ## the virtual environment with what the application needs

run: setup  ## serve on 127.0.0.1:8000 (PORT=8001 for another)
	@exec $(BIN)/ambulando serve --port $(PORT)

demo: setup  ## the same with a simulated person, plainly labelled
	@exec $(BIN)/ambulando demo --port $(PORT)

test: .venv/dev.stamp  ## all tests, those in a real browser included
	@sh scripts/browser
	@$(BIN)/python -m pytest -n 2 --dist loadfile $(ARGS)

check: .venv/dev.stamp  ## ruff, mypy, import-linter
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

fmt: .venv/dev.stamp  ## format the code
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

bench: .venv/bench.stamp  ## benchmarks beside other packages (and R, where it is installed); never part of the tests
	@for file in bench/bench_*.py; do $(BIN)/python $$file || exit 1; done

validation: .venv/dev.stamp  ## write docs/validation.md anew: our answers beside those of other packages
	@$(BIN)/python -m pytest -n 2 --dist loadfile -q --write-validation tests/evidence tests/cli

calibration: .venv/dev.stamp  ## write docs/calibration.md anew: how often answers are right over simulated people
	@$(BIN)/python bench/calibration.py --work var/calibration

evaluation: .venv/dev.stamp  ## the plan beside simpler ones in simulated people; writes docs/plan-evaluation.md
	$(BIN)/python bench/plan_evaluation.py

release: setup  ## build the wheel into dist/, unless something speaks against a release (docs/release.md)
	@$(BIN)/python scripts/release.py

# The stamps hold when the pinned files have not changed.
.venv/base.stamp: requirements/base.txt pyproject.toml
	@$(PYTHON) scripts/setup.py base

.venv/dev.stamp: requirements/dev.txt .venv/base.stamp
	@$(PYTHON) scripts/setup.py dev

.venv/bench.stamp: requirements/bench.txt .venv/dev.stamp
	@$(PYTHON) scripts/setup.py bench

lock:  ## maintainers: pin the requirements anew (needs uv)
	uv pip compile --universal -p 3.11 --generate-hashes --no-header --no-annotate pyproject.toml --group build -o requirements/base.txt
	uv pip compile --universal -p 3.11 --generate-hashes --no-header --no-annotate pyproject.toml --extra batch --extra places --group build --group dev -o requirements/dev.txt
	uv pip compile --universal -p 3.11 --generate-hashes --no-header --no-annotate pyproject.toml --extra batch --extra places --group build --group dev --group bench -o requirements/bench.txt

vendor:  ## maintainers: fetch the front-end files anew (needs npm)
	$(PYTHON) scripts/vendor.py

clean:  ## remove what can be made again; never var/, where people's data is
	rm -rf .venv .mypy_cache .pytest_cache .ruff_cache .import_linter_cache .hypothesis
