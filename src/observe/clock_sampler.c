// SPDX-License-Identifier: GPL-2.0-or-later
#include "observe/clock_sampler.h"

#include <errno.h>
#include <string.h>
#include <sys/prctl.h>

#include "observe/host_clock.h"
#include "page/counter.h"

/* A sample during which the page stood still is better evidence; so many are tried for one. */
#define SAMPLE_TRIES 4

static struct timespec realtime_now(void)
{
	struct timespec ts = {0};

	clock_gettime(CLOCK_REALTIME, &ts);
	return ts;
}

/* One reading in one way. @realtime gets what was around it, by the kernel's hand where it can. */
static int read_once(const struct phc *phc, enum phc_method method, struct bracket *realtime)
{
	struct phc_precise precise;
	int err;

	switch (method) {
	case PHC_GETTIME:
		realtime->before = realtime_now();
		err = phc_read(phc, &realtime->inner);
		realtime->after = realtime_now();
		return err;
	case PHC_SYS_OFFSET:
		return phc_sys_offset(phc, realtime, 1);
	case PHC_SYS_OFFSET_EXTENDED:
		return phc_sys_offset_extended(phc, realtime, 1);
	case PHC_SYS_OFFSET_PRECISE:
		err = phc_sys_offset_precise(phc, &precise);
		if (!err)
			*realtime =
				(struct bracket){precise.realtime, precise.phc, precise.realtime};
		return err;
	case PHC_METHODS:
		break;
	}
	return -EOPNOTSUPP;
}

/*
 * The same several times, both kinds of bracket at once: the counter is read on the outside, so it
 * also bounds what clock_gettime() put between.
 */
static struct phc_sample read_by(const struct phc *phc, enum phc_method method)
{
	struct phc_sample best = {.result = -EAGAIN};

	for (unsigned int i = 0; i < CLOCK_SAMPLER_PHC_TRIES; i++) {
		struct counter_bracket counter;
		struct bracket realtime;
		int err;

		counter.before = counter_read_ordered();
		err = read_once(phc, method, &realtime);
		counter.after = counter_read_ordered();
		/*
		 * An error lasts, and a stuck page costs 100 ms of spinning a try: no second one.
		 */
		if (err) {
			if (best.result)
				best.result = err;
			return best;
		}
		counter.inner = realtime.inner;
		if (best.result || bracket_width_ns(&realtime) < bracket_width_ns(&best.realtime))
			best.realtime = realtime;
		if (best.result ||
		    counter_bracket_width(&counter) < counter_bracket_width(&best.counter))
			best.counter = counter;
		best.result = 0;
	}
	return best;
}

static int copy_page(struct page_reader *reader, struct page *page)
{
	const struct page_wait wait = {.budget_ns = PAGE_WAIT_DRIVER_NS};
	struct page_copy copy;
	int err;

	if (!reader)
		return -ENODEV;
	err = page_reader_copy(reader, wait, &copy, NULL);
	if (!err)
		*page = copy.page;
	return err;
}

static void read_clocks(const struct phc *phc, struct clock_sample *sample)
{
	sample->realtime = host_clock_by_counter(CLOCK_REALTIME);
	sample->claim = host_clock_claim();
	sample->monotonic = host_clock_by_counter(CLOCK_MONOTONIC);
	sample->monotonic_raw = host_clock_by_counter(CLOCK_MONOTONIC_RAW);
	sample->realtime_by_raw = host_clock_between(CLOCK_REALTIME, CLOCK_MONOTONIC_RAW);
	sample->has_phc = phc != NULL;
	for (enum phc_method method = 0; phc && method < PHC_METHODS; method++)
		sample->phc[method] = read_by(phc, method);
}

void clock_sampler_take(struct page_reader *reader, const struct phc *phc,
			struct clock_sample *sample)
{
	for (unsigned int i = 0; i < SAMPLE_TRIES; i++) {
		memset(sample, 0, sizeof(*sample));
		sample->page_result = copy_page(reader, &sample->page);
		read_clocks(phc, sample);
		if (!sample->page_result)
			sample->page_result = copy_page(reader, &sample->page_after);
		if (sample->page_result || page_get(&sample->page, PAGE_SEQ_COUNT) ==
						   page_get(&sample->page_after, PAGE_SEQ_COUNT))
			return;
	}
}

void clock_sampler_show_driver(const struct phc *phc, struct clock_sampler_shown *shown)
{
	char name[16] = "";

	shown->count = 0;

	/* The kernel's hooks pass over a thread of another name at once. */
	prctl(PR_GET_NAME, name);
	prctl(PR_SET_NAME, CLOCK_SAMPLER_SHOW_COMM);
	read_by(phc, PHC_SYS_OFFSET_EXTENDED);
	while (shown->count < CLOCK_SAMPLER_PHC_TRIES &&
	       !phc_sys_offset_precise(phc, &shown->precise[shown->count]))
		shown->count++;
	prctl(PR_SET_NAME, name);
}
