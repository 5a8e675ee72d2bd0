# SPDX-License-Identifier: GPL-2.0-or-later
# Each target calls one script; `make help` lists them.

# Variables: make demo PLATFORM=bdw, make check STOCK=1, make check BASE=next
# Empty is the base of the release that this machine runs.
BASE ?=
export BASE
PLATFORM ?= kbl
STOCK ?=
KVM ?=
UPDATE ?=
MINUTES ?= 2
SEED ?=
FROM ?= 1
TO ?= last
SERIES ?=
DEBUG ?= 1
IGT_SRC ?=
KERNEL_TREE ?=
export KERNEL_TREE

boot_options = --platform $(PLATFORM) $(if $(STOCK),--stock) $(if $(KVM),--kvm)

.DEFAULT_GOAL := help
.PHONY: help setup fetch qemu modules rig demo demo-linux watch client check check-debug \
	check-e2e kunit audit bench fuzz deb check-deb igt \
	series series-check tree shell lint clean clean-cache

help:	## this list
	@echo 'gvt-dmabuf: zero-copy display of GVT-g vGPUs'
	@echo
	@sed -n 's/^\([a-z0-9-]*\):.*## \(.*\)/  make \1|\2/p' $(MAKEFILE_LIST) | \
		awk -F '|' '{ printf "%-20s%s\n", $$1, $$2 }'
	@echo
	@echo '  BASE=$(subst $() $(),|,$(notdir $(sort $(wildcard bases/*))))           the kernel: bases/ (that of this machine)'
	@echo '  PLATFORM=bdw|skl|kbl|cfl   the GPU model of demo, fuzz and shell ($(PLATFORM))'
	@echo '  STOCK=1                    check, shell: Debian'"'"'s own i915 and kvmgt'
	@echo '  KVM=1                      demo, check, shell: run the rig on KVM, not emulated'
	@echo '  FROM=N TO=N                series-check: from and to which patch, or "last"'
	@echo '  SERIES=NAME                series-check: the patches of one series'
	@echo '  IGT_SRC=DIRECTORY          check, igt: a checkout of igt-gpu-tools'
	@echo '  KERNEL_TREE=DIRECTORY      series: a clone of the stable tree, for base-commit'
	@echo '  QEMU_SUITE=trixie          the release whose QEMU emulates the rig'
	@echo '  UPDATE=1                   fetch: newest base packages'
	@echo '  MINUTES=N SEED=S DEBUG=    fuzz: how long, from which seed, on Debian'"'"'s kernel'

setup:	## install the Debian packages that the build needs
	@scripts/setup.sh

fetch: setup	## download and unpack the kernel and QEMU sources
	@scripts/fetch.sh $(if $(UPDATE),--update)

qemu: setup	## build QEMU with the IGD device
	@scripts/qemu.sh

modules: setup	## build i915.ko and kvmgt.ko with the series
	@scripts/modules.sh

rig: setup	## build all that boots, with stable names in out/rig
	@scripts/rig.sh

demo: setup	## a vGPU's desktop as out/demo/desktop.png
	@scripts/demo.sh --platform $(PLATFORM) $(if $(KVM),--kvm)

demo-linux: setup	## stock QEMU shows a Linux guest: out/demo/linux-*.png
	@scripts/demo-linux.sh $(boot_options)

watch: setup	## an example viewer sleeps until the screen changes: out/watch
	@scripts/watch.sh --platform $(PLATFORM) $(if $(KVM),--kvm)

client: setup	## build Debian's QEMU with qemu/patches, which sleeps as well
	@scripts/qemu-patched.sh

check: setup	## all tests; ends with "N passed, N failed, N skipped"
	@scripts/check.sh $(if $(STOCK),--stock) $(if $(KVM),--kvm)

check-e2e: setup	## stock QEMU and real guests, as tests
	@scripts/check-e2e.sh $(boot_options)

check-debug: setup	## all that runs on the debug kernel, and nothing else
	@scripts/check.sh debug stress $(if $(KVM),--kvm)

kunit: setup	## KUnit and the mock selftests, on the debug kernel
	@scripts/check.sh kunit

audit: setup	## each row of docs/audit.md on stock and on ours
	@scripts/audit.sh

bench: setup	## what the export costs, ours beside stock: out/bench
	@scripts/bench.sh

fuzz: setup	## random guests and viewers, on the debug kernel
	@scripts/fuzz.sh --minutes $(MINUTES) $(if $(SEED),--seed $(SEED)) \
		--platform $(PLATFORM) $(if $(DEBUG),,--plain)

lint: setup	## shellcheck, checkpatch, sparse
	@scripts/check.sh shell series style sparse

deb: setup	## a DKMS package of i915 and kvmgt with the series, in out/deb
	@scripts/deb.sh

check-deb: setup	## the DKMS package, installed, booted and removed
	@scripts/check-deb.sh

igt: setup	## the IGT test in a checkout of it: IGT_SRC=DIRECTORY
	@scripts/igt.sh $(if $(STOCK),--stock) --platform $(PLATFORM) $(IGT_SRC)

series: setup	## the patch series as mails in out/series
	@scripts/series/series.sh export

series-check: setup	## each patch of the series: builds, warns of nothing, boots, tests
	@scripts/series/series-check.sh $(if $(SERIES),--series $(SERIES),--from $(FROM) --to $(TO))

tree: setup	## the whole kernel tree, one commit a patch, in out/tree
	@scripts/series/series.sh tree

shell: setup	## a shell in the rig, with a vGPU made
	@scripts/boot.sh $(boot_options) --shell

clean:	## remove out/
	rm -rf out

clean-cache:	## remove everything fetched and built
	@scripts/clean-cache.sh
