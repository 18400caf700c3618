/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Entries in the systemd journal, with structured fields, by its native protocol: one datagram an
 * entry (https://systemd.io/JOURNAL_NATIVE_PROTOCOL). Spoken here and not by libsystemd, which
 * would bring that and the libraries behind it into a process that traces as root. Nothing here
 * waits: an entry that the journal does not take at once is counted.
 */
#ifndef VMCLOCK_TRACE_RECORD_JOURNAL_H
#define VMCLOCK_TRACE_RECORD_JOURNAL_H

#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"
#include "judge/finding.h"
#include "judge/incident.h"

#define JOURNAL_PATH_BYTES 4096

struct journal {
	int fd;
	uint64_t lost;			    /* entries that were not taken */
	char recording[JOURNAL_PATH_BYTES]; /* VMCLOCK_RECORDING */
};

/* Does standard output or standard error go to the journal? */
bool journal_is_output(void);

/*
 * For entries that belong to the recording that is to be at @path. 0 or -errno, with @error filled.
 */
int journal_open(struct journal *journal, const char *path, struct error *error);

/* Something was found, in the open incident @incident; 0: in none. */
void journal_finding(struct journal *journal, const struct finding *finding, uint64_t incident);

/* An incident opened, or is over. */
void journal_incident(struct journal *journal, const struct incident *incident,
		      enum incident_news news);

/* The recording cannot be written, for @why; NULL: it can again. */
void journal_trouble(struct journal *journal, const char *why);

void journal_close(struct journal *journal);

#endif
