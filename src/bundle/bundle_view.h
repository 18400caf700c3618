/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Bundles: texts that are in them, what was made, and what a check of one has found. */
#ifndef VMCLOCK_TRACE_BUNDLE_BUNDLE_VIEW_H
#define VMCLOCK_TRACE_BUNDLE_BUNDLE_VIEW_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include "event/fact.h"
#include "show/json_table.h"

extern const struct json_schema bundle_schema; /* of bundle_put_json() and bundle_put_host() */
extern const struct json_schema verify_schema; /* of verify_put_json() */

#define BUNDLE_MOMENT_BYTES 40

/* host.json: what is known of the machine, from the facts of the recording. */
void bundle_put_host(FILE *out, const struct fact_list *facts);

/* README.txt. @since and @until are what report is to be given for the same report; NULL: not. */
void bundle_put_readme(FILE *out, const struct fact_list *facts, const char *since,
		       const char *until);

struct bundle_entry {
	const char *name;
	uint64_t bytes;
	const char *sha256;
};

/* A bundle that was made; pointers are borrowed. */
struct bundle_made {
	const char *file;
	const char *directory; /* in it */
	uint64_t bytes;
	const char *sha256;
	const struct bundle_entry *entry;
	size_t entries;
	const struct fact_list *facts; /* of the recording in it */
};

void bundle_put_text(FILE *out, const struct bundle_made *made);
void bundle_put_json(FILE *out, const struct bundle_made *made);

enum bundle_verdict {
	BUNDLE_OK,
	BUNDLE_WRONG,
	BUNDLE_NOT_COMPARED,
};

struct bundle_check {
	const char *name; /* static, for programs */
	enum bundle_verdict verdict;
	char text[480];
};

#define BUNDLE_CHECKS 12

/* What was checked of a bundle, in order; pointers are borrowed. */
struct bundle_checked {
	const char *file;
	const char *sha256;	       /* of the file */
	const char *directory;	       /* in it; NULL: not known */
	const struct fact_list *facts; /* of the recording in it; NULL: not known */
	struct bundle_check check[BUNDLE_CHECKS];
	size_t checks;
	bool unfinished; /* the rest could not be checked, for a reason of this machine */
};

/* Nothing is wrong. */
bool bundle_is_well(const struct bundle_checked *checked);

void verify_put_text(FILE *out, const struct bundle_checked *checked);
void verify_put_json(FILE *out, const struct bundle_checked *checked);

#endif
