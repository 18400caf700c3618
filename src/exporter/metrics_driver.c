// SPDX-License-Identifier: GPL-2.0-or-later
#include <string.h>

#include "exporter/metrics_parts.h"
#include "observe/kernel_symbols.h"

/* Do the uses by this path take time that is worth a histogram? */
static bool is_timed(enum event_path path)
{
	return event_path_is_read(path) || path == PATH_DEV_READ;
}

/* Is there no hook on @function, though there is what it would see? */
static bool is_missing(const struct metrics_driver *driver, const char *function)
{
	for (size_t i = 0; i < driver->hooks; i++) {
		if (hook_is_missing(&driver->hook[i]) && !driver->hook[i].awaited &&
		    !strcmp(driver->hook[i].function, function))
			return true;
	}
	return false;
}

/* What sees the uses by @path. */
static const char *function_of(enum event_path path)
{
	switch (path) {
	case PATH_IOCTL_OTHER:
		return "ptp_ioctl";
	case PATH_DEV_OPEN:
		return "misc_open"; /* no more missing than that which replaces it */
	case PATH_DEV_READ:
		return "vmclock_miscdev_read";
	case PATH_DEV_MMAP:
		return "vmclock_miscdev_mmap";
	case PATH_DEV_POLL:
		return "vmclock_miscdev_poll";
	case PATH_DEV_RELEASE:
		return "vmclock_miscdev_release";
	default:
		return DRIVER_CHOKE_POINT;
	}
}

/* None is no number where none could be seen. */
static bool is_known(const struct metrics_driver *driver, enum event_path path)
{
	return driver->path[path].calls || !is_missing(driver, function_of(path));
}

static void write_paths(struct metrics_writer *out, const struct metrics_driver *driver)
{
	const struct metrics_path *paths = driver->path;

	metric_begin(
		out, METRIC_COUNTER, "vmclock_driver_uses", NULL,
		"Uses of the driver by programs: reads of the clock, and calls on the device.");
	for (int path = 0; path < EVENT_PATHS; path++) {
		const char *name = event_path_name(path);

		if (!is_known(driver, path))
			continue;
		metric_u64(out, LABELS("path", name, "result", "ok"),
			   paths[path].calls - paths[path].errors);
		metric_u64(out, LABELS("path", name, "result", "error"), paths[path].errors);
	}
	metric_begin(out, METRIC_HISTOGRAM, "vmclock_driver_use_duration_seconds", "seconds",
		     "How long they took, of those that were measured.");
	for (int path = 0; path < EVENT_PATHS; path++) {
		if (is_timed(path) && is_known(driver, path))
			metric_histogram(out, "path", event_path_name(path), &paths[path].latency);
	}
}

static void write_reader(struct metrics_writer *out, const char *name,
			 const struct metrics_reader *reader)
{
	metric_u64(out, LABELS("comm", name, "result", "ok"), reader->calls - reader->errors);
	metric_u64(out, LABELS("comm", name, "result", "error"), reader->errors);
}

static void write_readers(struct metrics_writer *out, const struct metrics_driver *driver)
{
	if (!driver->readers_wanted ||
	    (!driver->readers && !driver->others.calls && is_missing(driver, DRIVER_CHOKE_POINT)))
		return;
	metric_begin(out, METRIC_COUNTER, "vmclock_reader_uses", NULL,
		     "Uses of the driver by the name of the thread; an empty name: all that came "
		     "later than the first so many.");
	for (size_t i = 0; i < driver->readers; i++)
		write_reader(out, driver->reader[i].comm, &driver->reader[i]);
	if (driver->others.calls || !is_missing(driver, DRIVER_CHOKE_POINT))
		write_reader(out, "", &driver->others);
}

static bool is_change_known(const struct metrics_driver *driver, enum clock_change_how how)
{
	if (driver->clock_changes[how])
		return true;
	switch (how) {
	case CLOCK_STEPPED:
		return !is_missing(driver, "do_settimeofday64") &&
		       !is_missing(driver, "do_adjtimex");
	case CLOCK_SLEWED:
		return !is_missing(driver, "do_adjtimex");
	case CLOCK_NEW_SOURCE:
		return !is_missing(driver, "timekeeping_notify");
	default:
		return true;
	}
}

static void write_changes(struct metrics_writer *out, const struct metrics_driver *driver)
{
	metric_begin(out, METRIC_COUNTER, "vmclock_system_clock_changes", NULL,
		     "Calls that set or steered the system clock, and changes of its source.");
	for (int i = 0; i < CLOCK_CHANGES; i++) {
		if (is_change_known(driver, (enum clock_change_how)i))
			metric_u64(out, LABELS("how", clock_change_name((enum clock_change_how)i)),
				   driver->clock_changes[i]);
	}
}

bool metrics_sees_finding(const struct metrics_driver *driver, enum finding_kind kind)
{
	if (!finding_needs_hooks(kind))
		return true;
	if (!driver->seen)
		return false;
	if (kind == FINDING_CLOCK_SET)
		return !is_missing(driver, "do_settimeofday64") &&
		       !is_missing(driver, "do_adjtimex");
	return kind == FINDING_DATA_LOSS || !is_missing(driver, DRIVER_CHOKE_POINT);
}

void metrics_write_driver(struct metrics_writer *out, const struct metrics_driver *driver)
{
	if (!driver->seen)
		return;
	write_paths(out, driver);
	if (driver->timeouts || !is_missing(driver, DRIVER_CHOKE_POINT)) {
		metric_begin(out, METRIC_COUNTER, "vmclock_driver_timeouts", NULL,
			     "Uses that failed because an update of the page did not end.");
		metric_u64(out, NULL, driver->timeouts);
	}
	if (driver->knows_mappers) {
		metric_begin(out, METRIC_GAUGE, "vmclock_page_mappers", NULL,
			     "Processes that map the page, and so read it unseen.");
		metric_u64(out, NULL, driver->mappers);
	}
	write_readers(out, driver);
	write_changes(out, driver);
}
