// SPDX-License-Identifier: GPL-2.0-or-later
#include "observe/page_watch.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/timerfd.h>
#include <time.h>
#include <unistd.h>

#include "page/diff.h"

struct page_watch {
	struct page_reader *reader;
	int timer;
	struct page newest;
	uint64_t newest_ns; /* when the page was last seen to be `newest` */
};

static uint64_t monotonic_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec;
}

static int start_timer(struct page_watch *watch)
{
	struct itimerspec every = {.it_interval.tv_nsec = PAGE_WATCH_PERIOD_NS,
				   .it_value.tv_nsec = PAGE_WATCH_PERIOD_NS};

	watch->timer = timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK | TFD_CLOEXEC);
	if (watch->timer < 0 || timerfd_settime(watch->timer, 0, &every, NULL))
		return -errno;
	return 0;
}

static int first_sample(struct page_watch *watch, struct error *error)
{
	struct page_wait wait = {.budget_ns = PAGE_WAIT_DRIVER_NS};
	struct page_copy copy;
	int result = page_reader_copy(watch->reader, wait, &copy, error);

	if (result && result != -ETIMEDOUT)
		return result;
	watch->newest = copy.page;
	watch->newest_ns = monotonic_ns();
	return 0;
}

int page_watch_open(const char *path, struct page_watch **out, struct error *error)
{
	struct page_watch *watch = calloc(1, sizeof(*watch));
	int result;

	if (!watch)
		return -ENOMEM;
	watch->timer = -1;
	result = page_reader_open(path, PAGE_VIA_AUTO, &watch->reader, error);
	if (!result)
		result = first_sample(watch, error);
	if (!result)
		result = start_timer(watch);
	if (result) {
		page_watch_close(watch);
		return result;
	}
	*out = watch;
	return 0;
}

void page_watch_close(struct page_watch *watch)
{
	if (!watch)
		return;
	if (watch->timer >= 0)
		close(watch->timer);
	page_reader_close(watch->reader);
	free(watch);
}

int page_watch_fd(const struct page_watch *watch)
{
	return watch->timer;
}

const char *page_watch_path(const struct page_watch *watch)
{
	return page_reader_path(watch->reader);
}

int32_t page_watch_device(const struct page_watch *watch)
{
	int device, end = 0;

	if (!page_reader_is_device(watch->reader) ||
	    sscanf(page_reader_path(watch->reader), "/dev/vmclock%d%n", &device, &end) != 1 ||
	    page_reader_path(watch->reader)[end])
		return -1;
	return device;
}

const struct page *page_watch_newest(const struct page_watch *watch)
{
	return &watch->newest;
}

/* Whole updates from one seq to the next: each adds 2, and the 32 bits may wrap. */
static uint32_t updates_between(const struct page *before, const struct page *after)
{
	uint32_t steps =
		(uint32_t)(page_get(after, PAGE_SEQ_COUNT) - page_get(before, PAGE_SEQ_COUNT));

	return steps / 2;
}

int page_watch_sample(struct page_watch *watch, struct page_change *change)
{
	struct page_wait once = {.tries = 1};
	struct page_copy copy;
	uint64_t expirations;
	int result;

	if (read(watch->timer, &expirations, sizeof(expirations)) < 0 && errno != EAGAIN)
		return -errno;
	result = page_reader_copy(watch->reader, once, &copy, NULL);
	if (result == -ETIMEDOUT)
		return 0;
	if (result)
		return result;
	if (!page_diff(&watch->newest, &copy.page)) {
		watch->newest_ns = monotonic_ns();
		return 0;
	}
	*change = (struct page_change){
		.time_ns = monotonic_ns(),
		.last_same_ns = watch->newest_ns,
		.before = watch->newest,
		.after = copy.page,
		.updates = updates_between(&watch->newest, &copy.page),
	};
	watch->newest = copy.page;
	watch->newest_ns = change->time_ns;
	return 1;
}
