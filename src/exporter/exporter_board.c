// SPDX-License-Identifier: GPL-2.0-or-later
#include "exporter/exporter_board.h"

void exporter_board_put(struct exporter_board *board, const struct metrics_snapshot *snapshot)
{
	pthread_mutex_lock(&board->lock);
	board->snapshot = *snapshot;
	pthread_mutex_unlock(&board->lock);
}

void exporter_board_take(struct exporter_board *board, struct metrics_snapshot *snapshot)
{
	pthread_mutex_lock(&board->lock);
	*snapshot = board->snapshot;
	pthread_mutex_unlock(&board->lock);
}
