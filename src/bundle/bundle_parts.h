/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What is in a bundle: a recording, and what follows from it byte for byte, so that who has the
 * bundle can make it again and compare.
 */
#ifndef VMCLOCK_TRACE_BUNDLE_BUNDLE_PARTS_H
#define VMCLOCK_TRACE_BUNDLE_BUNDLE_PARTS_H

#include <stdint.h>

#include "event/fact.h"
#include "bundle/archive.h"

/* In the order of their names. */
enum bundle_member {
	BUNDLE_MANIFEST,
	BUNDLE_README,
	BUNDLE_HOST,
	BUNDLE_RECORDING,
	BUNDLE_HTML,
	BUNDLE_JSON,
	BUNDLE_TEXT,
	BUNDLE_MEMBERS
};

/* Bounds of what is unpacked; a longer recording is to be cut. */
#define BUNDLE_RECORDING_MOST (2ull << 30)
#define BUNDLE_TEXT_MOST      (64ull << 20)

/* "report.html": static. */
const char *bundle_member_name(enum bundle_member member);

/* All zero at first. */
struct bundle_parts {
	/* All but recording and manifest; owned. */
	struct {
		char *bytes;
		size_t length;
	} text[BUNDLE_MEMBERS];
	struct fact_list facts; /* of the recording */
};

/*
 * Make all but the manifest from the recording at @path. MESSAGE_GO_ON, or the exit code: what is
 * wrong has then been said. bundle_parts_free() is due in either case.
 */
int bundle_parts_make(const char *path, struct bundle_parts *parts);

void bundle_parts_free(struct bundle_parts *parts);

/*
 * MANIFEST.sha256 of @file, as sha256sum has it, with the hashes of all but itself: @parts gets it
 * as its text. 0 or -ENOMEM.
 */
int bundle_parts_manifest(struct bundle_parts *parts, const struct archive_file *file);

#endif
