// SPDX-License-Identifier: GPL-2.0-or-later
/* Readers of whom an incident knows by tallies: nobody is left out, and no read counts twice. */
#include <errno.h>

#include "incident_make.h"

/* What thread @tid of process @pid did up to now, by one path. */
static struct event make_tally(const struct watch *watch, uint32_t pid, uint32_t tid,
			       enum event_path path, uint64_t uses)
{
	struct event event = make_event(EVENT_TALLY, watch->counter);

	event.who.pid = pid;
	event.who.tid = tid;
	event.tally.uses[path] = uses;
	event.tally.last_ns = event.time_ns;
	return event;
}

static void tally(struct watch *watch, uint32_t pid, enum event_path path, uint64_t uses)
{
	give(watch, make_tally(watch, pid, pid, path, uses));
}

/* @count reads that are seen one by one, by clock_gettime. */
static void read_seen(struct watch *watch, const struct page *page, uint32_t pid, int count)
{
	struct event event = make_read(page, watch->counter + 1, pid, 0, false);

	event.who.tid = pid;
	while (count--)
		give(watch, event);
}

/* A watch in which all is well, and a moment later the page is disrupted, which nobody saw yet. */
static struct watch *watch_begin(struct page *page)
{
	struct watch *watch = watch_new();

	*page = make_full_page();
	see(watch, page);
	watch->counter += TICKS(1);
	return watch;
}

static void disrupt(struct watch *watch, struct page *page)
{
	*page = disrupted(*page, 5);
	go_on(watch, page, 1);
	assert_int_equal(watch->opened, 1);
}

static const struct incident_reader *the_reader(struct watch *watch)
{
	judge_finish(watch->judge);
	assert_int_equal(watch->last.readers, 1);
	return &watch->last.reader[0];
}

static void who_is_only_counted_is_a_reader(void **state)
{
	struct page page;
	struct watch *watch = watch_begin(&page);
	const struct incident_reader *reader;

	(void)state;
	tally(watch, 7, PATH_CLOCK_GETTIME, 1000);
	see(watch, &page); /* all was well: that is nobody's business any more */
	tally(watch, 7, PATH_CLOCK_GETTIME, 50);
	disrupt(watch, &page);
	tally(watch, 7, PATH_CLOCK_GETTIME, 30);
	reader = the_reader(watch);
	assert_int_equal(reader->who.pid, 7);
	assert_int_equal(reader->path, PATH_CLOCK_GETTIME);
	assert_int_equal(reader->reads, 80);
	assert_int_equal(reader->errors.known, 0);
	assert_int_equal(reader->errors.unknown[ERROR_COUNTED], 80);
	watch_free(watch);
}

/* The tally is of 30 reads, of which ten were seen before, nine after and one too late for it. */
static void what_was_seen_is_not_counted_again(void **state)
{
	struct page page;
	struct watch *watch = watch_begin(&page);
	const struct incident_reader *reader;

	(void)state;
	read_seen(watch, &page, 7, 4);
	see(watch, &page);
	read_seen(watch, &page, 7, 6);
	disrupt(watch, &page);
	read_seen(watch, &page, 7, 9);
	tally(watch, 7, PATH_CLOCK_GETTIME, 30);
	read_seen(watch, &page, 7, 1);
	reader = the_reader(watch);
	assert_int_equal(reader->errors.unknown[ERROR_COUNTED], 10);
	assert_int_equal(reader->reads, 6 + 9 + 1 + 10);
	watch_free(watch);
}

static void what_is_seen_read_by_read_is_not_counted_at_all(void **state)
{
	struct page page;
	struct watch *watch = watch_begin(&page);

	(void)state;
	read_seen(watch, &page, 7, 100);
	see(watch, &page);
	disrupt(watch, &page);
	read_seen(watch, &page, 7, 5);
	tally(watch, 7, PATH_CLOCK_GETTIME, 104);
	assert_int_equal(the_reader(watch)->reads, 5);
	assert_int_equal(watch->last.reader[0].errors.unknown[ERROR_COUNTED], 0);
	watch_free(watch);
}

static void who_stopped_before_the_window_is_no_reader(void **state)
{
	struct page page;
	struct watch *watch = watch_begin(&page);
	struct event before = make_tally(watch, 7, 7, PATH_CLOCK_GETTIME, 1000);

	(void)state;
	before.tally.last_ns = AT_NS(watch->counter) - 2 * SECOND;
	disrupt(watch, &page);
	give(watch, before);
	judge_finish(watch->judge);
	assert_int_equal(watch->last.readers, 0);
	watch_free(watch);
}

static void threads_add_up_to_their_process_by_path(void **state)
{
	struct page page;
	struct watch *watch = watch_begin(&page);

	(void)state;
	disrupt(watch, &page);
	give(watch, make_tally(watch, 7, 8, PATH_CLOCK_GETTIME, 3));
	give(watch, make_tally(watch, 7, 9, PATH_CLOCK_GETTIME, 4));
	give(watch, make_tally(watch, 7, 9, PATH_SYS_OFFSET, 5));
	judge_finish(watch->judge);
	assert_int_equal(watch->last.readers, 2);
	assert_int_equal(watch->last.reader[0].reads + watch->last.reader[1].reads, 12);
	watch_free(watch);
}

/* Who read()s or maps the page computes the time himself; to open it, or to fail, is no reading. */
static void of_the_page_itself_only_what_succeeds_counts(void **state)
{
	struct page page;
	struct watch *watch = watch_begin(&page);
	struct event event, call = make_event(EVENT_CALL, watch->counter);

	(void)state;
	disrupt(watch, &page);
	call.time_ns = AT_NS(watch->counter);
	call.path = PATH_DEV_READ;
	call.who.pid = call.who.tid = 7;
	call.result = 4096;
	give(watch, call);
	call.result = -EFAULT;
	give(watch, call);
	event = make_tally(watch, 7, 7, PATH_DEV_READ, 6);
	event.tally.errors[PATH_DEV_READ] = 2;
	event.tally.uses[PATH_DEV_OPEN] = 1;
	event.tally.uses[PATH_IOCTL_OTHER] = 1;
	give(watch, event);
	assert_int_equal(the_reader(watch)->reads, 4);
	assert_int_equal(watch->last.reader[0].errors.unknown[ERROR_NOT_SEEN], 4);
	watch_free(watch);
}

/* A whole call is not a use of its own beside the reads in it. */
static void calls_around_reads_do_not_count(void **state)
{
	struct page page;
	struct watch *watch = watch_begin(&page);
	struct event call = make_event(EVENT_CALL, watch->counter);

	(void)state;
	disrupt(watch, &page);
	call.path = PATH_CLOCK_GETTIME;
	call.who.pid = call.who.tid = 7;
	read_seen(watch, &page, 7, 1);
	give(watch, call);
	tally(watch, 7, PATH_CLOCK_GETTIME, 2);
	assert_int_equal(the_reader(watch)->reads, 2);
	watch_free(watch);
}

static void whom_the_kernel_does_not_list_is_counted_as_unlisted(void **state)
{
	struct page page;
	struct watch *watch = watch_begin(&page);

	(void)state;
	disrupt(watch, &page);
	tally(watch, 0, PATH_CLOCK_GETTIME, 12);
	judge_finish(watch->judge);
	assert_int_equal(watch->last.readers, 0);
	assert_int_equal(watch->last.reads_unlisted, 12);
	watch_free(watch);
}

static uint64_t reads_told(const struct incident *incident)
{
	uint64_t reads = incident->reads_unlisted + incident->reads_unjudged;

	for (size_t i = 0; i < incident->readers; i++)
		reads += incident->reader[i].reads;
	return reads;
}

/*
 * However many threads there are: each one's only read was seen, so there is nothing else to tell.
 */
static void more_threads_than_fit_count_once_all_the_same(void **state)
{
	const uint32_t threads = 5000;
	struct page page;
	struct watch *watch = watch_begin(&page);

	(void)state;
	disrupt(watch, &page);
	for (uint32_t tid = 1; tid <= threads; tid++)
		read_seen(watch, &page, tid, 1);
	for (uint32_t tid = 1; tid <= threads; tid++)
		tally(watch, tid, PATH_CLOCK_GETTIME, 1);
	judge_finish(watch->judge);
	assert_int_equal(reads_told(&watch->last), threads);
	watch_free(watch);
}

/* A recording may hold any number: the most that is counted is a reader all the same. */
static void counts_without_end_are_counted_once(void **state)
{
	struct page page;
	struct watch *watch = watch_begin(&page);

	(void)state;
	disrupt(watch, &page);
	for (int i = 0; i < 4; i++)
		tally(watch, 7, PATH_CLOCK_GETTIME, UINT64_MAX);
	assert_int_equal(the_reader(watch)->reads, INT64_MAX / 2);
	watch_free(watch);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(who_is_only_counted_is_a_reader),
		cmocka_unit_test(what_was_seen_is_not_counted_again),
		cmocka_unit_test(what_is_seen_read_by_read_is_not_counted_at_all),
		cmocka_unit_test(who_stopped_before_the_window_is_no_reader),
		cmocka_unit_test(threads_add_up_to_their_process_by_path),
		cmocka_unit_test(of_the_page_itself_only_what_succeeds_counts),
		cmocka_unit_test(calls_around_reads_do_not_count),
		cmocka_unit_test(whom_the_kernel_does_not_list_is_counted_as_unlisted),
		cmocka_unit_test(more_threads_than_fit_count_once_all_the_same),
		cmocka_unit_test(counts_without_end_are_counted_once),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
