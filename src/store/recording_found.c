// SPDX-License-Identifier: GPL-2.0-or-later
/* What is in a recording beside its events: losses, names, and what was found. */
#include <stdio.h>
#include <string.h>

#include "store/recording_state.h"

void recording_each_loss(struct recording *recording, recording_loss_fn fn, void *arg)
{
	sqlite3_stmt *stmt = recording->stmt[GET_LOSSES];

	while (sqlite3_step(stmt) == SQLITE_ROW) {
		const char *cause = (const char *)sqlite3_column_text(stmt, 1);

		fn((uint64_t)sqlite3_column_int64(stmt, 2), (uint64_t)sqlite3_column_int64(stmt, 0),
		   cause ?: "", arg);
	}
	sqlite3_reset(stmt);
}

static void add_loss(uint64_t time_ns, uint64_t events, const char *cause, void *arg)
{
	struct recording_losses *losses = arg;

	(void)time_ns;
	losses->events += events;
	snprintf(losses->cause, sizeof(losses->cause), "%s", cause);
}

void recording_losses(struct recording *recording, struct recording_losses *losses)
{
	*losses = (struct recording_losses){0};
	recording_each_loss(recording, add_loss, losses);
}

/* One text by one number; "" or NULL as @otherwise where there is none. */
static const char *text_of(sqlite3_stmt *stmt, uint64_t number, const char *otherwise)
{
	sqlite3_reset(stmt);
	sqlite3_bind_int64(stmt, 1, (sqlite3_int64)number);
	return sqlite3_step(stmt) == SQLITE_ROW
		       ? (const char *)sqlite3_column_text(stmt, 0) ?: otherwise
		       : otherwise;
}

const char *recording_cgroup(struct recording *recording, uint64_t id)
{
	return text_of(recording->stmt[GET_CGROUP], id, "");
}

const char *recording_finding(struct recording *recording, uint64_t number)
{
	return text_of(recording->stmt[GET_FINDING], number, NULL);
}

static uint64_t count_of(struct recording *recording, enum recording_statement which)
{
	sqlite3_stmt *stmt = recording->stmt[which];
	uint64_t count = 0;

	if (sqlite3_step(stmt) == SQLITE_ROW)
		count = (uint64_t)sqlite3_column_int64(stmt, 0);
	else if (recording->limit.is_spent)
		recording_damaged(recording, READ_LIMIT_WHY);
	sqlite3_reset(stmt);
	return count;
}

uint64_t recording_findings(struct recording *recording)
{
	return count_of(recording, COUNT_FINDINGS);
}

const char *recording_incident(struct recording *recording, uint64_t number)
{
	return text_of(recording->stmt[GET_INCIDENT], number, NULL);
}

uint64_t recording_incidents(struct recording *recording)
{
	return count_of(recording, COUNT_INCIDENTS);
}
