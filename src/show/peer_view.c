// SPDX-License-Identifier: GPL-2.0-or-later
#include "show/peer_view.h"

#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "show/json_add.h"
#include "show/json_objects.h"
#include "show/page_json.h"

static const char *clock_names(int i)
{
	return i ? json_clock_names(i - 1) : "page";
}

const struct json_table json_peer = {
	.name = "peer",
	.doc = "A clock that is held against another one.",
	.keys = (const struct json_key[]){
		{"clock", JSON_STRING, "Which one.", .name = clock_names},
		{"device", JSON_TEXT, "The node of an `other PTP clock`. Null for the others.",
		 JSON_NULL},
		{"name", JSON_TEXT, "What its driver calls it. Null for the others.", JSON_NULL},
		{"method", JSON_STRING, "How it was read. Null for the others.", JSON_NULL,
		 .name = json_reference_way_names},
		{"claim_ns", JSON_U64, "The bound that it claims, one way. Null: none.", JSON_NULL,
		 .unit = "ns"},
		{"claim_by", JSON_STRING,
		 "How the bound of an `other PTP clock` is known. Null for the others.", JSON_NULL,
		 .name = json_reference_source_names},
		{0},
	}};

static bool is_reference(const struct peer_name *peer)
{
	return !peer->is_page && peer->clock == OBSERVED_PHC_OTHER;
}

json_object *peer_json(const struct peer_name *peer)
{
	const struct reference *reference = &peer->reference;
	json_object *json = json_new(&json_peer);
	bool is_ptp = is_reference(peer);
	char name[REFERENCE_NAME_BYTES + 1] = "", device[32];

	memcpy(name, reference->name, strnlen(reference->name, REFERENCE_NAME_BYTES));
	snprintf(device, sizeof(device), "/dev/ptp%d", reference->number);
	add_text(json, "clock", peer->is_page ? "page" : observed_clock_name(peer->clock));
	add_text(json, "device", is_ptp ? device : NULL);
	add_text(json, "name", is_ptp ? name : NULL);
	add_text(json, "method", is_ptp ? reference_way_name(reference->way) : NULL);
	add_known(json, "claim_ns", peer->has_claim, peer->claim_ns);
	add_text(json, "claim_by", is_ptp ? reference_source_name(reference->claim_source) : NULL);
	return json;
}

void pair_json_add(json_object *to, const struct peer_pair *pair)
{
	add_json(to, "a", peer_json(&pair->a));
	add_json(to, "b", peer_json(&pair->b));
	add_json(to, "apart", page_json_interval(&pair->apart));
	add_json(to, "beyond", page_json_interval(&pair->beyond));
}

const char *peer_text(const struct peer_name *peer, char out[PEER_TEXT_BYTES])
{
	char name[TEXT_DISPLAY_BYTES(REFERENCE_NAME_BYTES)];

	if (peer->is_page)
		return "the page";
	if (!is_reference(peer))
		return observed_clock_name(peer->clock);
	text_display(peer->reference.name, strnlen(peer->reference.name, REFERENCE_NAME_BYTES),
		     name, sizeof(name));
	snprintf(out, PEER_TEXT_BYTES, "%s (/dev/ptp%d)", name, peer->reference.number);
	return out;
}

/* "; each claims to be within 1 ms" and the like. */
static void claim_words(const struct peer_pair *pair, char *text, size_t bytes)
{
	char a[TEXT_NS_BYTES], b[TEXT_NS_BYTES], one[PEER_TEXT_BYTES], other[PEER_TEXT_BYTES];

	text_ns_u64(pair->a.claim_ns, a, sizeof(a));
	text_ns_u64(pair->b.claim_ns, b, sizeof(b));
	if (!pair->a.has_claim || !pair->b.has_claim)
		snprintf(text, bytes, "; %s claims to be within %s, and %s no bound",
			 peer_text(pair->a.has_claim ? &pair->a : &pair->b, one),
			 pair->a.has_claim ? a : b,
			 peer_text(pair->a.has_claim ? &pair->b : &pair->a, other));
	else if (pair->a.claim_ns == pair->b.claim_ns)
		snprintf(text, bytes, "; each claims to be within %s", a);
	else
		snprintf(text, bytes, "; they claim to be within %s and %s", a, b);
}

void pair_words(const struct peer_pair *pair, char *text, size_t bytes)
{
	char a[PEER_TEXT_BYTES], b[PEER_TEXT_BYTES], by[TEXT_NS_BYTES], claims[PAIR_WORDS_BYTES];
	bool ahead = pair->apart.lo_ns > 0;
	int64_t near_ns = ahead ? pair->apart.lo_ns : pair->apart.hi_ns;

	/* The nearer end: they are at least that much apart. */
	text_ns_u64(near_ns < 0 ? 0 - (uint64_t)near_ns : (uint64_t)near_ns, by, sizeof(by));
	claim_words(pair, claims, sizeof(claims));
	snprintf(text, bytes, "%s is %s %s %s%s: which of the two is wrong is not known",
		 peer_text(&pair->a, a), by, ahead ? "ahead of" : "behind", peer_text(&pair->b, b),
		 claims);
}
