// SPDX-License-Identifier: GPL-2.0-or-later
/* Snapshots and the fast path while a writer storms: nothing torn is ever taken for whole. */
#include <errno.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <time.h>

#include "page/now.h"
#include "page/seqlock.h"
#include "page_make.h"

#define READS 300000

/* A page that a thread updates without pause, and a stop sign for it. */
struct storm {
	_Alignas(4096) volatile uint64_t words[VMCLOCK_ABI_BYTES / 8];
	atomic_bool stop;
	pthread_t thread;
};

static volatile uint32_t *seq_of(struct storm *storm)
{
	return (volatile uint32_t *)storm->words + 3;
}

/*
 * Each update sets fields at both ends of the page from one number: marker = n, time_sec = n,
 * time_frac_sec = ~n, vm_generation_counter = n. The period is too short to add anything.
 */
static void write_update(struct storm *storm, uint64_t n)
{
	uint32_t seq = *seq_of(storm);

	*seq_of(storm) = seq | 1;
	atomic_thread_fence(memory_order_seq_cst);
	storm->words[0x10 / 8] = n;
	storm->words[0x48 / 8] = n;
	storm->words[0x50 / 8] = ~n;
	storm->words[0x68 / 8] = n;
	atomic_thread_fence(memory_order_seq_cst);
	*seq_of(storm) = (seq | 1) + 1;
}

/* Short pauses of changing length, so that readers also succeed. */
static void *storm_thread(void *argument)
{
	struct storm *storm = argument;

	for (uint64_t n = 1; !atomic_load(&storm->stop); n++) {
		write_update(storm, n);
		for (volatile uint64_t i = 0; i < n % 64; i++)
			;
	}
	return NULL;
}

static void storm_begin(struct storm *storm)
{
	struct page page = make_full_page();

	make_field(&page, PAGE_PERIOD_FRAC_SEC, 1);
	make_field(&page, PAGE_PERIOD_SHIFT, 127);
	memcpy((void *)storm->words, page.bytes, sizeof(page.bytes));
	atomic_store(&storm->stop, false);
	write_update(storm, 0);
	assert_int_equal(pthread_create(&storm->thread, NULL, storm_thread, storm), 0);
}

static void storm_end(struct storm *storm)
{
	atomic_store(&storm->stop, true);
	pthread_join(storm->thread, NULL);
}

static void check_whole(const struct page *page)
{
	uint64_t n = page_get(page, PAGE_DISRUPTION_MARKER);

	assert_int_equal(page_get(page, PAGE_SEQ_COUNT) & 1, 0);
	assert_int_equal(page_get(page, PAGE_TIME_SEC), n);
	assert_int_equal(page_get(page, PAGE_TIME_FRAC_SEC), ~n);
	assert_int_equal(page_get(page, PAGE_VM_GENERATION), n);
}

static void copies_are_whole_or_marked_torn(void **state)
{
	const struct page_wait one_try = {0}, wait = {.budget_ns = PAGE_WAIT_DRIVER_NS};
	size_t whole = 0, torn = 0;
	struct storm storm;
	uint64_t last = 0;

	(void)state;
	storm_begin(&storm);
	for (int i = 0; i < READS; i++) {
		struct page_copy copy;
		int err = page_copy_mapped(storm.words, VMCLOCK_ABI_BYTES, i % 2 ? wait : one_try,
					   &copy);

		assert_int_equal(err, copy.torn ? -ETIMEDOUT : 0);
		assert_true(copy.counter_before <= copy.counter_after);
		if (copy.torn) {
			torn++;
			continue;
		}
		check_whole(&copy.page);
		/* Time does not run backwards between one reader's copies. */
		assert_true(page_get(&copy.page, PAGE_DISRUPTION_MARKER) >= last);
		last = page_get(&copy.page, PAGE_DISRUPTION_MARKER);
		whole++;
	}
	storm_end(&storm);
	print_message("%zu whole, %zu torn of %d; %llu updates\n", whole, torn, READS,
		      (unsigned long long)storm.words[0x10 / 8]);
	assert_true(whole > READS / 100);
}

static void fast_readings_are_whole(void **state)
{
	struct storm storm;
	size_t busy = 0;

	(void)state;
	storm_begin(&storm);
	for (int i = 0; i < READS; i++) {
		struct page_now now = {.counter = 0};
		uint64_t bound;
		int err = i % 2 ? page_now(storm.words, &now)
				: page_now_bounded(storm.words, &now, &bound);

		if (err == -EBUSY) {
			busy++;
			continue;
		}
		assert_int_equal(err, 0);
		assert_int_equal(now.at.sec, now.marker);
		assert_int_equal(now.at.frac, ~now.marker);
	}
	storm_end(&storm);
	print_message("%zu busy of %d\n", busy, READS);
	assert_true(busy < READS);
}

static int64_t now_ns(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (int64_t)ts.tv_sec * NSEC_PER_SEC + ts.tv_nsec;
}

static void a_stuck_writer_ends_the_wait(void **state)
{
	_Alignas(8) struct page page = make_full_page();
	struct page_now now = {.counter = 77};
	struct page_copy copy;
	int64_t start_ns;

	(void)state;
	make_field(&page, PAGE_SEQ_COUNT, 7);
	assert_int_equal(page_copy_mapped(page.bytes, 0x70, (struct page_wait){.tries = 9}, &copy),
			 -ETIMEDOUT);
	assert_true(copy.torn);
	assert_int_equal(copy.retries, 8);
	assert_memory_equal(copy.page.bytes, page.bytes, sizeof(page.bytes));

	start_ns = now_ns();
	assert_int_equal(page_copy_mapped(page.bytes, 0x70,
					  (struct page_wait){.budget_ns = 20000000}, &copy),
			 -ETIMEDOUT);
	assert_true(now_ns() - start_ns >= 20000000);
	assert_true(copy.retries > 10);

	assert_int_equal(page_now((const void *)page.bytes, &now), -EBUSY);
	assert_int_equal(now.counter, 77);
}

/* What the writer does between two fetches. */
struct scripted {
	struct page page;
	int fetches;
	int bump_at;  /* update after that many fetches, 0 never */
	int error_at; /* fail at that one */
};

static int fetch_scripted(void *context, uint32_t offset, void *out, uint32_t bytes)
{
	struct scripted *script = context;

	script->fetches++;
	if (script->fetches == script->error_at)
		return -EBADF;
	if (offset >= script->page.length)
		return 0;
	if (bytes > script->page.length - offset)
		bytes = script->page.length - offset;
	memcpy(out, script->page.bytes + offset, bytes);
	if (script->fetches == script->bump_at)
		make_field(&script->page, PAGE_SEQ_COUNT,
			   page_get(&script->page, PAGE_SEQ_COUNT) + 2);
	return (int)bytes;
}

static void an_update_between_any_two_fetches_is_seen(void **state)
{
	const struct page_wait one_try = {0}, two_tries = {.tries = 2};

	(void)state;
	for (int bump = 1; bump <= 2; bump++) {
		struct scripted script = {.page = make_full_page(), .bump_at = bump};
		struct page_copy copy;

		assert_int_equal(page_copy_fetched(fetch_scripted, &script, one_try, &copy),
				 -ETIMEDOUT);
		assert_true(copy.torn);
		script.fetches = 0;
		assert_int_equal(page_copy_fetched(fetch_scripted, &script, two_tries, &copy), 0);
		assert_int_equal(copy.retries, 1);
		assert_false(copy.torn);
	}
}

static void a_failing_fetch_ends_it_and_touches_nothing(void **state)
{
	(void)state;
	for (int at = 1; at <= 3; at++) {
		struct scripted script = {.page = make_full_page(), .error_at = at};
		struct page_copy copy = {.retries = 4711};

		assert_int_equal(page_copy_fetched(fetch_scripted, &script,
						   (struct page_wait){.tries = 5}, &copy),
				 -EBADF);
		assert_int_equal(copy.retries, 4711);
	}
}

/* Where there is no page, seq_count is any four bytes: nobody waits for them to become even. */
static void what_is_no_page_is_not_waited_for(void **state)
{
	_Alignas(8) uint8_t ones[VMCLOCK_ABI_BYTES];
	const struct page_wait wait = {.budget_ns = INT64_MAX};
	struct page_copy copy;

	(void)state;
	memset(ones, 0xff, sizeof(ones));
	assert_int_equal(page_copy_mapped(ones, sizeof(ones), wait, &copy), 0);
	assert_false(copy.torn);
	assert_int_equal(page_mode(&copy.page), PAGE_INVALID);
	for (uint32_t length = 0; length < PAGE_HEADER_BYTES; length++) {
		assert_int_equal(page_copy_mapped(ones, length, wait, &copy), 0);
		assert_int_equal(copy.page.length, length);
		assert_int_equal(copy.page.bytes[length], 0);
	}
}

static void fast_path_refuses_what_it_must(void **state)
{
	_Alignas(8) struct page page = make_full_page();
	struct page_now now = {.counter = 77};
	uint64_t bound = 4711;

	(void)state;
	assert_int_equal(page_now(page.bytes, &now), 0);
	assert_true(now.at.sec >= 1800000000);
	now.counter = 77;
	make_field(&page, PAGE_COUNTER_ID, COUNTER_NATIVE_ID ^ 1);
	assert_int_equal(page_now(page.bytes, &now), -ENODATA);
	page = make_full_page();
	make_field(&page, PAGE_CLOCK_STATUS, VMCLOCK_STATUS_UNRELIABLE);
	assert_int_equal(page_now(page.bytes, &now), -ESTALE);
	page = make_full_page();
	make_field(&page, PAGE_PERIOD_SHIFT, 200);
	assert_int_equal(page_now(page.bytes, &now), -EDOM);
	page = make_full_page();
	make_field(&page, PAGE_FLAGS, 0);
	assert_int_equal(page_now_bounded(page.bytes, &now, &bound), -ENOTSUP);
	assert_int_equal(now.counter, 77);
	assert_int_equal(bound, 4711);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(copies_are_whole_or_marked_torn),
		cmocka_unit_test(fast_readings_are_whole),
		cmocka_unit_test(a_stuck_writer_ends_the_wait),
		cmocka_unit_test(an_update_between_any_two_fetches_is_seen),
		cmocka_unit_test(a_failing_fetch_ends_it_and_touches_nothing),
		cmocka_unit_test(what_is_no_page_is_not_waited_for),
		cmocka_unit_test(fast_path_refuses_what_it_must),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
