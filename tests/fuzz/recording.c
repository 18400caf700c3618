// SPDX-License-Identifier: GPL-2.0-or-later
/* Any bytes as a recording: report in each form, and what verify does with it. */
#include "fuzz.h"

#include "bundle/bundle_replay.h"
#include "feed/message.h"
#include "report/report_source.h"
#include "report/report_stream.h"
#include "report/report_view.h"

#define OF_INCIDENT 1 /* the bits of the first byte */
#define OF_PART	    2
#define AS_PERFETTO 4

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct fuzz_file file;
	uint8_t mode = fuzz_byte(&data, &size);
	struct report_request request = {.incident = mode & OF_INCIDENT ? 1 : 0,
					 .since = mode & OF_PART ? "1s" : NULL,
					 .keeps_reads = true};
	struct report_source *source = NULL;
	struct bundle_replay replay;
	struct error error = {0};

	fuzz_file_set(&file, data, size);
	if (report_source_open(file.path, &request, &source) == MESSAGE_GO_ON) {
		const struct report *report = report_source_report(source);

		report_put_text(fuzz_nowhere(), report);
		report_put_json(fuzz_nowhere(), report);
		report_put_html(fuzz_nowhere(), report);
	}
	report_source_close(source);
	report_stream_run(file.path, &request, mode & AS_PERFETTO ? &report_perfetto : &report_csv,
			  fuzz_nowhere());
	bundle_replay(file.path, &replay, &error);
	return 0;
}
