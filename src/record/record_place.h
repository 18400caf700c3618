/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Where a recording goes. In a directory each start makes a file of its own, and those of earlier
 * starts go, the oldest first, when all together are too large or one is too old.
 *
 * Only recordings are deleted: a plain file, not a link, with the name that one gets here and its
 * application id, that no process has open to write.
 */
#ifndef VMCLOCK_TRACE_RECORD_RECORD_PLACE_H
#define VMCLOCK_TRACE_RECORD_RECORD_PLACE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"
#include "event/fact.h"

#define RECORD_PATH_BYTES 4096

struct record_place {
	char path[RECORD_PATH_BYTES]; /* of the file */
	int directory;		      /* -1: it was no directory that was given */
	const char *name;	      /* of the file in it, within `path` */
	uint64_t max_bytes;	      /* of all recordings in it; 0: any */
	uint64_t max_age_ns;	      /* of each that is there; 0: any */
	uint64_t files;		      /* that went, in all */
	uint64_t bytes;
	char newest[64]; /* the name of the last */
};

/*
 * Choose the file: @where, or one in it where that is a directory; NULL: one in the current
 * directory, of which no other goes. For a ring, a name without a suffix is a directory that should
 * be there. -errno with @error filled; record_place_close() is due in either case.
 */
int record_place_open(struct record_place *place, const char *where, uint64_t max_bytes,
		      uint64_t max_age_ns, bool is_ring, struct error *error);

/*
 * Delete earlier recordings while this one has @bytes. What went so far is told in @told, untouched
 * where nothing did by this call. As struct recorder_options wants it: @arg is the place.
 */
void record_place_tidy(uint64_t bytes, char told[FACT_VALUE_BYTES], void *arg);

void record_place_close(struct record_place *place);

#endif
