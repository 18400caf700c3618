#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# Is this node's clock sane, for node-problem-detector: 0 yes, 1 no, 2 not known; and why, in one line.
# Not known is also a node without a vmclock.
#
#	vmclock-problem.sh [STATUS-OPTION...]
said=$(vmclock-trace status --json "$@" 2>&1)
status=$?
verdict=$(printf '%s\n' "$said" | sed -n 's/.*"verdict": *"\(.*\)/\1/p' | sed 's/",.*//; s/"}*$//' | head -n 1)
printf '%s\n' "${verdict:-$(printf '%s\n' "$said" | head -n 1)}"
case $status in
0) exit 0 ;;
3) exit 1 ;;
*) exit 2 ;;
esac
