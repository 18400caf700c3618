/* SPDX-License-Identifier: GPL-2.0-or-later */
/* For targets that make a recording: report in each form, and what verify does with it. */
#ifndef VMCLOCK_TRACE_TESTS_FUZZ_FUZZ_REPORT_H
#define VMCLOCK_TRACE_TESTS_FUZZ_FUZZ_REPORT_H

#include "bundle/bundle_replay.h"
#include "feed/message.h"
#include "fuzz.h"
#include "report/report_source.h"
#include "report/report_stream.h"
#include "report/report_view.h"

#define FUZZ_OF_INCIDENT 1 /* the bits of a mode */
#define FUZZ_OF_PART	 2
#define FUZZ_FORM_SHIFT	 4

/* Reading a recording takes longest by far, so each input is one of these: the upper four bits. */
enum fuzz_form {
	FUZZ_TEXT,
	FUZZ_JSON,
	FUZZ_HTML,
	FUZZ_CSV,
	FUZZ_PERFETTO,
	FUZZ_REPLAY,
	FUZZ_FORMS
};

static inline void fuzz_report_put(const char *path, const struct report_request *request,
				   enum fuzz_form form)
{
	struct report_source *source = NULL;

	if (report_source_open(path, request, &source) == MESSAGE_GO_ON) {
		const struct report *report = report_source_report(source);

		if (form == FUZZ_TEXT)
			report_put_text(fuzz_nowhere(), report);
		else if (form == FUZZ_JSON)
			report_put_json(fuzz_nowhere(), report);
		else
			report_put_html(fuzz_nowhere(), report);
	}
	report_source_close(source);
}

static inline void fuzz_report(const char *path, uint8_t mode)
{
	struct report_request request = {.incident = mode & FUZZ_OF_INCIDENT ? 1 : 0,
					 .since = mode & FUZZ_OF_PART ? "1s" : NULL,
					 .keeps_reads = true};
	enum fuzz_form form = (mode >> FUZZ_FORM_SHIFT) % FUZZ_FORMS;
	struct bundle_replay replay;
	struct error error = {0};

	if (form == FUZZ_REPLAY)
		bundle_replay(path, &replay, &error);
	else if (form == FUZZ_CSV || form == FUZZ_PERFETTO)
		report_stream_run(path, &request, form == FUZZ_CSV ? &report_csv : &report_perfetto,
				  fuzz_nowhere());
	else
		fuzz_report_put(path, &request, form);
}

#endif
