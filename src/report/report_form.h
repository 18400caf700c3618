/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The forms of a report that have each event in them: written while the recording is read, in
 * bounded memory, however long it is.
 */
#ifndef VMCLOCK_TRACE_REPORT_REPORT_FORM_H
#define VMCLOCK_TRACE_REPORT_REPORT_FORM_H

#include "report/report_view.h"

/* Output errors are left in ferror() of the file that begin() gets. */
struct report_stream {
	bool is_binary; /* no terminal should get it */

	/*
	 * Of @report there is what is known before the first event: no account, no losses. It and
	 * @out are borrowed until end(). Returns what the others get; NULL without memory.
	 */
	void *(*begin)(FILE *out, const struct report *report);

	/*
	 * In the order in which they were judged, each before what was found by it. @line has taken
	 * it, and all before it. @read is what was found of an EVENT_READ until the end of the
	 * recording; NULL: it counts in no incident.
	 */
	void (*event)(void *stream, const struct event *event, const struct page_in_force *line,
		      const struct read_verdict *read);
	/* With the incident to which it belongs; NULL: none. */
	void (*finding)(void *stream, const struct finding *finding,
			const struct incident *incident);
	void (*incident)(void *stream, const struct incident *incident); /* that is over */

	/*
	 * The same event after what was found by it, with what @judge has taken, and what went
	 * before it and is not there (NULL: nothing). NULL: it does not want to know.
	 */
	void (*judged)(void *stream, const struct event *event, const struct judge *judge,
		       const struct event_gap *gap);

	/* No more comes. Frees @stream. */
	void (*end)(void *stream);
};

/* A table of RFC 4180; vmclock-trace-report(1) has its columns. */
extern const struct report_stream report_csv;

/* Perfetto's TrackEvents; the same page has its tracks. */
extern const struct report_stream report_perfetto;

#endif
