// SPDX-License-Identifier: GPL-2.0-or-later
/* compare/references.h: PTP clocks beside the page, and which is the witness. */
#include <errno.h>

#include "compare/references.h"
#include "page_make.h"
#include "show/witness_words.h"

/* ptpN of @kind, CLOCK_REALTIME @off_ns from it, both at one counter value. */
static struct event reading_of(enum reference_kind kind, int32_t number, int64_t off_ns)
{
	struct event event = {.type = EVENT_CLOCK};

	event.clock = (struct event_clock){
		.clock = OBSERVED_PHC_OTHER,
		.scale = SCALE_UTC,
		.at = {.tv_sec = 1000, .tv_nsec = 500000000},
		.reference = {.kind = kind, .number = number, .way = REFERENCE_PRECISE},
	};
	strcpy(event.clock.reference.name, "a clock");
	event.clock.realtime_before = event.clock.at;
	event.clock.realtime_before.tv_nsec += off_ns;
	event.clock.realtime_after = event.clock.realtime_before;
	return event;
}

static void each_is_held_against_realtime(void **state)
{
	struct compared_references references = {0};
	struct event event = reading_of(REFERENCE_KVM, 0, -250000000);
	char text[WITNESS_TEXT_BYTES + 96];

	(void)state;
	compared_references_add(&references, &event, 0);
	assert_int_equal(references.count, 1);
	assert_int_equal(references.clock[0].realtime_why, 0);
	assert_true(interval_has(references.clock[0].realtime, -250000000));
	assert_int_not_equal(references.clock[0].page_why, 0);
	assert_int_equal(references.witness.rank, WITNESS_HOST);
	witness_words(&references.witness, references.offset, text, sizeof(text));
	assert_string_equal(text, "CLOCK_REALTIME is 250.000 ms behind, by the host's clock (a "
				  "clock), which claims no bound");
}

static void the_best_is_the_witness(void **state)
{
	struct compared_references references = {0};
	struct event event = reading_of(REFERENCE_KVM, 0, -5000000);
	char text[WITNESS_TEXT_BYTES + 96];

	(void)state;
	compared_references_add(&references, &event, 0);
	event = reading_of(REFERENCE_ENA, 1, 100);
	event.clock.has_claim = true;
	event.clock.max_error_ns = 15000;
	compared_references_add(&references, &event, 0);
	event = reading_of(REFERENCE_HYPERV, 2, 7);
	compared_references_add(&references, &event, 0);
	assert_int_equal(references.witness.rank, WITNESS_BOUNDED);
	assert_int_equal(references.witness.reference.number, 1);
	assert_true(interval_has(references.offset, 100));
	witness_words(&references.witness, references.offset, text, sizeof(text));
	assert_non_null(strstr(text, "99 ns ahead"));
	assert_non_null(strstr(text, "claims to be within 15.000 us"));
}

static void one_that_cannot_be_read_is_no_witness(void **state)
{
	struct compared_references references = {0};
	struct event event = reading_of(REFERENCE_KVM, 3, 0);

	(void)state;
	compared_references_add(&references, &event, -EACCES);
	assert_int_equal(references.count, 1);
	assert_int_equal(references.clock[0].result, -EACCES);
	assert_int_equal(references.witness.rank, WITNESS_NONE);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_is_held_against_realtime),
		cmocka_unit_test(the_best_is_the_witness),
		cmocka_unit_test(one_that_cannot_be_read_is_no_witness),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
