# `make up`: a working dashboard on a throwaway host. `make test`: everything that CI checks.
.PHONY: help setup up down test check unit integration nightly chaos reliability coexistence outages tls takeover machines format docs

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
	@lab/influxd
	npx jest --selectProjects unit

## make integration  the tests that deploy to throwaway hosts
integration: setup
	@lab/toolchain/setup
	@lab/images/make
	@lab/influxd
	npx jest --selectProjects integration --maxWorkers=3

## make nightly      the same, with what takes long and rarely breaks
nightly: setup
	@lab/toolchain/setup
	@lab/images/make
	@lab/influxd
	NIGHTLY=1 npx jest --selectProjects integration --maxWorkers=3

.PHONY: bench
## make bench        measure Podwatch beside Ansible, pyinfra and a raw SSH session; writes docs/performance.md (25 minutes)
bench: setup
	@lab/toolchain/setup
	bench/run main

.PHONY: scale
## make scale        measure 1 to 60 hosts that have a node exporter only, in one stack and in several, beside Ansible, pyinfra and raw SSH sessions; writes docs/scale.md (40 minutes)
scale: setup
	@lab/toolchain/setup
	@lab/images/make
	@lab/node-exporter/fetch >/dev/null
	bench/run scale

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

## make tls          looks at the front's TLS by testssl.sh, and renews certificates under load; writes docs/front.md (9 minutes)
tls: setup
	@lab/toolchain/setup
	REPORT=docs/front.md npx jest --selectProjects tls

## make outages      loses monitors, a link and a dashboards host of an installation that is spread over hosts, for docs/groups.md (10 minutes)
outages: setup
	@lab/toolchain/setup
	REPORT=docs/groups.md npx jest --selectProjects outages

## make takeover   deploys an earlier version (FROM, a commit) to lab hosts, and takes them over with this one (5 minutes)
FROM = 03abb93
takeover: setup
	@lab/toolchain/setup
	TAKEOVER_FROM=$(FROM) npx jest --selectProjects takeover

## make machines     builds the plugin openstack, and has machines made at a stand-in of a cloud's API, for docs/machines.md (10 minutes, the first time 15)
machines: setup
	@lab/toolchain/setup --openstack
	REPORT=docs/machines.md npx jest --selectProjects machines

.PHONY: dev dev-logs dev-down laptop docker engines
## make dev          set up what is missing, deploy Pulumi.local.yaml to the Docker of this computer, print where everything is
dev:
	@lab/dev up

## make dev-logs     show what its containers write
dev-logs:
	@lab/dev logs

## make dev-down     remove it all
dev-down:
	@lab/dev down

## make laptop       builds the plugin docker, and runs the local set-up at the real daemon of a lab host (2 minutes, the first time 15)
laptop: setup
	@lab/toolchain/setup --docker
	NIGHTLY=1 npx jest --selectProjects integration --testPathPatterns integration/laptop

## make docker       runs the tests of services on hosts whose engine is Docker (30 minutes)
docker: setup
	@lab/toolchain/setup
	@lab/images/make
	NIGHTLY=1 npx jest --selectProjects docker

## make engines      shows what each engine promises, and writes the table of docs/engines.md (20 minutes; needs what make laptop builds)
engines: setup
	@lab/toolchain/setup --docker
	@lab/images/make
	REPORT=docs/engines.md NIGHTLY=1 npx jest --selectProjects integration --runInBand --testPathPatterns 'integration/(lifecycle|transaction|secrets|local|rootless|docker|laptop)\.test'

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
