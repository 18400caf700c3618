/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Two clocks that contradict each other (judge/witness_peers.h), for people and for programs. */
#ifndef VMCLOCK_TRACE_SHOW_PEER_VIEW_H
#define VMCLOCK_TRACE_SHOW_PEER_VIEW_H

#include <stddef.h>

#include <json-c/json.h>

#include "judge/witness_peers.h"
#include "show/json_table.h"

/* Keys `a`, `b`, `apart`, `beyond`, for a table of keys: JSON_PAIR_KEYS. */
#define JSON_PAIR_KEYS                                                                             \
	{"a", JSON_OBJECT, "One of the clocks.", .of = &json_peer},                                \
		{"b", JSON_OBJECT, "The other one.", .of = &json_peer},                            \
		{"apart", JSON_OBJECT, "`a` less `b` at one moment, by measurement alone.",        \
		 .of = &json_interval},                                                            \
	{                                                                                          \
		"beyond", JSON_OBJECT,                                                             \
			"How far that is beyond both claims; a clock that claims no bound is "     \
			"allowed 1 ms.",                                                           \
			.of = &json_interval                                                       \
	}

extern const struct json_table json_peer;

/* The object of `json_peer`; the caller owns it. */
json_object *peer_json(const struct peer_name *peer);

/* Add those keys. */
void pair_json_add(json_object *to, const struct peer_pair *pair);

#define PEER_TEXT_BYTES	 160
#define PAIR_WORDS_BYTES 480

/* "the page", "CLOCK_REALTIME", "KVM virtual PTP (/dev/ptp0)": @out, safe for a terminal. */
const char *peer_text(const struct peer_name *peer, char out[PEER_TEXT_BYTES]);

/*
 * "hyperv (/dev/ptp1) is 100 ms ahead of KVM virtual PTP (/dev/ptp0); each claims to be within
 * 1 ms: which of the two is wrong is not known", no full stop; always terminated.
 */
void pair_words(const struct peer_pair *pair, char *text, size_t bytes);

#endif
