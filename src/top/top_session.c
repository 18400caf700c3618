// SPDX-License-Identifier: GPL-2.0-or-later
#include "top/top_session.h"

#include <stdio.h>

#include "base/clock_now.h"
#include "feed/message.h"

#define CTRL_L 12

/* So many readers at once. */
#define SCROLL_PAGE 10

int top_session_open(struct top_session *session, enum colour_when colour)
{
	struct error error = {0};

	if (!top_terminal_open(stdout, stdin, colour, &session->terminal, &error))
		return EXIT_DONE;
	message_failure(&error);
	return EXIT_FAILED;
}

void top_session_close(struct top_session *session)
{
	top_terminal_close(session->terminal);
	session->terminal = NULL;
}

static void scroll_by(struct top_session *session, int by)
{
	size_t readers = session->picture.state ? session->picture.state->readers.readers : 0;
	size_t *at = &session->picture.scroll;

	if (by < 0)
		*at = *at > (size_t)-by ? *at - (size_t)-by : 0;
	else
		*at += (size_t)by;
	if (*at >= readers)
		*at = readers ? readers - 1 : 0;
}

/* False: it is not for all sources. */
static bool handle_key(struct top_session *session, int key)
{
	switch (key) {
	case 'q':
	case 'Q':
		session->is_over = true;
		return true;
	case 'u':
		session->picture.sort = TOP_BY_USES;
		return true;
	case 'l':
		session->picture.sort = TOP_BY_LATENCY;
		return true;
	case 'e':
		session->picture.sort = TOP_BY_ERROR;
		return true;
	case 'f':
		session->picture.sort = TOP_BY_FAILURES;
		return true;
	case KEY_UP:
		scroll_by(session, -1);
		return true;
	case KEY_DOWN:
		scroll_by(session, 1);
		return true;
	case KEY_PPAGE:
		scroll_by(session, -SCROLL_PAGE);
		return true;
	case KEY_NPAGE:
		scroll_by(session, SCROLL_PAGE);
		return true;
	case CTRL_L:
		clearok(top_terminal_canvas(session->terminal)->window, TRUE);
		return true;
	case KEY_RESIZE:
		return true;
	default:
		return false;
	}
}

int top_session_key(struct top_session *session)
{
	int key;

	while (!session->is_over && (key = top_terminal_key(session->terminal)) != ERR) {
		session->has_news = session->is_urgent = true;
		if (!handle_key(session, key))
			return key;
	}
	session->is_over |= top_terminal_is_gone(session->terminal);
	return ERR;
}

bool top_session_is_due(const struct top_session *session)
{
	return session->has_news &&
	       (session->is_urgent ||
		clock_now_ns(CLOCK_MONOTONIC) - session->drawn_ns >= TOP_PICTURE_NS);
}

void top_session_draw(struct top_session *session)
{
	top_screen_draw(top_terminal_canvas(session->terminal), &session->picture);
	top_terminal_show(session->terminal);
	session->has_news = session->is_urgent = false;
	session->drawn_ns = clock_now_ns(CLOCK_MONOTONIC);
}
