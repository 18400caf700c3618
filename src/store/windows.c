// SPDX-License-Identifier: GPL-2.0-or-later
#include "store/windows.h"

#include <stdlib.h>
#include <string.h>

/*
 * One that ends later may have begun earlier, too: a finding tells when it happened at the
 * earliest.
 */
static void join(struct window *window, const struct window *wanted)
{
	if (wanted->from_ns < window->from_ns)
		window->from_ns = wanted->from_ns;
	if (wanted->to_ns > window->to_ns)
		window->to_ns = wanted->to_ns;
	if (wanted->rank > window->rank) {
		window->rank = wanted->rank;
		memcpy(window->severity, wanted->severity, sizeof(window->severity));
	}
	window->findings += wanted->findings;
	window->stored = false;
}

static bool do_meet(const struct window *newest, const struct window *wanted)
{
	return !newest->gone && wanted->from_ns <= newest->to_ns &&
	       newest->from_ns <= wanted->to_ns;
}

static bool can_join(const struct windows *windows, const struct window *newest,
		     const struct window *wanted)
{
	return do_meet(newest, wanted) && (!wanted->findings || wanted->to_ns <= newest->to_ns ||
					   newest->to_ns - newest->from_ns < windows->longest_ns);
}

bool windows_add(struct windows *windows, const struct window *wanted)
{
	struct window *newest = windows->count ? &windows->window[windows->count - 1] : NULL;
	uint64_t from_ns = wanted->from_ns;

	if (newest && can_join(windows, newest, wanted)) {
		join(newest, wanted);
		return true;
	}
	if (newest && do_meet(newest, wanted))
		from_ns = newest->to_ns;
	if (windows->count == windows->room) {
		size_t room = windows->room ? 2 * windows->room : 16;
		struct window *more = realloc(windows->window, room * sizeof(*more));

		if (!more)
			return false;
		windows->window = more;
		windows->room = room;
	}
	newest = &windows->window[windows->count++];
	*newest = *wanted;
	newest->from_ns = from_ns;
	newest->number = ++windows->numbers;
	newest->stored = false;
	newest->gone = false;
	return true;
}

bool windows_meet(const struct windows *windows, uint64_t from_ns, uint64_t to_ns)
{
	/* The newest first: it is mostly asked for what is new. */
	for (size_t i = windows->count; i-- > 0;) {
		const struct window *window = &windows->window[i];

		if (!window->gone && window->from_ns <= to_ns && from_ns <= window->to_ns)
			return true;
	}
	return false;
}

struct window *windows_oldest(const struct windows *windows)
{
	for (size_t i = 0; i < windows->count; i++) {
		if (!windows->window[i].gone)
			return &windows->window[i];
	}
	return NULL;
}

uint64_t windows_kept(const struct windows *windows)
{
	uint64_t kept = 0;

	for (size_t i = 0; i < windows->count; i++)
		kept += !windows->window[i].gone;
	return kept;
}

void windows_commit(struct windows *windows)
{
	size_t left = 0;

	for (size_t i = 0; i < windows->count; i++) {
		if (!windows->window[i].gone)
			windows->window[left++] = windows->window[i];
	}
	windows->count = left;
}

void windows_rollback(struct windows *windows)
{
	for (size_t i = 0; i < windows->count; i++) {
		windows->window[i].stored = false;
		windows->window[i].gone = false;
	}
}

void windows_free(struct windows *windows)
{
	free(windows->window);
	*windows = (struct windows){0};
}
