// SPDX-License-Identifier: GPL-2.0-or-later
#include "bundle/bundle_parts.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/instant.h"
#include "bundle/bundle_cut.h"
#include "feed/message.h"
#include "report/report_source.h"
#include "bundle/bundle_view.h"
#include "store/recording.h"

static const char *const names[BUNDLE_MEMBERS] = {
	[BUNDLE_MANIFEST] = "MANIFEST.sha256", [BUNDLE_README] = "README.txt",
	[BUNDLE_HOST] = "host.json",	       [BUNDLE_RECORDING] = "recording.sqlite",
	[BUNDLE_HTML] = "report.html",	       [BUNDLE_JSON] = "report.json",
	[BUNDLE_TEXT] = "report.txt",
};

const char *bundle_member_name(enum bundle_member member)
{
	return names[member];
}

/* A moment of the window as report takes it: seconds after the start. False: it is no limit. */
static bool moment(const struct fact_list *facts, const char *name, uint64_t none,
		   char text[BUNDLE_MOMENT_BYTES])
{
	uint64_t start_ns = fact_get_u64(facts, "start_monotonic_ns", 0);
	uint64_t at_ns = fact_get_u64(facts, name, none);

	if (at_ns == none || (at_ns > start_ns && at_ns - start_ns > INT64_MAX))
		return false;
	at_ns -= at_ns > start_ns ? start_ns : at_ns;
	snprintf(text, BUNDLE_MOMENT_BYTES, "%" PRIu64 ".%09" PRIu64 "s", at_ns / NSEC_PER_SEC,
		 at_ns % NSEC_PER_SEC);
	return true;
}

/* What @put writes, as the text of @member. */
static int make(struct bundle_parts *parts, enum bundle_member member, const struct report *report,
		void (*put)(FILE *out, const struct report *report))
{
	FILE *out = open_memstream(&parts->text[member].bytes, &parts->text[member].length);
	bool failed;

	if (!out)
		return message_no_memory();
	put(out, report);
	failed = ferror(out);
	if (fclose(out) || failed)
		return message_no_memory();
	return MESSAGE_GO_ON;
}

static void put_host(FILE *out, const struct report *report)
{
	bundle_put_host(out, report->facts);
}

static int make_all(struct bundle_parts *parts, const struct report *report)
{
	static const struct {
		enum bundle_member member;
		void (*put)(FILE *out, const struct report *report);
	} makers[] = {
		{BUNDLE_HOST, put_host},
		{BUNDLE_HTML, report_put_html},
		{BUNDLE_JSON, report_put_json},
		{BUNDLE_TEXT, report_put_text},
	};
	int code = MESSAGE_GO_ON;

	for (size_t i = 0; i < sizeof(makers) / sizeof(makers[0]) && code == MESSAGE_GO_ON; i++)
		code = make(parts, makers[i].member, report, makers[i].put);
	return code;
}

static int make_readme(struct bundle_parts *parts, const struct report_request *request)
{
	FILE *out = open_memstream(&parts->text[BUNDLE_README].bytes,
				   &parts->text[BUNDLE_README].length);

	if (!out)
		return message_no_memory();
	bundle_put_readme(out, &parts->facts, request->since, request->until);
	return fclose(out) ? message_no_memory() : MESSAGE_GO_ON;
}

static int read_facts(const char *path, struct fact_list *facts)
{
	struct recording *recording = NULL;
	struct error error = {0};

	if (recording_open(path, &recording, &error)) {
		message_failure(&error);
		return EXIT_FAILED;
	}
	*facts = *recording_facts(recording);
	recording_close(recording);
	return MESSAGE_GO_ON;
}

int bundle_parts_make(const char *path, struct bundle_parts *parts)
{
	char since[BUNDLE_MOMENT_BYTES], until[BUNDLE_MOMENT_BYTES];
	struct report_source *source = NULL;
	struct report_request request = {.keeps_reads = true};
	int code;

	code = read_facts(path, &parts->facts);
	if (code != MESSAGE_GO_ON)
		return code;
	if (moment(&parts->facts, BUNDLE_FACT_SINCE, 0, since))
		request.since = since;
	if (moment(&parts->facts, BUNDLE_FACT_UNTIL, UINT64_MAX, until))
		request.until = until;
	code = report_source_open(path, &request, &source);
	if (code == MESSAGE_GO_ON)
		code = make_all(parts, report_source_report(source));
	if (code == MESSAGE_GO_ON)
		code = make_readme(parts, &request);
	report_source_close(source);
	return code;
}

void bundle_parts_free(struct bundle_parts *parts)
{
	for (int i = 0; i < BUNDLE_MEMBERS; i++)
		free(parts->text[i].bytes);
}

int bundle_parts_manifest(struct bundle_parts *parts, const struct archive_file *file)
{
	FILE *out = open_memstream(&parts->text[BUNDLE_MANIFEST].bytes,
				   &parts->text[BUNDLE_MANIFEST].length);

	if (!out)
		return -ENOMEM;
	for (int i = 0; i < BUNDLE_MEMBERS; i++) {
		if (i != BUNDLE_MANIFEST)
			fprintf(out, "%s  %s\n", file[i].sha256, names[i]);
	}
	return fclose(out) ? -ENOMEM : 0;
}
