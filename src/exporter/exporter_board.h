/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Where the observing loop puts what it knows, and scrapes take it from: whole, or not at all. */
#ifndef VMCLOCK_TRACE_EXPORTER_EXPORTER_BOARD_H
#define VMCLOCK_TRACE_EXPORTER_EXPORTER_BOARD_H

#include <pthread.h>

#include "exporter/metrics.h"

struct exporter_board {
	pthread_mutex_t lock; /* initialised by the owner */
	struct metrics_snapshot snapshot;
};

/* Replace what is there. */
void exporter_board_put(struct exporter_board *board, const struct metrics_snapshot *snapshot);

/* Copy what is there. */
void exporter_board_take(struct exporter_board *board, struct metrics_snapshot *snapshot);

#endif
