#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
# one-test.sh PROGRAM [OPTION...]: run one program of the kselftest in the rig.
#
#   scripts/one-test.sh flip
#   scripts/one-test.sh plane -t written_last_is_seen --platform bdw
#   scripts/one-test.sh unmap32 --debug
#   scripts/one-test.sh model -e MODEL_STEPS=250000 --cpus 2 --timeout 3600
#
# PROGRAM is the file name, or its part between gvt_dmabuf_ and _test, followed by 32
# for the 32-bit program. -t TEST runs only tests of that name, -e sets a variable of its
# environment. Other options are passed to boot.sh: --stock, --debug, --platform P and so
# on. The exit status is the test's.

# shellcheck source=lib/lib.sh
. "$(dirname "$0")/lib/lib.sh"
usage_if_asked "$@"

[ $# -gt 0 ] || die "which program? (see --help)"
programs=$("$SCRIPTS/programs.sh" --path)
name=${1%32}
program=gvt_dmabuf_${name}_test${1#"$name"}
[ ! -f "$programs/$1" ] || program=$1
[ -f "$programs/$program" ] ||
	die "no program $program; there are: $(cd "$programs" && printf '%s ' gvt_dmabuf_*_test | sed 's/gvt_dmabuf_//g; s/_test / /g')"
shift
command=(./"$program")
variables=()
options=()
debug=''
while [ $# -gt 0 ]; do
	case $1 in
	-t)
		[ $# -gt 1 ] || die "-t needs a test (see --help)"
		command+=(-t "$2")
		shift
		;;
	-e)
		[[ ${2-} == ?*=* ]] || die "-e needs NAME=VALUE (see --help)"
		variables+=("$2")
		shift
		;;
	*)
		options+=("$1")
		! is_one_of "$1" --debug --coverage --kcsan || debug=1
		;;
	esac
	shift
done

if [ -z "$debug" ]; then
	"$SCRIPTS/rig.sh" >&2
	# VFIO is Debian's there: see start_rig() in check.sh.
	variables=(GVT_UNFIXED_VFIO=1 "${variables[@]}")
fi
printf -v line ' %q' env "${variables[@]}" "${command[@]}"
# From memory: see start_rig() in check.sh.
exec "$SCRIPTS/boot.sh" --name one-test --put "$programs/$program" "${options[@]}" -- \
	"cp $program /tmp && cd /tmp &&$line"
