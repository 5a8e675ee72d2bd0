# SPDX-License-Identifier: GPL-2.0-or-later
# The base that everything here is built on, named here and nowhere else.
# Read by make and by the shell: NAME=value, no spaces, no expansion.
# Versions are not pinned: scripts/fetch.sh takes the newest that the
# machine's own apt sources offer, and keeps it until `make fetch UPDATE=1`.

# The distribution whose packages these are, and the part that has the kernel.
DEBIAN_CODENAME=bookworm
DEBIAN_KERNEL_SUITE=bookworm-security
DEBIAN_COMPONENT=main

# Source of the kernel, and the flavour of the binary image built from it.
KERNEL_SOURCE=linux-source-6.12
KERNEL_SERIES=6.12
KERNEL_FLAVOUR=amd64

# Source package of the emulator.
QEMU_SOURCE=qemu
