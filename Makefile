# SPDX-License-Identifier: GPL-2.0-or-later
# Each target calls one script; `make help` lists them.

# Variables: make demo PLATFORM=bdw, make check STOCK=1, make check BASE=next
# If BASE is empty, it is that of the release that this machine runs.
BASE ?=
export BASE
PLATFORM ?= kbl
STOCK ?=
SHORT ?=
STEPS ?=
KVM ?=
UPDATE ?=
MINUTES ?= 2
SEED ?=
COUNT ?=
FROM ?= 1
TO ?= last
SERIES ?=
DEBUG ?= 1
IGT_SRC ?=
KERNEL_TREE ?=
export KERNEL_TREE

boot_options = --platform $(PLATFORM) $(if $(STOCK),--stock) $(if $(KVM),--kvm)

.DEFAULT_GOAL := help
.PHONY: $(shell sed -n 's/^\([a-z0-9-]*\):.*\#\#.*/\1/p' $(MAKEFILE_LIST))

help:	## print this list
	@echo 'gvt-dmabuf: zero-copy display of GVT-g vGPUs'
	@echo
	@sed -n 's/^\([a-z0-9-]*\):.*## \(.*\)/  make \1|\2/p' $(MAKEFILE_LIST) | \
		awk -F '|' '{ printf "%-20s%s\n", $$1, $$2 }'
	@echo
	@echo '  BASE=NAME                  the kernel: $(notdir $(sort $(wildcard bases/*))), see docs/bases.md'
	@echo '  PLATFORM=bdw|skl|kbl|cfl   demo, demo-linux, watch, check-e2e, fuzz, igt, shell: the GPU model ($(PLATFORM))'
	@echo '  STOCK=1                    demo-linux, check, check-e2e, igt, shell: Debian'"'"'s own i915 and kvmgt'
	@echo '  COMPOSITE=1                watch: also draw all planes of each screen, and compare'
	@echo '  KVM=1                      demo, demo-linux, watch, check, check-debug, check-e2e, shell: run the rig on KVM, not emulated'
	@echo '  SHORT=1 STEPS="rig docs"   check: repeat less on other platforms; only these steps'
	@echo '  FROM=N TO=N                series-check: first and last patch, a number or "last"; not with SERIES'
	@echo '  SERIES=NAME                series-check: the patches of one series'
	@echo '  IGT_SRC=DIRECTORY          check, igt: a checkout of igt-gpu-tools'
	@echo '  KERNEL_TREE=DIRECTORY      series: a clone of the stable tree, for base-commit'
	@echo '  QEMU_SUITE=trixie          the release whose QEMU runs the rig'
	@echo '  ROOT=trixie                check-e2e, client, check-deb: the release inside the rig'
	@echo '  UPDATE=1                   fetch: the newest versions of the packages'
	@echo '  MINUTES=N SEED=S DEBUG=    fuzz: duration, seed, on Debian'"'"'s kernel'
	@echo '  COUNT=N SEED=S             mutants: how many (0: all), in which order'

setup:	## install the Debian packages that the build needs
	@scripts/setup.sh

fetch: setup	## download and unpack the kernel and QEMU sources
	@scripts/fetch.sh $(if $(UPDATE),--update)

qemu: setup	## build QEMU with the IGD device
	@scripts/qemu.sh

modules: setup	## build i915.ko and kvmgt.ko of the series
	@scripts/modules.sh

rig: setup	## build all parts of the rig, with stable names in out/rig
	@scripts/rig.sh

demo: setup	## save a vGPU's desktop as out/demo/desktop.png
	@scripts/demo.sh --platform $(PLATFORM) $(if $(KVM),--kvm)

demo-linux: setup	## show a Linux guest in Debian's QEMU: out/demo/linux-*.png
	@scripts/demo-linux.sh $(boot_options)

watch: setup	## run an example client of the display event: out/watch
	@scripts/watch.sh $(if $(COMPOSITE),--composite) --platform $(PLATFORM) $(if $(KVM),--kvm)

client: setup	## build Debian's QEMU with qemu/patches, which uses the event
	@scripts/qemu-patched.sh

check: setup	## run all tests; ends with "N passed, N failed, N skipped"
	@scripts/check.sh $(if $(SHORT),--short) $(if $(STOCK),--stock) $(if $(KVM),--kvm) $(STEPS)

check-e2e: setup	## test Debian's QEMU with real guests
	@scripts/check-e2e.sh $(boot_options)

check-debug: setup	## run only the tests on the debug kernel
	@scripts/check.sh debug stress $(if $(KVM),--kvm)

kunit: setup	## run KUnit and the mock selftests on the debug kernel
	@scripts/check.sh kunit

mutants: setup	## change the decoder in COUNT places, one at a time: is it noticed?
	@scripts/mutants.sh $(if $(SEED),--seed $(SEED)) $(if $(COUNT),--count $(COUNT))

coverage: setup	## which lines and branches do KUnit and the kselftest execute?
	@scripts/coverage.sh $(if $(SHORT),--short)

litmus: setup	## check the order of memory accesses: HERD=COMMAND, see scripts/litmus.sh
	@scripts/litmus.sh

audit: setup	## run the tests of docs/audit.md on stock and on ours
	@scripts/audit.sh

bench: setup	## measure the export's cost on stock and on ours: out/bench
	@scripts/bench.sh

fuzz: setup	## fuzz with random guests and clients, on the debug kernel
	@scripts/fuzz.sh --minutes $(MINUTES) $(if $(SEED),--seed $(SEED)) \
		--platform $(PLATFORM) $(if $(DEBUG),,--plain)

lint: setup	## run shellcheck, checkpatch and sparse
	@scripts/check.sh shell series style sparse

deb: setup	## build the DKMS package of i915 and kvmgt in out/deb
	@scripts/deb.sh

check-deb: setup	## test the DKMS package: install, boot, plant faults, remove
	@scripts/check-deb.sh

igt: setup	## run the IGT test: IGT_SRC=DIRECTORY
	@scripts/igt.sh $(if $(STOCK),--stock) --platform $(PLATFORM) "$(IGT_SRC)"

series: setup	## write the patch series as mails to out/series
	@scripts/series/series.sh export

series-check: setup	## check that each patch builds, boots and passes its tests
	@scripts/series/series-check.sh $(if $(SERIES),--series $(SERIES),--from $(FROM) --to $(TO))

tree: setup	## make a kernel tree, one commit per patch, in out/tree
	@scripts/series/series.sh tree

shell: setup	## open a shell in the rig, with a vGPU created
	@scripts/boot.sh $(boot_options) --shell

clean:	## remove out/
	rm -rf out

clean-cache:	## remove everything fetched and built
	@scripts/clean-cache.sh
