/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A recording that is played into a model: as fast as asked for, paused, and from any moment. */
#ifndef VMCLOCK_TRACE_TOP_TOP_PLAYER_H
#define VMCLOCK_TRACE_TOP_TOP_PLAYER_H

#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"
#include "feed/recorded.h"
#include "top/top_model.h"

struct top_player;

/* Its speed is that of @request. 0, or -errno with @error filled. The caller closes *@player. */
int top_player_open(const struct recorded_request *request, struct stop_condition *until,
		    struct top_player **player, struct error *error);

/* NULL is fine. */
void top_player_close(struct top_player *player);

/* Go on, or stand still. */
void top_player_pause(struct top_player *player, bool pause);
bool top_player_is_paused(const struct top_player *player);

/* Go to @at_ns after its start, at once; before it, to the start, past its end to the end. */
void top_player_seek(struct top_player *player, uint64_t at_ns);

/* The moment that is to be shown, after its start. */
uint64_t top_player_at_ns(const struct top_player *player);

/* Was its last event given? */
bool top_player_is_over(const struct top_player *player);

/*
 * Give what is due by now, but work no longer than some milliseconds, so that keys are answered.
 * STOP_CONDITION_READY: more is due; _OVER: all was given that is; _SIGNAL: one came; _FAILED: it
 * cannot be read any more, and @error says why.
 */
enum stop_condition_news top_player_work(struct top_player *player, struct error *error);

/* The state at the moment that is shown. Owned by @player, until it works on. */
const struct top_state *top_player_state(struct top_player *player);

/* What is played. Owned by @player. */
const struct recorded *top_player_recorded(const struct top_player *player);

#endif
