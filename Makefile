# `make up`: a working dashboard on a throwaway host. `make test`: everything that CI checks.
.PHONY: help setup up down test check unit integration chaos reliability coexistence takeover format docs

help:
	@sed -n 's/^## //p' Makefile

## make up           set up what is missing, boot a throwaway host, deploy the dev stack, print where everything is
up:
	@lab/deploy dev

## make down         remove the dev stack and every throwaway host
down:
	@lab/lab down

## make test         all checks and tests, on throwaway hosts; PLUGINS=real: with no stand-in for a plugin, or not at all
test: setup check unit integration

## make check        types, lint, format, shell scripts, workflows, generated files
check: setup
	npx tsc --noEmit
	npx biome check .
	lab/shellcheck
	lab/gocheck
	lab/actionlint

## make unit         the tests that need no host
unit: setup
	@lab/promtool
	npx jest --selectProjects unit

## make integration  the tests that deploy to throwaway hosts
integration: setup
	@lab/toolchain/setup
	npx jest --selectProjects integration --maxWorkers=3

.PHONY: bench
## make bench        measure Podwatch beside Ansible, pyinfra and a raw SSH session; writes docs/performance.md (25 minutes)
bench: setup
	@lab/toolchain/setup
	bench/run

## make chaos        interrupts deployments at random (RUNS=30 of each kind, SEED, KIND) for docs/reliability.md (an hour)
chaos: setup
	@lab/toolchain/setup
	@lab/chaos interruption

## make reliability  runs the tests of all other faults for docs/reliability.md
reliability: setup
	@lab/toolchain/setup
	@lab/chaos faults

## make coexistence  runs the firewall beside firewalld, ufw and Docker on lab hosts (3 minutes)
coexistence: setup
	@lab/toolchain/setup
	npx jest --selectProjects coexistence

## make takeover   deploys an earlier version (FROM, a commit) to lab hosts, and takes them over with this one (5 minutes)
FROM = 03abb93
takeover: setup
	@lab/toolchain/setup
	TAKEOVER_FROM=$(FROM) npx jest --selectProjects takeover

## make format       format the sources
format: setup
	npx biome check --write .

## make docs         write the generated documentation anew
docs: setup
	npm run docs:config

setup:
	@lab/setup
ifdef PLUGINS
	@lab/toolchain/setup
endif
