// SPDX-License-Identifier: GPL-2.0-or-later
/* store/codec.h: what is written is read, and nothing else is taken. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "store/codec.h"

#define DETAIL_BYTES (sizeof(struct event) - offsetof(struct event, read))

/* The detail of @a is that of @b. */
static void same(const struct event *a, const struct event *b)
{
	assert_memory_equal((const char *)a + offsetof(struct event, read),
			    (const char *)b + offsetof(struct event, read), DETAIL_BYTES);
}

static void round_trip(const struct event *event)
{
	uint8_t bytes[CODEC_BYTES];
	struct event back = {.type = event->type};
	size_t length = codec_encode(event, bytes);

	assert_true(length <= CODEC_BYTES);
	assert_int_equal(codec_decode(bytes, length, &back), 0);
	same(event, &back);
}

static void each_type(void **state)
{
	struct event read = {.type = EVENT_READ,
			     .read = {.counter_source = COUNTER_SNAPSHOT,
				      .counter = UINT64_MAX,
				      .sec = INT64_MIN,
				      .nsec = 999999999,
				      .ioctl = UINT32_MAX,
				      .n_samples = 25,
				      .via_kvmclock = true,
				      .cause = CAUSE_NOT_BY_PAGE}};
	struct event tally = {.type = EVENT_TALLY, .tally = {.gone = true, .last_ns = 5}};
	struct event latency = {.type = EVENT_LATENCY, .latency = {.count = 3, .max_ns = 9}};
	struct event hooks = {.type = EVENT_HOOKS,
			      .hooks = {.driver = true,
					.missing = 2,
					.news = HOOKS_AGAIN,
					.unseen_since_ns = UINT64_MAX}};
	struct event change = {
		.type = EVENT_CLOCK_CHANGE,
		.change = {.how = CLOCK_NEW_SOURCE, .step = {-1, INT64_MAX}, .old_ppt = INT64_MIN}};
	struct event clock = {.type = EVENT_CLOCK,
			      .clock = {.clock = OBSERVED_OTHER,
					.scale = SCALE_TAI,
					.ticks = {1, 2, 3},
					.at = {-5, 999999999},
					.has_claim = true,
					.kernel_tai_offset_sec = -37}};
	struct event lost = {.type = EVENT_LOSS, .losses = {.failure_unlisted = UINT64_MAX}};
	struct event tick = {.type = EVENT_TICK, .tick = {.counter_hz = 1}};
	struct event device = {.type = EVENT_DEVICE, .device_state = DEVICE_LOST};
	struct event mapper = {.type = EVENT_MAPPER,
			       .mapper = {.news = MAPPER_GONE, .mappings = 7}};

	(void)state;
	tally.tally.uses[EVENT_PATHS - 1] = UINT64_MAX;
	tally.tally.errors[0] = 1;
	latency.latency.bucket[HISTOGRAM_BUCKETS - 1] = 3;
	memset(hooks.hooks.failed, 'x', sizeof(hooks.hooks.failed));
	memset(change.change.source, '\xff', sizeof(change.change.source));
	round_trip(&read);
	round_trip(&tally);
	round_trip(&latency);
	round_trip(&hooks);
	round_trip(&change);
	round_trip(&clock);
	round_trip(&lost);
	round_trip(&tick);
	round_trip(&device);
	round_trip(&mapper);
}

/* The bytes of a read of version 1, laid down: what is on disks must stay readable. */
static void format_stays(void **state)
{
	static const uint8_t written[] = {1, 0xac, 0x02, 0x03, 0x05};
	struct event event = {.type = EVENT_READ};
	uint8_t bytes[CODEC_BYTES];

	(void)state;
	assert_int_equal(codec_decode(written, sizeof(written), &event), 0);
	assert_int_equal(event.read.counter_source, COUNTER_SYSTEM);
	assert_int_equal(event.read.counter, 300);
	assert_int_equal(event.read.sec, -2);
	assert_int_equal(event.read.nsec, 5);
	assert_int_equal(codec_encode(&event, bytes), sizeof(written));
	assert_memory_equal(bytes, written, sizeof(written));
}

static void refused(void **state)
{
	static const uint8_t source_past_end[] = {3};
	static const uint8_t cut_number[] = {1, 0x80};
	static const uint8_t past_64_bits[] = {1,    0xff, 0xff, 0xff, 0xff, 0xff,
					       0xff, 0xff, 0xff, 0xff, 0x02};
	static const uint8_t nsec_past_32_bits[] = {0, 0, 0, 0xff, 0xff, 0xff, 0xff, 0x1f};
	static const uint8_t more_than_fields[] = {0, 0, 0, 0, 0, 0, 0, 0, 0};
	static const uint8_t text_past_end[] = {1, 0, 0, 0, 5, 'a'};
	static const uint8_t no_detail[] = {0};
	const struct {
		enum event_type type;
		const uint8_t *bytes;
		size_t length;
	} cases[] = {
		{EVENT_READ, source_past_end, sizeof(source_past_end)},
		{EVENT_READ, cut_number, sizeof(cut_number)},
		{EVENT_READ, past_64_bits, sizeof(past_64_bits)},
		{EVENT_READ, nsec_past_32_bits, sizeof(nsec_past_32_bits)},
		{EVENT_READ, more_than_fields, sizeof(more_than_fields)},
		{EVENT_HOOKS, text_past_end, sizeof(text_past_end)},
		{EVENT_TYPES, no_detail, sizeof(no_detail)},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct event event = {.type = cases[i].type};

		assert_int_equal(codec_decode(cases[i].bytes, cases[i].length, &event), -EINVAL);
	}
}

/* Whatever is taken is what would be written: no two meanings, and no value out of its range. */
static void any_bytes(void **state)
{
	uint8_t bytes[40], again[CODEC_BYTES];
	size_t taken = 0;

	(void)state;
	srand(4711);
	for (int i = 0; i < 200000; i++) {
		struct event event = {.type = (enum event_type)(rand() % EVENT_TYPES)};
		struct event back = {.type = event.type};
		size_t length = (size_t)rand() % sizeof(bytes);

		for (size_t n = 0; n < length; n++)
			bytes[n] = (uint8_t)(rand() % 4 ? rand() % 4 : rand());
		if (codec_decode(bytes, length, &event))
			continue;
		taken++;
		assert_int_equal(codec_decode(again, codec_encode(&event, again), &back), 0);
		same(&event, &back);
	}
	assert_true(taken > 1000);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_type),
		cmocka_unit_test(format_stays),
		cmocka_unit_test(refused),
		cmocka_unit_test(any_bytes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
