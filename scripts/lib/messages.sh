#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
# What compilers and checkers of the kernel print, in one form; sourced, never run.

# messages TREE DIRECTORY...: of the output of make and kernel-doc on standard input,
# each warning and error as "PATH:LINE: warning: TEXT", PATH from the top of TREE.
#
# From 6.13 on "make M=DIRECTORY" runs in DIRECTORY, so paths begin there, and a newer
# kernel-doc prints "Warning: PATH:LINE TEXT". A path that TREE does not have is looked
# for in each DIRECTORY.
messages() {
	local tree=$1
	shift

	sed -nE -e 's/^(Warning|Error): ([^ :]+):([0-9]+):? /\2:\3: \L\1\E: /' \
		-e 's/^([^ :]+:[0-9]+)(:[0-9]+)?: (fatal )?(warning|error): /\1: \4: /p' |
		awk -v tree="$tree" -v below="$*" '
			function is_there(path,   got, line) {
				got = (getline line <(tree "/" path)) >= 0
				close(tree "/" path)
				return got
			}
			# from_top PATH: the same from the top of the tree
			function from_top(path,   n, i, dir) {
				if (index(path, tree "/") == 1)
					path = substr(path, length(tree) + 2)
				while (sub(/^\.\//, "", path) || sub(/[^\/.][^\/]*\/\.\.\//, "", path))
					;
				if (is_there(path))
					return path
				n = split(below, dir, " ")
				for (i = 1; i <= n; i++)
					if (is_there(dir[i] "/" path))
						return dir[i] "/" path
				return path
			}
			{
				path = $0
				sub(/:.*/, "", path)
				if (!(path in top))
					top[path] = from_top(path)
				print top[path] substr($0, length(path) + 1)
			}'
}
