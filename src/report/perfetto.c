// SPDX-License-Identifier: GPL-2.0-or-later
#include "report/perfetto.h"

#include <assert.h>
#include <inttypes.h>

#include "perfetto.pb-c.h"

/* Values of Perfetto's enumerations, which src/report/perfetto.proto leaves out. */
#define CLOCK_ID_REALTIME  1
#define CLOCK_ID_MONOTONIC 3
#define STATE_CLEARED	   1
#define UNIT_TIME_NS	   1
#define ORDERING_EXPLICIT  3
#define TYPE_SLICE_BEGIN   1
#define TYPE_SLICE_END	   2
#define TYPE_INSTANT	   3
#define TYPE_COUNTER	   4
#define OUR_SEQUENCE	   1
#define PACKET_TAG	   (1 << 3 | 2) /* field 1, of so many bytes */
#define PACKET_BYTES	   16384
#define EXACT_MOST	   ((int64_t)1 << 53)

/* A packet is small: what makes it long are texts, of which each is bounded by who gives it. */
static void put_packet(FILE *out, Perfetto__TracePacket *packet)
{
	uint8_t bytes[PACKET_BYTES];
	size_t length, left;

	packet->has_trusted_packet_sequence_id = true;
	packet->trusted_packet_sequence_id = OUR_SEQUENCE;
	length = perfetto__trace_packet__get_packed_size(packet);
	assert(length <= sizeof(bytes));
	fputc(PACKET_TAG, out);
	for (left = length; left >= 0x80; left >>= 7)
		fputc((int)(left & 0x7f) | 0x80, out);
	fputc((int)left, out);
	perfetto__trace_packet__pack(packet, bytes);
	fwrite(bytes, 1, length, out);
}

void perfetto_begin(FILE *out, uint64_t monotonic_ns, int64_t realtime_ns)
{
	Perfetto__ClockSnapshot__Clock monotonic = PERFETTO__CLOCK_SNAPSHOT__CLOCK__INIT;
	Perfetto__ClockSnapshot__Clock realtime = PERFETTO__CLOCK_SNAPSHOT__CLOCK__INIT;
	Perfetto__ClockSnapshot__Clock *clocks[] = {&monotonic, &realtime};
	Perfetto__ClockSnapshot snapshot = PERFETTO__CLOCK_SNAPSHOT__INIT;
	Perfetto__TracePacket packet = PERFETTO__TRACE_PACKET__INIT;

	monotonic.has_clock_id = monotonic.has_timestamp = true;
	monotonic.clock_id = CLOCK_ID_MONOTONIC;
	monotonic.timestamp = monotonic_ns;
	realtime.has_clock_id = realtime.has_timestamp = true;
	realtime.clock_id = CLOCK_ID_REALTIME;
	realtime.timestamp = (uint64_t)realtime_ns;
	snapshot.clocks = clocks;
	/* The format has no time before 1970. */
	snapshot.n_clocks = realtime_ns > 0 ? 2 : 1;
	snapshot.has_primary_trace_clock = true;
	snapshot.primary_trace_clock = CLOCK_ID_MONOTONIC;
	packet.has_sequence_flags = true;
	packet.sequence_flags = STATE_CLEARED;
	packet.data_case = PERFETTO__TRACE_PACKET__DATA_CLOCK_SNAPSHOT;
	packet.clock_snapshot = &snapshot;
	put_packet(out, &packet);
}

/* The library takes strings that are not const, and does not write to them. */
static char *text_of(const char *text)
{
	return (char *)(uintptr_t)text;
}

void perfetto_track(FILE *out, const struct perfetto_track *track)
{
	Perfetto__TrackDescriptor descriptor = PERFETTO__TRACK_DESCRIPTOR__INIT;
	Perfetto__ProcessDescriptor process = PERFETTO__PROCESS_DESCRIPTOR__INIT;
	Perfetto__ThreadDescriptor thread = PERFETTO__THREAD_DESCRIPTOR__INIT;
	Perfetto__CounterDescriptor counter = PERFETTO__COUNTER_DESCRIPTOR__INIT;
	Perfetto__TracePacket packet = PERFETTO__TRACE_PACKET__INIT;

	descriptor.has_uuid = true;
	descriptor.uuid = track->uuid;
	descriptor.has_parent_uuid = track->parent != 0;
	descriptor.parent_uuid = track->parent;
	descriptor.description = text_of(track->about);
	descriptor.has_sibling_order_rank = track->parent != 0 && track->rank;
	descriptor.sibling_order_rank = track->rank;
	switch (track->kind) {
	case PERFETTO_PROCESS:
		process.has_pid = true;
		process.pid = (int32_t)track->pid;
		process.process_name = text_of(track->name);
		descriptor.process = &process;
		break;
	case PERFETTO_THREAD:
		thread.has_pid = thread.has_tid = true;
		thread.pid = (int32_t)track->pid;
		thread.tid = (int32_t)track->tid;
		thread.thread_name = text_of(track->name);
		descriptor.thread = &thread;
		break;
	case PERFETTO_COUNTER:
		counter.has_unit = true;
		counter.unit = UNIT_TIME_NS;
		/* Those of one parent on one scale: so a low and a high bound can be compared. */
		counter.y_axis_share_key = text_of("ns");
		descriptor.counter = &counter;
		descriptor.name = text_of(track->name);
		break;
	case PERFETTO_TRACK:
		descriptor.has_child_ordering = true;
		descriptor.child_ordering = ORDERING_EXPLICIT;
		descriptor.name = text_of(track->name);
		break;
	}
	packet.data_case = PERFETTO__TRACE_PACKET__DATA_TRACK_DESCRIPTOR;
	packet.track_descriptor = &descriptor;
	put_packet(out, &packet);
}

/* --- What is on the tracks */

static void add(struct perfetto_args *args, const char *name, int type, int64_t number,
		const char *text)
{
	assert(args->args < PERFETTO_ARGS);
	args->arg[args->args].name = name;
	args->arg[args->args].type = type;
	args->arg[args->args].number = number;
	args->arg[args->args++].text = text;
}

void perfetto_add_i64(struct perfetto_args *args, const char *name, int64_t value)
{
	add(args, name, PERFETTO_INT, value, NULL);
}

void perfetto_add_u64(struct perfetto_args *args, const char *name, uint64_t value)
{
	add(args, name, PERFETTO_UINT, (int64_t)value, NULL);
}

void perfetto_add_bool(struct perfetto_args *args, const char *name, bool value)
{
	add(args, name, PERFETTO_BOOL, value, NULL);
}

void perfetto_add_text(struct perfetto_args *args, const char *name, const char *text)
{
	if (text)
		add(args, name, PERFETTO_TEXT, 0, text);
}

struct digits {
	char name[64];
	char text[24];
};

static Perfetto__DebugAnnotation annotation_of(const struct perfetto_args *args, size_t i)
{
	Perfetto__DebugAnnotation annotation = PERFETTO__DEBUG_ANNOTATION__INIT;
	int64_t number = args->arg[i].number;

	annotation.name = text_of(args->arg[i].name);
	switch (args->arg[i].type) {
	case PERFETTO_INT:
		annotation.value_case = PERFETTO__DEBUG_ANNOTATION__VALUE_INT_VALUE;
		annotation.int_value = number;
		break;
	case PERFETTO_UINT:
		annotation.value_case = PERFETTO__DEBUG_ANNOTATION__VALUE_UINT_VALUE;
		annotation.uint_value = (uint64_t)number;
		break;
	case PERFETTO_BOOL:
		annotation.value_case = PERFETTO__DEBUG_ANNOTATION__VALUE_BOOL_VALUE;
		annotation.bool_value = number != 0;
		break;
	case PERFETTO_TEXT:
		annotation.value_case = PERFETTO__DEBUG_ANNOTATION__VALUE_STRING_VALUE;
		annotation.string_value = text_of(args->arg[i].text);
		break;
	}
	return annotation;
}

/* The digits of what a double does not hold; false: it does. */
static bool digits_of(const struct perfetto_args *args, size_t i, struct digits *digits)
{
	int64_t number = args->arg[i].number;
	bool is_signed = args->arg[i].type == PERFETTO_INT;

	if (!is_signed && args->arg[i].type != PERFETTO_UINT)
		return false;
	if (is_signed ? number >= -EXACT_MOST && number <= EXACT_MOST
		      : (uint64_t)number <= (uint64_t)EXACT_MOST)
		return false;
	snprintf(digits->name, sizeof(digits->name), "%s_text", args->arg[i].name);
	if (is_signed)
		snprintf(digits->text, sizeof(digits->text), "%" PRId64, number);
	else
		snprintf(digits->text, sizeof(digits->text), "%" PRIu64, (uint64_t)number);
	return true;
}

static Perfetto__DebugAnnotation annotation_of_digits(struct digits *digits)
{
	Perfetto__DebugAnnotation annotation = PERFETTO__DEBUG_ANNOTATION__INIT;

	annotation.name = digits->name;
	annotation.value_case = PERFETTO__DEBUG_ANNOTATION__VALUE_STRING_VALUE;
	annotation.string_value = digits->text;
	return annotation;
}

static void put_event(FILE *out, uint64_t time_ns, Perfetto__TrackEvent *event,
		      const struct perfetto_args *args)
{
	Perfetto__DebugAnnotation annotation[2 * PERFETTO_ARGS], *pointer[2 * PERFETTO_ARGS];
	Perfetto__TracePacket packet = PERFETTO__TRACE_PACKET__INIT;
	struct digits digits[PERFETTO_ARGS];
	char *category = text_of(args ? args->category : NULL);
	uint64_t flow = args ? args->flow : 0;
	size_t count = 0;

	for (size_t i = 0; args && i < args->args; i++) {
		annotation[count++] = annotation_of(args, i);
		if (digits_of(args, i, &digits[i]))
			annotation[count++] = annotation_of_digits(&digits[i]);
	}
	for (size_t i = 0; i < count; i++)
		pointer[i] = &annotation[i];
	event->n_debug_annotations = count;
	event->debug_annotations = pointer;
	event->n_categories = category != NULL;
	event->categories = &category;
	event->n_flow_ids = flow != 0;
	event->flow_ids = &flow;
	packet.has_timestamp = packet.has_timestamp_clock_id = true;
	packet.timestamp = time_ns;
	packet.timestamp_clock_id = CLOCK_ID_MONOTONIC;
	packet.data_case = PERFETTO__TRACE_PACKET__DATA_TRACK_EVENT;
	packet.track_event = event;
	put_packet(out, &packet);
}

static Perfetto__TrackEvent event_of(uint32_t type, uint64_t uuid, const char *name)
{
	Perfetto__TrackEvent event = PERFETTO__TRACK_EVENT__INIT;

	event.has_type = event.has_track_uuid = true;
	event.type = type;
	event.track_uuid = uuid;
	event.name = text_of(name);
	return event;
}

void perfetto_slice(FILE *out, uint64_t uuid, uint64_t time_ns, const char *name,
		    const struct perfetto_args *args)
{
	Perfetto__TrackEvent event = event_of(TYPE_SLICE_BEGIN, uuid, name);

	put_event(out, time_ns, &event, args);
}

void perfetto_end(FILE *out, uint64_t uuid, uint64_t time_ns)
{
	Perfetto__TrackEvent event = event_of(TYPE_SLICE_END, uuid, NULL);

	put_event(out, time_ns, &event, NULL);
}

void perfetto_instant(FILE *out, uint64_t uuid, uint64_t time_ns, const char *name,
		      const struct perfetto_args *args)
{
	Perfetto__TrackEvent event = event_of(TYPE_INSTANT, uuid, name);

	put_event(out, time_ns, &event, args);
}

void perfetto_value(FILE *out, uint64_t uuid, uint64_t time_ns, int64_t value)
{
	Perfetto__TrackEvent event = event_of(TYPE_COUNTER, uuid, NULL);

	event.has_counter_value = true;
	event.counter_value = value;
	put_event(out, time_ns, &event, NULL);
}
