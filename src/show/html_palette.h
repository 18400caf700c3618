/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The colours of all pages for a browser, light or dark as the reader has it. */
#ifndef VMCLOCK_TRACE_SHOW_HTML_PALETTE_H
#define VMCLOCK_TRACE_SHOW_HTML_PALETTE_H

/* --critical and the like are for text and shapes on --back; --bad and the like behind text. */
#define HTML_PALETTE                                                                               \
	":root{color-scheme:light dark;--back:#fff;--front:#1c2127;--soft:#5c6670;--line:#d8dde2;" \
	"--card:#f5f7f9;--critical:#c0242f;--warning:#a05a00;--info:#2a6fb0;--ok:#1e7a44;"         \
	"--bad:#c0242f22;--page:#646c74;--c0:#2166c4;--c1:#08745a;--c2:#8a4fbf;--c3:#b05c00;"      \
	"--c4:#a3326f;--mark:#ffe08a}\n"                                                           \
	"@media(prefers-color-scheme:dark){:root{--back:#14181d;--front:#e3e8ec;--soft:#9aa5af;"   \
	"--line:#333b44;--card:#1c2229;--critical:#ff7b80;--warning:#f0ab55;--info:#7fb8f0;"       \
	"--ok:#6fce94;--bad:#ff7b8026;--page:#98a2ab;--c0:#6fa8ff;--c1:#4fd0ae;--c2:#c39af0;"      \
	"--c3:#f0a860;--c4:#f08ac0;--mark:#6b5200}}\n"

#endif
