# Every wish is one command: make help
unexport PYTHONDONTWRITEBYTECODE
SHELL := /bin/bash
export PATH := $(CURDIR)/.venv/bin:$(PATH)
export ANSIBLE_CONFIG := $(CURDIR)/ansible.cfg

.PHONY: help setup check lint types unit test test-long test-kernel test-lab test-roles test-fresh demo lab lab-down bench fuzz docs lock

help: ## this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-12s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

setup: ## environment from the hashed lock (as root also the Debian packages)
	@requirements/install environment

check: setup ## lint, types, unit, golden, laws, contracts: no containers, nothing long
	@$(MAKE) --no-print-directory -j2 --output-sync=target lint types unit

lint:
	ruff check .
	ruff format --check .
	lint-imports
	ansible-lint --offline -q playbooks roles molecule

types:
	mypy

unit:
	pytest -n auto --dist worksteal -m "not lab and not kernel and not long" tests

test: ## everything: check, the long laws, the kernel as witness, every role's scenario, the lab end to end
	@requirements/install lab
	@$(MAKE) --no-print-directory check
	@$(MAKE) --no-print-directory test-long
	@$(MAKE) --no-print-directory test-kernel
	@$(MAKE) --no-print-directory test-roles
	@$(MAKE) --no-print-directory test-lab

test-long:
	pytest -n auto --dist worksteal -m long tests

test-kernel:
	pytest -m kernel tests

test-lab:
	tests/lab-end-to-end

test-roles:
	@tests/scenarios

test-fresh: ## set-up and make check in a new Debian 12 and a new Debian 13 root
	@requirements/install lab
	tests/fresh-root bookworm
	tests/fresh-root trixie

demo: ## the main job on real parts: a town comes up, one line becomes a working PC
	@requirements/install lab
	@molecule/site/demo

lab: ## bring the lab up
	@requirements/install lab
	townhall lab up

lab-down: ## remove everything the lab made
	townhall lab down

fuzz: setup ## every emitter against 10,000 hostile values, other ones each time
	TOWNHALL_FUZZ_EXAMPLES=10000 pytest -n auto --dist worksteal tests/fuzz

bench: ## measure, in ratios of one run; writes docs/reference/benchmarks.md
	@requirements/install lab
	python -m tests.bench

docs: setup ## write the generated reference anew
	python docs/reference/generate.py
	python -m tests.request.seven

lock: setup ## choose new versions for the locks
	uv pip compile --quiet --upgrade --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-annotate --no-header --extra dev pyproject.toml -o requirements/dev.txt
	echo uv | uv pip compile --quiet --upgrade --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-annotate --no-header - -o requirements/uv.txt
