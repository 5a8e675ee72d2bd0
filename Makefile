# SPDX-License-Identifier: GPL-2.0-or-later
# Each target calls one script; `make help` lists them.

include base.mk

# Variables: make demo PLATFORM=bdw, make check STOCK=1, make shell KVM=1
PLATFORM ?= kbl
STOCK ?=
KVM ?=
UPDATE ?=

boot_options = --platform $(PLATFORM) $(if $(STOCK),--stock) $(if $(KVM),--kvm)

.DEFAULT_GOAL := help
.PHONY: help setup fetch qemu modules rig demo check kunit series tree shell \
	lint clean clean-cache

help:	## this list
	@echo 'gvt-dmabuf: zero-copy display of GVT-g vGPUs, on $(KERNEL_SOURCE)'
	@echo
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/  make \1|\2/p' $(MAKEFILE_LIST) | \
		awk -F '|' '{ printf "%-20s%s\n", $$1, $$2 }'
	@echo
	@echo '  PLATFORM=bdw|skl|kbl|cfl   the GPU model that demo and shell run on ($(PLATFORM))'
	@echo '  STOCK=1                    check, shell: Debian'"'"'s own i915 and kvmgt'
	@echo '  KVM=1                      demo, check, shell: run the rig on KVM, not emulated'
	@echo '  UPDATE=1                   fetch: newest base packages'

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

check: setup	## all tests; ends with "N passed, N failed, N skipped"
	@scripts/check.sh $(if $(STOCK),--stock) $(if $(KVM),--kvm)

kunit: setup	## the decoder's KUnit tests, on the debug kernel
	@scripts/check.sh kunit

lint: setup	## shellcheck, checkpatch, sparse
	@scripts/check.sh shell series style sparse

series: setup	## the patch series as mails in out/series
	@scripts/series.sh export

tree: setup	## the whole kernel tree, one commit a patch, in out/tree
	@scripts/series.sh tree

shell: setup	## a shell in the rig, with a vGPU made
	@scripts/boot.sh $(boot_options) --shell

clean:	## remove out/
	rm -rf out

clean-cache:	## remove everything fetched and built
	@scripts/clean-cache.sh
