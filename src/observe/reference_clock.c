// SPDX-License-Identifier: GPL-2.0-or-later
#include "observe/reference_clock.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/parse.h"
#include "observe/host_clock.h"
#include "observe/reference_way.h"
#include "page/counter.h"

/* A file of one line below @class_path. 0 or -errno; @text is terminated. */
static int read_attribute(const char *class_path, int32_t number, const char *name, char *text,
			  size_t bytes)
{
	char path[256];
	ssize_t length;
	int fd;

	snprintf(path, sizeof(path), "%s/ptp%d/%s", class_path, number, name);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return -errno;
	length = read(fd, text, bytes - 1);
	close(fd);
	if (length <= 0)
		return -ENODATA;
	text[length] = '\0';
	text[strcspn(text, "\n")] = '\0';
	return 0;
}

/* The ENA driver's bound, in ns. */
static void take_device_bound(const char *class_path, struct reference_clock *clock)
{
	char text[32];

	if (clock->reference.kind != REFERENCE_ENA ||
	    read_attribute(class_path, clock->reference.number, "device/phc_error_bound", text,
			   sizeof(text)) ||
	    parse_u64(text, &clock->bound_ns))
		return;
	clock->has_bound = true;
	clock->reference.claim_source = SOURCE_ATTRIBUTE;
}

/* The user knows better than the name. */
static void take_options(const struct reference_options *options, struct reference_clock *clock)
{
	for (size_t i = 0; options && i < options->count; i++) {
		const struct reference_option *option = &options->option[i];

		if (option->number != clock->reference.number)
			continue;
		if (option->scale != SCALE_UNKNOWN) {
			clock->scale = option->scale;
			clock->reference.scale_source = SOURCE_OPTION;
		}
		if (option->has_bound) {
			clock->has_bound = true;
			clock->bound_ns = option->bound_ns;
			clock->reference.claim_source = SOURCE_OPTION;
		}
	}
}

static int compare_numbers(const void *a, const void *b)
{
	const struct reference_clock *left = a, *right = b;

	return (left->reference.number > right->reference.number) -
	       (left->reference.number < right->reference.number);
}

static void add_clock(struct reference_clocks *clocks, const char *class_path, int32_t number,
		      const struct reference_options *options, bool vmclocks)
{
	struct reference_clock clock = {.fd = -1, .reference.number = number};
	char name[64];

	if (read_attribute(class_path, number, "clock_name", name, sizeof(name)))
		return;
	reference_of_name(name, &clock.reference, &clock.scale);
	if (clock.reference.kind == REFERENCE_VMCLOCK && !vmclocks)
		return;
	if (clocks->count == REFERENCE_CLOCKS) {
		clocks->unlisted++;
		return;
	}
	snprintf(clock.path, sizeof(clock.path), "/dev/ptp%d", number);
	take_device_bound(class_path, &clock);
	take_options(options, &clock);
	clocks->clock[clocks->count++] = clock;
}

void reference_clocks_list(const char *class_path, const struct reference_options *options,
			   bool vmclocks, struct reference_clocks *clocks)
{
	DIR *class_dir = opendir(class_path);
	struct dirent *entry;
	uint64_t number;

	memset(clocks, 0, sizeof(*clocks));
	while (class_dir && (entry = readdir(class_dir))) {
		if (!strncmp(entry->d_name, "ptp", 3) &&
		    !parse_u64_within(entry->d_name + 3, 0, INT32_MAX, &number))
			add_clock(clocks, class_path, (int32_t)number, options, vmclocks);
	}
	if (class_dir)
		closedir(class_dir);
	qsort(clocks->clock, clocks->count, sizeof(clocks->clock[0]), compare_numbers);
}

void reference_clocks_open(const struct reference_options *options, struct reference_clocks *clocks)
{
	reference_clocks_list(REFERENCE_CLASS_PATH, options, false, clocks);
	for (size_t i = 0; i < clocks->count; i++) {
		struct reference_clock *clock = &clocks->clock[i];

		clock->fd = open(clock->path, O_RDONLY | O_CLOEXEC);
		clock->result = clock->fd < 0 ? -errno : 0;
	}
}

void reference_clocks_close(struct reference_clocks *clocks)
{
	for (size_t i = 0; i < clocks->count; i++) {
		if (clocks->clock[i].fd >= 0)
			close(clocks->clock[i].fd);
		clocks->clock[i].fd = -1;
	}
}

/* By the way that answered before, else by each from the best on. */
static int read_by_ways(struct reference_clock *clock, struct reference_reading *reading)
{
	enum reference_way way = clock->is_settled ? clock->reference.way : 0;
	int err = -EOPNOTSUPP;

	for (; way < REFERENCE_WAYS; way++) {
		err = reference_way_read(clock->fd, way, reading);
		if (!err)
			clock->reference.way = way;
		/* One that answered once and fails now is not bettered by a worse way. */
		if (!err || clock->is_settled)
			break;
	}
	clock->is_settled |= !err;
	return err;
}

/* What the kernel says with the reading counts before what the name and the device say. */
static void put_facts(const struct reference_clock *clock, const struct reference_reading *reading,
		      struct event_clock *out)
{
	out->reference = clock->reference;
	out->scale = clock->scale;
	out->has_claim = clock->has_bound;
	out->max_error_ns = clock->has_bound ? clock->bound_ns : 0;
	if (reading->scale != SCALE_UNKNOWN && clock->reference.scale_source != SOURCE_OPTION) {
		out->scale = reading->scale;
		out->reference.scale_source = SOURCE_ATTRS;
	}
	if (reading->has_bound && clock->reference.claim_source != SOURCE_OPTION) {
		out->has_claim = true;
		out->max_error_ns = reading->bound_ns;
		out->reference.claim_source = SOURCE_ATTRS;
	}
}

int reference_clock_read(struct reference_clock *clock, struct event_clock *out)
{
	struct reference_reading reading;
	struct realtime_claim claim;
	struct event_ticks ticks = {.counter_id = COUNTER_NATIVE_ID};

	if (clock->fd < 0)
		return clock->result;
	ticks.before = counter_read_ordered();
	clock->result = read_by_ways(clock, &reading);
	ticks.after = counter_read_ordered();
	if (clock->result)
		return clock->result;
	claim = host_clock_claim();
	memset(out, 0, sizeof(*out));
	out->clock = OBSERVED_PHC_OTHER;
	out->ticks = ticks;
	out->at = reading.realtime.inner;
	out->realtime_before = reading.realtime.before;
	out->realtime_after = reading.realtime.after;
	out->kernel_tai_offset_sec = claim.result ? 0 : claim.tai_offset_sec;
	put_facts(clock, &reading, out);
	return 0;
}

/* One clock of the user's: "ptp0=utc,10us" in @text, which is cut up. */
static int parse_option(char *text, struct reference_option *option)
{
	static const char *const signs[] = {"+-", "\xc2\xb1" /* plus-minus */};
	char *value = strchr(text, '='), *bound;
	uint64_t number;
	int64_t ns;

	if (!value)
		return -EINVAL;
	*value++ = '\0';
	bound = strchr(value, ',');
	if (bound)
		*bound++ = '\0';
	if (!strncmp(text, "/dev/", 5))
		text += 5;
	if (strncmp(text, "ptp", 3) || parse_u64_within(text + 3, 0, INT32_MAX, &number))
		return -EINVAL;
	option->number = (int32_t)number;
	option->scale = !strcmp(value, "utc")	? SCALE_UTC
			: !strcmp(value, "tai") ? SCALE_TAI
						: SCALE_UNKNOWN;
	if (option->scale == SCALE_UNKNOWN)
		return -EINVAL;
	if (!bound)
		return 0;
	for (size_t i = 0; i < sizeof(signs) / sizeof(signs[0]); i++) {
		if (!strncmp(bound, signs[i], 2))
			bound += 2;
	}
	if (parse_duration_ns(bound, &ns))
		return -EINVAL;
	option->has_bound = true;
	option->bound_ns = (uint64_t)ns;
	return 0;
}

int reference_options_add(const char *text, struct reference_options *options)
{
	struct reference_options more = *options;
	char copy[256], *rest = copy, *one;

	if (strlen(text) >= sizeof(copy))
		return -EINVAL;
	strcpy(copy, text);
	while ((one = strsep(&rest, ";"))) {
		if (more.count == REFERENCE_OPTIONS)
			return -EINVAL;
		more.option[more.count] = (struct reference_option){0};
		if (parse_option(one, &more.option[more.count++]))
			return -EINVAL;
	}
	*options = more;
	return 0;
}
