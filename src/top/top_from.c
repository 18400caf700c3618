// SPDX-License-Identifier: GPL-2.0-or-later
/* The same view of a recording: played, paused, and from any moment. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock_now.h"
#include "base/confine.h"
#include "base/text.h"
#include "feed/message.h"
#include "top/top_options.h"
#include "top/top_player.h"
#include "top/top_session.h"

/* So far the arrows go. */
#define SEEK_NS (10ll * NSEC_PER_SEC)

struct top_play {
	const struct top_options *options;
	struct top_player *player;
	struct top_session session;
	struct stop_condition until;
	char subject[RECORDED_DEVICE_BYTES];
	char progress[96];
	struct error error;
};

static void seek_by(struct top_player *player, int64_t by_ns)
{
	uint64_t at_ns = top_player_at_ns(player);

	if (by_ns < 0 && at_ns < (uint64_t)-by_ns)
		at_ns = 0;
	else
		at_ns += (uint64_t)by_ns;
	top_player_seek(player, at_ns);
}

static void handle_key(struct top_player *player, int key)
{
	switch (key) {
	case ' ':
	case 'p':
		top_player_pause(player, !top_player_is_paused(player));
		break;
	case KEY_LEFT:
		seek_by(player, -SEEK_NS);
		break;
	case KEY_RIGHT:
		seek_by(player, SEEK_NS);
		break;
	case KEY_HOME:
		top_player_seek(player, 0);
		break;
	case KEY_END:
		top_player_seek(player, UINT64_MAX);
		break;
	default:
		break;
	}
}

static void set_progress(struct top_play *play, bool is_behind)
{
	uint64_t at_ns = top_player_at_ns(play->player);
	double speed = (double)play->options->from.speed / NSEC_PER_SEC;

	if (is_behind)
		snprintf(play->progress, sizeof(play->progress), "SEEKING");
	else if (top_player_is_over(play->player))
		snprintf(play->progress, sizeof(play->progress), "END at +%.1f s",
			 (double)at_ns / NSEC_PER_SEC);
	else
		snprintf(play->progress, sizeof(play->progress), "at +%.1f s, speed %g",
			 (double)at_ns / NSEC_PER_SEC, speed);
}

static void draw(struct top_play *play, bool is_behind)
{
	struct top_picture *picture = &play->session.picture;

	picture->state = top_player_state(play->player);
	picture->is_paused = top_player_is_paused(play->player);
	picture->progress = play->progress;
	set_progress(play, is_behind);
	top_session_draw(&play->session);
}

/* For a key; and while it plays, until the next picture. */
static enum stop_condition_news wait_on(struct top_play *play, bool is_behind, bool stands)
{
	struct pollfd fds[2] = {
		[1] = {.fd = top_terminal_fd(play->session.terminal), .events = POLLIN},
	};
	enum stop_condition_news news;

	stop_condition_limit(&play->until, is_behind ? 0 : stands ? UINT64_MAX : TOP_PICTURE_NS);
	news = stop_condition_wait(&play->until, fds, 2);
	return news == STOP_CONDITION_OVER ? STOP_CONDITION_READY : news;
}

static int run(struct top_play *play)
{
	struct top_session *session = &play->session;
	enum stop_condition_news news = STOP_CONDITION_READY;

	bool stood = false;

	session->is_urgent = true;
	while (news == STOP_CONDITION_READY) {
		bool is_behind, stands;
		int key;

		news = top_player_work(play->player, &play->error);
		if (news >= STOP_CONDITION_SIGNAL)
			break;
		is_behind = news == STOP_CONDITION_READY;
		stands = !is_behind &&
			 (top_player_is_paused(play->player) || top_player_is_over(play->player));
		session->has_news |= !stands || !stood;
		if (top_session_is_due(session))
			draw(play, is_behind);
		stood = stands;
		news = wait_on(play, is_behind, stands && !session->has_news);
		while ((key = top_session_key(session)) != ERR)
			handle_key(play->player, key);
		if (session->is_over)
			break;
	}
	return news == STOP_CONDITION_FAILED ? EXIT_FAILED : EXIT_DONE;
}

static int play_file(struct top_play *play)
{
	int code, err = confine_system_calls(false);

	if (err)
		message_not_confined(err);
	if (top_player_open(&play->options->from, &play->until, &play->player, &play->error))
		return EXIT_FAILED;
	text_display(play->options->from.file, strnlen(play->options->from.file, FACT_VALUE_BYTES),
		     play->subject, sizeof(play->subject));
	play->session.picture.subject = play->subject;
	code = top_session_open(&play->session, play->options->colour);
	return code == EXIT_DONE ? run(play) : code;
}

int top_from(const struct top_options *options)
{
	struct top_play *play = calloc(1, sizeof(*play));
	int code;

	if (!play)
		return message_no_memory();
	play->options = options;
	stop_condition_open(&play->until);
	code = play_file(play);
	top_session_close(&play->session);
	if (play->error.cause[0])
		message_failure(&play->error);
	top_player_close(play->player);
	stop_condition_close(&play->until);
	free(play);
	return code;
}
