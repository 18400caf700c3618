// SPDX-License-Identifier: GPL-2.0-or-later
#include "top/top_player.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock_now.h"

/* So long at most it works on end. */
#define WORK_NS 50000000

struct top_player {
	struct recorded_request request;
	struct stop_condition *until;
	struct recorded recorded;
	struct top_model *model;
	int64_t speed; /* billionths */
	char unseen[TOP_UNSEEN_BYTES];
	uint64_t target_ns; /* of the recording's CLOCK_MONOTONIC: what is due */
	uint64_t begun_ns;  /* when it stood there, of this machine's; valid unless paused */
	bool is_paused;
	bool is_over;	  /* there are no more events */
	bool is_behind;	  /* not all that is due was given */
	bool has_pending; /* the next event, which was not due yet: */
	struct event pending;
	bool has_gap; /* with this before it */
	struct event_gap gap;
};

static uint64_t start_of(const struct top_player *player)
{
	return player->recorded.start_ns;
}

/* Why uses are not in it, as its facts say; NULL: they are. */
static const char *unseen_of(struct top_player *player)
{
	const struct fact_list *facts = player->recorded.context.facts;
	const char *uses = fact_get(facts, "uses");
	char shown[TEXT_DISPLAY_BYTES(100)];

	if (!uses || strncmp(uses, "not seen: ", 10))
		return NULL;
	text_display(uses + 10, strnlen(uses + 10, 100), shown, sizeof(shown));
	snprintf(player->unseen, sizeof(player->unseen),
		 "no hooks were there when it was recorded: %s", shown);
	return player->unseen;
}

static int begin(struct top_player *player, struct error *error)
{
	struct top_start start = {0};
	int err = recorded_open(&player->request, &player->recorded, error);

	if (err)
		return err;
	start.start_ns = player->recorded.start_ns;
	start.start_realtime_ns = player->recorded.start_realtime_ns;
	start.unseen = unseen_of(player);
	start.uses_are_seen = !start.unseen;
	player->model = top_model_new(&start);
	player->has_pending = player->is_over = false;
	return player->model ? 0 : error_no_memory(error);
}

static void end(struct top_player *player)
{
	recorded_close(&player->recorded);
	top_model_free(player->model);
	player->recorded = (struct recorded){0};
	player->model = NULL;
}

int top_player_open(const struct recorded_request *request, struct stop_condition *until,
		    struct top_player **out, struct error *error)
{
	struct top_player *player = calloc(1, sizeof(*player));
	int err;

	if (!player)
		return error_no_memory(error);
	player->request = *request;
	player->request.speed = 0; /* its pace is ours */
	player->request.is_quiet = true;
	player->speed = request->speed;
	player->until = until;
	err = begin(player, error);
	if (err) {
		top_player_close(player);
		return err;
	}
	player->target_ns = start_of(player);
	player->begun_ns = clock_now_ns(CLOCK_MONOTONIC);
	*out = player;
	return 0;
}

void top_player_close(struct top_player *player)
{
	if (!player)
		return;
	end(player);
	free(player);
}

const struct recorded *top_player_recorded(const struct top_player *player)
{
	return &player->recorded;
}

bool top_player_is_paused(const struct top_player *player)
{
	return player->is_paused;
}

bool top_player_is_over(const struct top_player *player)
{
	return player->is_over;
}

uint64_t top_player_at_ns(const struct top_player *player)
{
	return player->target_ns - start_of(player);
}

/* What is due moves on with the time that went by. */
static void follow_time(struct top_player *player)
{
	uint64_t now_ns = clock_now_ns(CLOCK_MONOTONIC);
	unsigned __int128 target_ns = player->target_ns;

	if (!player->is_paused && !player->is_over) {
		target_ns += (unsigned __int128)(now_ns - player->begun_ns) *
			     (uint64_t)player->speed / NSEC_PER_SEC;
		player->target_ns = target_ns > UINT64_MAX ? UINT64_MAX : (uint64_t)target_ns;
	}
	player->begun_ns = now_ns;
}

void top_player_pause(struct top_player *player, bool pause)
{
	follow_time(player);
	player->is_paused = pause;
}

static void give(struct top_player *player, const struct event *event, const struct event_gap *gap)
{
	if (gap)
		top_model_gap(player->model, gap);
	top_model_event(player->model, event, true);
}

/* The first event that is not due is kept until it is. */
static bool on_event(const struct event *event, const struct source_note *note, void *arg)
{
	struct top_player *player = arg;

	if (event->time_ns <= player->target_ns) {
		give(player, event, note->gap);
		return true;
	}
	player->has_pending = true;
	player->pending = *event;
	player->has_gap = note->gap != NULL;
	if (note->gap)
		player->gap = *note->gap;
	return false;
}

static enum stop_condition_news read_on(struct top_player *player)
{
	struct source *source = &player->recorded.source;
	uint64_t until_ns = clock_now_ns(CLOCK_MONOTONIC) + WORK_NS;
	enum stop_condition_news news;

	source_begin(source, player->until, on_event, player);
	do {
		news = source_next(source, NULL);
	} while (news == STOP_CONDITION_READY && clock_now_ns(CLOCK_MONOTONIC) < until_ns);
	if (news != STOP_CONDITION_OVER || player->has_pending)
		return news;
	player->is_over = true;
	player->target_ns = player->recorded.newest_ns;
	return news;
}

enum stop_condition_news top_player_work(struct top_player *player, struct error *error)
{
	enum stop_condition_news news;

	/* An earlier moment was asked for: all that led to it is judged anew. */
	if (!player->model && begin(player, error))
		return STOP_CONDITION_FAILED;
	follow_time(player);
	if (player->is_over)
		return STOP_CONDITION_OVER;
	if (player->has_pending && player->pending.time_ns > player->target_ns)
		return STOP_CONDITION_OVER;
	if (player->has_pending)
		give(player, &player->pending, player->has_gap ? &player->gap : NULL);
	player->has_pending = false;
	news = read_on(player);
	player->is_behind = news == STOP_CONDITION_READY;
	return news;
}

void top_player_seek(struct top_player *player, uint64_t at_ns)
{
	uint64_t start_ns = start_of(player), target_ns;

	follow_time(player);
	if (__builtin_add_overflow(start_ns, at_ns, &target_ns))
		target_ns = UINT64_MAX;
	if (player->is_over && target_ns > player->recorded.newest_ns)
		target_ns = player->recorded.newest_ns;
	if (target_ns < player->target_ns) {
		end(player);
		player->recorded.start_ns = start_ns; /* as it will be again */
		player->is_over = false;
	}
	player->target_ns = target_ns;
}

const struct top_state *top_player_state(struct top_player *player)
{
	const struct claim_span span = recorded_span(&player->recorded);
	bool has_clocks = top_model_has_clocks(player->model);
	const struct top_context context = {
		/* The moment that was asked for is shown once it is reached. */
		.now_ns = player->is_behind ? 0 : player->target_ns,
		.clocks = has_clocks,
		.elsewhere = has_clocks ? claim_seen(true) : claim_unknown(CLAIM_NOT_COMPARED),
		.recorded = &span,
	};

	return top_model_state(player->model, &context);
}
