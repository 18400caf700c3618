// SPDX-License-Identifier: GPL-2.0-or-later
#include "store/codec.h"

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

enum kind {
	UNSIGNED,
	SIGNED,
	BYTES, /* text that ends at its first NUL, or with its field */
};

struct field {
	enum event_type type;
	const char *name; /* the member's */
	enum kind kind;
	uint16_t offset; /* within struct event */
	uint16_t width;	 /* bytes: of the number, or of the text */
	uint16_t count;	 /* numbers in a row */
	uint32_t most;	 /* the largest value that is allowed; 0: any that fits */
};

#define WIDTH(member) sizeof(((struct event *)NULL)->member)
#define AT(type, member)                                                                           \
	type, #member, .offset = offsetof(struct event, member), .width = WIDTH(member)
#define U(type, member)                                                                            \
	{                                                                                          \
		AT(type, member), .kind = UNSIGNED, .count = 1                                     \
	}
#define I(type, member)                                                                            \
	{                                                                                          \
		AT(type, member), .kind = SIGNED, .count = 1                                       \
	}
#define B(type, member)                                                                            \
	{                                                                                          \
		AT(type, member), .kind = UNSIGNED, .count = 1, .most = 1                          \
	}
#define E(type, member, values)                                                                    \
	{                                                                                          \
		AT(type, member), .kind = UNSIGNED, .count = 1, .most = (values)-1                 \
	}
#define T(type, member)                                                                            \
	{                                                                                          \
		AT(type, member), .kind = BYTES, .count = 1                                        \
	}
#define RUN(type, member, n)                                                                       \
	{                                                                                          \
		type, #member, .kind = UNSIGNED, .offset = offsetof(struct event, member),         \
			       .width = 8, .count = (n)                                            \
	}

/* In the order of the types, and within each in the order of the bytes. */
static const struct field fields[] = {
	E(EVENT_READ, read.counter_source, COUNTER_SNAPSHOT + 1),
	U(EVENT_READ, read.counter),
	I(EVENT_READ, read.sec),
	U(EVENT_READ, read.nsec),
	U(EVENT_READ, read.ioctl),
	U(EVENT_READ, read.n_samples),
	B(EVENT_READ, read.via_kvmclock),
	E(EVENT_READ, read.cause, EVENT_CAUSES),
	U(EVENT_CALL, call.ioctl),
	U(EVENT_CALL, call.n_samples),
	U(EVENT_CALL, call.reads),
	U(EVENT_CALL, call.wake_ns),
	E(EVENT_CALL, call.cause, EVENT_CAUSES),
	T(EVENT_CALL, call.source),
	RUN(EVENT_TALLY, tally.uses, EVENT_PATHS),
	RUN(EVENT_TALLY, tally.errors, EVENT_PATHS),
	U(EVENT_TALLY, tally.measured),
	U(EVENT_TALLY, tally.moved),
	U(EVENT_TALLY, tally.via_kvmclock),
	U(EVENT_TALLY, tally.first_ns),
	U(EVENT_TALLY, tally.last_ns),
	U(EVENT_TALLY, tally.last_error_ns),
	U(EVENT_TALLY, tally.worst_ns),
	U(EVENT_TALLY, tally.worst_below_ns),
	B(EVENT_TALLY, tally.gone),
	U(EVENT_PAGE, sample.ticks.counter_id),
	U(EVENT_PAGE, sample.ticks.before),
	U(EVENT_PAGE, sample.ticks.after),
	U(EVENT_PAGE, sample.retries),
	E(EVENT_CLOCK, clock.clock, OBSERVED_CLOCKS),
	E(EVENT_CLOCK, clock.scale, SCALE_TAI + 1),
	U(EVENT_CLOCK, clock.ticks.counter_id),
	U(EVENT_CLOCK, clock.ticks.before),
	U(EVENT_CLOCK, clock.ticks.after),
	I(EVENT_CLOCK, clock.at.tv_sec),
	E(EVENT_CLOCK, clock.at.tv_nsec, NSEC_PER_SEC),
	B(EVENT_CLOCK, clock.has_claim),
	U(EVENT_CLOCK, clock.max_error_ns),
	I(EVENT_CLOCK, clock.kernel_tai_offset_sec),
	E(EVENT_CLOCK, clock.reference.kind, REFERENCE_KINDS),
	I(EVENT_CLOCK, clock.reference.number),
	E(EVENT_CLOCK, clock.reference.way, REFERENCE_WAYS),
	E(EVENT_CLOCK, clock.reference.scale_source, REFERENCE_SOURCES),
	E(EVENT_CLOCK, clock.reference.claim_source, REFERENCE_SOURCES),
	T(EVENT_CLOCK, clock.reference.name),
	I(EVENT_CLOCK, clock.realtime_before.tv_sec),
	E(EVENT_CLOCK, clock.realtime_before.tv_nsec, NSEC_PER_SEC),
	I(EVENT_CLOCK, clock.realtime_after.tv_sec),
	E(EVENT_CLOCK, clock.realtime_after.tv_nsec, NSEC_PER_SEC),
	U(EVENT_LATENCY, latency.count),
	U(EVENT_LATENCY, latency.sum_ns),
	U(EVENT_LATENCY, latency.max_ns),
	RUN(EVENT_LATENCY, latency.bucket, HISTOGRAM_BUCKETS),
	E(EVENT_FAILURES, failures.cause, EVENT_CAUSES),
	U(EVENT_FAILURES, failures.count),
	T(EVENT_FAILURES, failures.source),
	B(EVENT_HOOKS, hooks.driver),
	U(EVENT_HOOKS, hooks.fentry),
	U(EVENT_HOOKS, hooks.kprobe),
	U(EVENT_HOOKS, hooks.missing),
	T(EVENT_HOOKS, hooks.failed),
	E(EVENT_HOOKS, hooks.news, HOOKS_NEWS),
	U(EVENT_HOOKS, hooks.unseen_since_ns),
	E(EVENT_CLOCK_CHANGE, change.how, CLOCK_CHANGES),
	I(EVENT_CLOCK_CHANGE, change.step.lo_ns),
	I(EVENT_CLOCK_CHANGE, change.step.hi_ns),
	I(EVENT_CLOCK_CHANGE, change.old_ppt),
	I(EVENT_CLOCK_CHANGE, change.new_ppt),
	T(EVENT_CLOCK_CHANGE, change.source),
	B(EVENT_NOTIFICATION, notification.has_seq),
	U(EVENT_NOTIFICATION, notification.seq),
	E(EVENT_DEVICE, device_state, DEVICE_LOST + 1),
	U(EVENT_LOSS, losses.made),
	U(EVENT_LOSS, losses.seen),
#define LOSS(name, effect, label, about) U(EVENT_LOSS, losses.name),
	EVENT_LOSSES(LOSS) E(EVENT_MAPPER, mapper.news, MAPPER_NEWS),
	U(EVENT_MAPPER, mapper.not_before_ns),
	U(EVENT_MAPPER, mapper.address),
	U(EVENT_MAPPER, mapper.mappings),
	U(EVENT_TICK, tick.due_ns),
	U(EVENT_TICK, tick.last_ns),
	U(EVENT_TICK, tick.waited_ns),
	U(EVENT_TICK, tick.ticks.counter_id),
	U(EVENT_TICK, tick.ticks.before),
	U(EVENT_TICK, tick.ticks.after),
	U(EVENT_TICK, tick.last_counter),
	U(EVENT_TICK, tick.counter_hz),
};

#define FIELDS (sizeof(fields) / sizeof(fields[0]))

/* A new field of an event belongs at the end of its type above. */
#define KNOWN(type, bytes)                                                                         \
	_Static_assert(sizeof(struct type) == (bytes), "store: " #type " has grown")
KNOWN(event_read, 48);
KNOWN(event_call, 64);
KNOWN(event_tally, 248);
KNOWN(event_page_sample, 32);
KNOWN(event_clock, 152);
KNOWN(histogram, 536);
KNOWN(event_failures, 48);
KNOWN(event_hooks, 128);
KNOWN(event_clock_change, 72);
KNOWN(event_notification, 8);
KNOWN(event_losses, 96);
KNOWN(event_mapper, 32);
KNOWN(event_tick, 64);

/* The index of the first field of @type, FIELDS if it has none. */
static size_t first_field(enum event_type type)
{
	size_t i = 0;

	while (i < FIELDS && fields[i].type != type)
		i++;
	return i;
}

static size_t put_number(uint8_t *out, uint64_t value)
{
	size_t length = 0;

	for (; value >= 0x80; value >>= 7)
		out[length++] = (uint8_t)(value | 0x80);
	out[length++] = (uint8_t)value;
	return length;
}

/* Returns how many bytes the number at @bytes has, 0 if it is cut off or past 64 bits. */
static size_t take_number(const uint8_t *bytes, size_t left, uint64_t *value)
{
	uint64_t sum = 0;

	for (size_t i = 0; i < left && i < 10; i++) {
		if (i == 9 && bytes[i] > 1)
			return 0;
		sum |= (uint64_t)(bytes[i] & 0x7f) << (7 * i);
		if (!(bytes[i] & 0x80)) {
			*value = sum;
			return i + 1;
		}
	}
	return 0;
}

static uint64_t load(const uint8_t *at, const struct field *field)
{
	uint64_t value = 0;
	int64_t number;
	unsigned int unused = 64 - 8 * field->width;

	/* Only little-endian machines run this: the page itself is so. */
	memcpy(&value, at, field->width);
	if (field->kind != SIGNED)
		return value;
	number = (int64_t)(value << unused) >> unused;
	return (uint64_t)number << 1 ^ (uint64_t)(number >> 63);
}

static bool fits(uint64_t value, const struct field *field)
{
	uint64_t largest = field->most	       ? field->most
			   : field->width >= 8 ? UINT64_MAX
					       : (1ull << 8 * field->width) - 1;

	/* Zigzag takes as many bits as the number has: the same limit holds. */
	return value <= largest;
}

static void keep(uint8_t *at, const struct field *field, uint64_t value)
{
	if (field->kind == SIGNED)
		value = value >> 1 ^ (0 - (value & 1));
	memcpy(at, &value, field->width);
}

size_t codec_encode(const struct event *event, uint8_t out[CODEC_BYTES])
{
	const uint8_t *base = (const uint8_t *)event;
	size_t used = 0;

	for (size_t i = first_field(event->type); i < FIELDS && fields[i].type == event->type;
	     i++) {
		const struct field *field = &fields[i];
		const uint8_t *at = base + field->offset;

		if (field->kind == BYTES) {
			size_t length = strnlen((const char *)at, field->width);

			used += put_number(out + used, length);
			memcpy(out + used, at, length);
			used += length;
			continue;
		}
		for (size_t n = 0; n < field->count; n++, at += field->width)
			used += put_number(out + used, load(at, field));
	}
	/* No number but 0 ends with a 0, and what is cut off reads as that. */
	while (used && !out[used - 1])
		used--;
	return used;
}

/* The bytes of one field from @bytes; how many there were in @used. */
static int take_field(const struct field *field, const uint8_t *bytes, size_t left, uint8_t *at,
		      size_t *used)
{
	uint64_t value;
	size_t length = 0, n;

	for (size_t i = 0; i < field->count && length < left; i++, at += field->width) {
		n = take_number(bytes + length, left - length, &value);
		length += n;
		if (!n)
			return -EINVAL;
		if (field->kind == BYTES) {
			if (value > field->width || value > left - length ||
			    memchr(bytes + length, '\0', value))
				return -EINVAL;
			memcpy(at, bytes + length, value);
			length += value;
		} else if (fits(value, field)) {
			keep(at, field, value);
		} else {
			return -EINVAL;
		}
	}
	*used = length;
	return 0;
}

int codec_decode(const uint8_t *bytes, size_t length, struct event *event)
{
	uint8_t *base = (uint8_t *)event;
	size_t used;

	for (size_t i = first_field(event->type);
	     i < FIELDS && fields[i].type == event->type && length; i++) {
		if (take_field(&fields[i], bytes, length, base + fields[i].offset, &used))
			return -EINVAL;
		bytes += used;
		length -= used;
	}
	return length ? -EINVAL : 0;
}

bool codec_field_text(size_t i, enum event_type *type, char out[CODEC_FIELD_BYTES])
{
	const struct field *field = &fields[i];
	const char *dot;

	if (i >= FIELDS)
		return false;
	dot = strchr(field->name, '.');
	*type = field->type;
	if (field->count > 1)
		snprintf(out, CODEC_FIELD_BYTES, "%s (%u of them)", dot + 1, field->count);
	else
		snprintf(out, CODEC_FIELD_BYTES, "%s%s", dot ? dot + 1 : field->name,
			 field->kind == SIGNED	? " (signed)"
			 : field->kind == BYTES ? " (text)"
						: "");
	return true;
}
