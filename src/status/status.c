// SPDX-License-Identifier: GPL-2.0-or-later
/* status: one sample of one vmclock. Is the clock sane, now? */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/confine.h"
#include "base/error.h"
#include "feed/command.h"
#include "feed/file_page.h"
#include "feed/message.h"
#include "feed/options.h"
#include "status/page_status.h"
#include "observe/clock_event.h"
#include "observe/host_clock.h"
#include "observe/page_reader.h"
#include "observe/phc.h"
#include "observe/reference_clock.h"
#include "page/counter.h"
#include "show/json_add.h"
#include "status/page_status_view.h"

/* Looks at a page that is updated while it is sampled. */
#define SAMPLES 5
/* Of all clocks, as judge/witness_peers.h wants it. */
#define ROUNDS 2

struct options {
	const char *device; /* NULL: the first one */
	enum page_via via;
	bool has_counter;
	uint64_t counter;
	struct reference_options references;
	bool json;
};

/* Which scale the PTP clock is on, by reading it next to the page; NULL or why it is unknown. */
static const char *measure_scale(struct page_reader *reader, const struct page *page,
				 enum clock_scale *scale)
{
	const char *missing = NULL;
	struct page_time time;
	struct timespec at;
	struct phc *phc;

	if (phc_open(page_reader_fd(reader), &phc, NULL))
		return "it cannot be opened (sudo, or a udev rule that lets a group read it)";
	if (phc_read(phc, &at))
		missing = "the kernel refuses to read it";
	else if (page_time_at(page, counter_read_ordered(), &time))
		missing = "the page gives no time to compare with";
	else if (!time.has_utc || !time.has_tai)
		missing = "the page does not tell both UTC and TAI";
	else
		*scale = clock_scale_by_page(instant_from_timespec(at), &time);
	if (!missing && *scale == SCALE_UNKNOWN)
		missing = "it shows neither the page's UTC nor its TAI";
	phc_close(phc);
	return missing;
}

/* What does not change while the page is sampled again and again. */
static void read_phc_path(struct page_reader *reader, char *path, struct page_status *status)
{
	status->phc = NULL;
	status->phc_scale_missing = "there is none";
	if (!page_reader_is_device(reader))
		status->phc_missing = "a plain file has none";
	else if (phc_find(page_reader_fd(reader), path))
		status->phc_missing =
			"the driver registers one only for a full clock that tells UTC";
	else
		status->phc = path;
}

/* Why no time is computed from a full page, NULL where one can be. */
static const char *why_no_time(const struct page_status *status, const struct options *options)
{
	if (page_mode(&status->page) == PAGE_INVALID)
		return "this is no page";
	if (page_mode(&status->page) == PAGE_MARKER_ONLY)
		return "the page holds no clock";
	if (options->has_counter)
		return NULL;
	if (status->is_foreign)
		return "this CPU does not have the page's counter (give a value with --counter)";
	return status->torn ? "an update was under way" : NULL;
}

static const char *time_error_text(int err)
{
	return err == -EDOM ? "the page's period or shift is out of range"
			    : "it is past 2^63 seconds";
}

/* All that follows from the copy @copy and the counter. */
static void read_time(const struct page_copy *copy, const struct options *options,
		      struct page_status *status)
{
	uint64_t counter = options->has_counter ? options->counter : copy->counter_after;
	int err;

	status->page = copy->page;
	status->torn = copy->torn;
	status->retries += copy->retries;
	status->is_foreign = page_get(&copy->page, PAGE_COUNTER_ID) != COUNTER_NATIVE_ID;
	status->time_missing = why_no_time(status, options);
	status->warnings = page_warnings(&status->page);
	if (!status->time_missing) {
		status->warnings = page_warnings_at(&status->page, counter);
		err = page_time_at(&status->page, counter, &status->time);
		if (err)
			status->time_missing = time_error_text(err);
	}
	/* A copy can be torn though its own seq_count is even: the next one was another. */
	if (status->torn)
		status->warnings |= PAGE_WARNING_BIT(PAGE_WARN_UPDATE_IN_PROGRESS);
}

/* Compare with the clocks of this machine. */
static void read_surroundings(struct page_reader *reader, const struct options *options,
			      struct page_status *status)
{
	const struct realtime_claim claim = host_clock_claim();

	if (status->time_missing)
		status->system_missing = status->time_missing;
	else if (options->has_counter)
		status->system_missing = "the counter value was given";
	else
		status->system_missing = page_distance_now(&status->page, &status->system);
	status->has_realtime_claim = !claim.result && claim.claims;
	status->realtime_claim_ns = status->has_realtime_claim ? claim.max_error_ns : 0;
	if (!status->phc)
		return;
	if (status->time_missing)
		status->phc_scale_missing = status->time_missing;
	else if (options->has_counter)
		status->phc_scale_missing = "the counter value was given";
	else
		status->phc_scale_missing =
			measure_scale(reader, &status->page, &status->phc_scale);
}

/* One sample; 1 if the page changed meanwhile, so that counter and page may not belong together. */
static int sample_page(struct page_reader *reader, const struct options *options,
		       struct page_status *status, struct error *error)
{
	/* A file read with a given counter is a copy: an update in it never ends. */
	struct page_wait wait = {.budget_ns = options->has_counter ? 0 : PAGE_WAIT_DRIVER_NS};
	struct page_copy copy, again;
	int err = page_reader_copy(reader, wait, &copy, error);

	/* A torn copy is worth showing; the driver's read() does not give even that. */
	if (err && (err != -ETIMEDOUT || copy.page.length == 0))
		return err;
	read_time(&copy, options, status);
	read_surroundings(reader, options, status);
	if (options->has_counter || status->torn)
		return 0;
	err = page_reader_copy(reader, wait, &again, error);
	if (err && err != -ETIMEDOUT)
		return err;
	return memcmp(&copy.page, &again.page, sizeof(copy.page)) != 0;
}

/* All once. */
static void read_clocks_once(struct page_reader *reader, struct reference_clocks *clocks,
			     struct page_status *status)
{
	struct event event;

	if (!clock_event_realtime(reader, &event))
		page_status_add_clock(status, &event);
	status->clockbound_result = clock_event_clockbound(reader, &event);
	if (!status->clockbound_result)
		page_status_add_clock(status, &event);
	for (size_t i = 0; i < clocks->count; i++) {
		if (!clock_event_reference(reader, &clocks->clock[i], &event))
			page_status_add_clock(status, &event);
	}
}

/* The other clocks of this machine: who is the best, and who contradicts whom. */
static void read_clocks(struct page_reader *reader, const struct options *options,
			struct page_status *status)
{
	struct reference_clocks clocks;

	status->clockbound_result = 1;
	if (page_tells_utc(&status->page))
		status->witness.rank = WITNESS_PAGE;
	if (page_mode(&status->page) == PAGE_INVALID || !status->is_device ||
	    options->has_counter || status->torn)
		return;
	reference_clocks_open(&options->references, &clocks);
	for (int i = 0; i < ROUNDS; i++)
		read_clocks_once(reader, &clocks, status);
	reference_clocks_close(&clocks);
}

/* At a given counter value its time is all that was asked for. */
static int exit_code_of(const struct page_status *status, bool time_alone)
{
	const char *codes[PAGE_STATUS_FINDINGS];

	bool gives_time = !status->time_missing && !status->time.error_overflow;

	if (page_status_findings(status, codes))
		return EXIT_FINDING;
	if (time_alone && gives_time)
		return EXIT_DONE;
	return strcmp(page_status_level(status), "ok") ? EXIT_FAILED : EXIT_DONE;
}

/* Nothing is opened from here on. */
static void give_up_user(void)
{
	int err = confine_user(NULL, 0);

	if (err)
		message_not_confined(err);
}

static int show(struct page_reader *reader, const struct options *options, struct error *error)
{
	static struct page_status status;
	char phc[PHC_PATH_BYTES];
	int moved = 1;

	status = (struct page_status){
		.path = page_reader_path(reader),
		.via = page_via_name(page_reader_via(reader)),
		.is_device = page_reader_is_device(reader),
	};
	/* Of a file no other clock is opened; of a device, after it. */
	if (!status.is_device)
		give_up_user();
	read_phc_path(reader, phc, &status);
	for (int i = 0; i < SAMPLES && moved > 0; i++)
		moved = sample_page(reader, options, &status, error);
	if (moved < 0)
		return moved;
	if (moved) {
		/*
		 * Updates come faster than one sample takes: the page is fine, the comparison not.
		 */
		status.system_missing = "the page changed during each comparison";
		status.phc_scale_missing = status.system_missing;
	}
	read_clocks(reader, options, &status);
	give_up_user();
	if (options->json)
		put_pretty(stdout, &status_schema, page_status_json(&status));
	else
		page_status_print(&status, stdout);
	return message_output(exit_code_of(&status, options->has_counter));
}

static int status_run(int argc, char **argv)
{
	struct options options = {0};
	struct page_reader *reader;
	struct error error = {.cause = ""};
	int result = options_parse(&cmd_status, argc, argv, &options);

	if (result != MESSAGE_GO_ON)
		return result;
	result = page_reader_open(options.device, options.via, &reader, &error);
	if (!result) {
		result = show(reader, &options, &error);
		page_reader_close(reader);
	}
	if (result >= 0)
		return result;
	if (!*error.cause)
		error_cause(&error, "%s", strerror(-result));
	message_failure(&error);
	return EXIT_FAILED;
}

static const char *via(unsigned int i)
{
	return i <= PAGE_VIA_READ ? page_via_name((enum page_via)i) : NULL;
}

static const struct command_option options[] = {
	{OPTION_PAGE(struct options, device)},
	{"counter", 0, "N", OPTION_NUMBER(struct options, counter),
	 OPTION_GIVEN(struct options, has_counter),
	 .help = "the time at counter value N instead of now; no other clock is read",
	 .doc = "Decimal, or hexadecimal after 0x. An update that is under way is reported, "
		"not waited for. With it a page for another kind of CPU can be computed too."},
	{"via", 0, "WAY", OPTION_WORD(struct options, via), .word = via, .initial = "auto",
	 .help = "how the page is read: mmap, read, or auto (a device is mapped, a file is read)",
	 .doc = "*auto* reads a device that cannot be mapped."},
	{OPTION_REFERENCES(struct options, references)},
	{OPTION_COLOUR},
	{OPTION_JSON(struct options, json, "one JSON object, schema vmclock-trace/status/2")},
	{OPTION_SCHEMA(&status_schema)},
	{0},
};

static const struct command_exit exits[] = {
	{EXIT_DONE, "sane; also a page whose time at a counter value is all that was asked for "
		    "(--counter): that is compared with nothing, and the answer is UNKNOWN"},
	{EXIT_FAILED,
	 "there is no device, it cannot be read, or the output cannot be written; or "
	 "it is UNKNOWN whether the clock is sane: there is no time by it here "
	 "(another CPU's counter), or none that CLOCK_REALTIME can be compared with "
	 "(the page does not tell UTC, or changes too fast), or the page is in a file "
	 "and CLOCK_REALTIME does not meet it, so that "
	 "it may be of another machine or of another boot; or the bytes are no "
	 "page, or its status is UNKNOWN or INITIALIZING; or it is cut, or has a "
	 "value that is not defined or cannot be (clock_status, counter_id, leap_indicator, "
	 "leap_second_smearing_hint, a TAI offset of minutes), or a time or an error "
	 "bound that cannot be computed; or it carries no clock (marker-only, as of QEMU), "
	 "and no other clock tells whether CLOCK_REALTIME is right"},
	{EXIT_FINDING,
	 "not safe to rely on: an update that does not end, the status UNRELIABLE, a time "
	 "that the kernel gets wrong (counter_before_reference), a counter "
	 "that this CPU does not have, CLOCK_REALTIME more than 2 s outside the "
	 "page's bound, two clocks of this machine that contradict each other "
	 "(clocks_disagree), or CLOCK_REALTIME outside the page's bound by more than it "
	 "claims, or by more than 1 ms where it claims nothing (system_clock_off); or a host "
	 "without a source of time (freerunning), or that announces a disruption "
	 "(disruption_soon, disruption_imminent): these are WARNINGs",
	 "All of WARNINGS that is a _finding_."},
	{0},
};

const struct command cmd_status = {
	.name = "status",
	.confinement = COMMAND_CONFINED_AT_START,
	.summary = "is the clock sane, now? what the hypervisor publishes, with advice",
	.usage = "[options]",
	.about = "Is the clock that the hypervisor publishes sane, now? One screen, the answer "
		 "first: the page, its time and error bound, its distance to CLOCK_REALTIME, the "
		 "PTP clock and its scale, and each warning with what to do. Needs no root where "
		 "the page is readable.",
	.options = options,
	.exits = exits,
	.examples = "vmclock-trace status\n"
		    "vmclock-trace status --json | jq .at.max_error_ns\n"
		    "vmclock-trace status --device saved.page --counter 81273981273\n",
	.run = status_run,
};
