// SPDX-License-Identifier: GPL-2.0-or-later
/* Details of events as a recording holds them, decoded, encoded again and judged. */
#include "fuzz_judge.h"

#include "store/codec.h"

#define PAGES 4

struct __attribute__((packed)) head {
	uint8_t type, path, page_state, flags, delta_shift, delta, page, bytes;
	int8_t device;
	uint32_t latency;
	int32_t result;
	uint16_t pid, tid;
};

/* What can be decoded is encoded to bytes that say the same. */
static void encode(const struct event *event)
{
	uint8_t once[CODEC_BYTES], twice[CODEC_BYTES];
	size_t length = codec_encode(event, once), again;
	struct event other = {.type = event->type};

	CHECK(length <= CODEC_BYTES);
	CHECK(!codec_decode(once, length, &other));
	again = codec_encode(&other, twice);
	CHECK(again == length && !memcmp(once, twice, length));
}

static void take_pages(const uint8_t **data, size_t *size, struct page pages[PAGES])
{
	uint8_t bytes[VMCLOCK_ABI_BYTES];

	for (int i = 0; i < PAGES; i++) {
		uint8_t length = fuzz_byte(data, size);

		fuzz_take(data, size, bytes, sizeof(bytes));
		page_from_bytes(&pages[i], bytes, length ? sizeof(bytes) : length);
	}
}

static bool take_event(const uint8_t **data, size_t *size, const struct page pages[PAGES],
		       uint64_t *now_ns, struct event *event)
{
	struct head head;
	size_t bytes;
	uint64_t delta;
	int bad;

	fuzz_take(data, size, &head, sizeof(head));
	delta = (uint64_t)head.delta << (head.delta_shift % 64);
	*now_ns = head.flags & 8 ? *now_ns - delta : *now_ns + delta;
	*event = (struct event){.type = head.type % EVENT_TYPES,
				.path = head.path % EVENT_PATHS,
				.page_state = head.page_state % 4,
				.latency_ns = (uint64_t)head.latency << (head.flags >> 4),
				.latency_is_bound = head.flags & 1,
				.is_slow = head.flags & 2,
				.is_phc = head.flags & 4,
				.device = head.device,
				.result = head.result,
				.time_ns = *now_ns,
				.who = {.pid = head.pid, .tid = head.tid},
				.page = pages[head.page % PAGES]};
	memset(event->who.comm, head.pid & 0xff, sizeof(event->who.comm));
	bytes = head.bytes < *size ? head.bytes : *size;
	bad = codec_decode(*data, bytes, event);
	*data += bytes;
	*size -= bytes;
	return !bad;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct judge *judge = fuzz_judge();
	uint64_t now_ns = 100000000000;
	struct page pages[PAGES];
	struct event event;

	take_pages(&data, &size, pages);
	while (size) {
		if (!take_event(&data, &size, pages, &now_ns, &event))
			continue;
		encode(&event);
		judge_event(judge, &event);
	}
	fuzz_judged(judge);
	return 0;
}
