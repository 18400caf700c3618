// SPDX-License-Identifier: GPL-2.0-or-later
#include "record/record_summary.h"

#include <errno.h>
#include <unistd.h>

#include "base/text.h"
#include "feed/message.h"

void record_bounds_facts(const struct record_options *options, struct fact_list *facts)
{
	char age[TEXT_NS_BYTES], ring[TEXT_NS_BYTES], before[TEXT_NS_BYTES], after[TEXT_NS_BYTES];
	char size[RECORD_SIZE_BYTES];

	text_ns(options->max_age_ns, false, age, sizeof(age));
	record_size_text(options->max_bytes, size);
	/* A scenario ends by itself. */
	if (!options->scenario || options->max_bytes || options->max_age_ns)
		fact_set(facts, "bounds", "%s%s%s%s%s", options->max_bytes ? size : "",
			 options->max_bytes ? " in size" : "",
			 options->max_bytes && options->max_age_ns ? ", " : "",
			 options->max_age_ns ? age : "",
			 options->max_age_ns  ? " in age"
			 : options->max_bytes ? ""
					      : "none in size or age");
	fact_set(facts, "thinning", "%s",
		 options->ring_ns ? "all events"
				  : "all events; of samples and ticks that tell nothing new the "
				    "first and the last");
	if (!options->ring_ns)
		return;
	text_ns(options->ring_ns, false, ring, sizeof(ring));
	text_ns(options->before_ns, false, before, sizeof(before));
	text_ns(options->after_ns, false, after, sizeof(after));
	fact_set(facts, "ring",
		 "the last %s; for good: from %s before to %s after findings of severity %s%s",
		 ring, before, after, finding_severity_name(options->on),
		 options->on == FINDING_CRITICAL ? "" : " or worse");
}

int record_end(struct record_session *session, const struct record_context *context,
	       uint64_t duration_ns, bool is_stopped, FILE *out)
{
	struct recorder_counts counts;
	struct record_result result;
	int code;

	record_session_finish(session, &counts);
	result = (struct record_result){
		.duration_ns = duration_ns,
		.events = session->events,
		.kept = counts.kept,
		.lost = counts.lost,
		.cut = counts.cut,
		.is_ring = session->ring.ring_ns,
		.windows = counts.windows,
		.windows_cut = counts.windows_cut,
		.bytes = counts.bytes,
		.is_gone = access(context->file, F_OK) && errno == ENOENT,
		.trouble = counts.trouble,
		.counts = judge_counts(session->judge),
		.outcome = outcome_of(session->judge, session->worst, NULL),
	};
	session->view->end(out, context, &result);
	/* What was lost before it went well again stands in the file, and above. */
	if (counts.failed) {
		message_error("%s could not be written: %s", context->file, counts.trouble);
		return EXIT_FAILED;
	}
	if (result.is_gone) {
		message_error("%s is not there any more: it, or a directory above it, was moved or "
			      "removed meanwhile",
			      context->file);
		message_hint("where it was moved to, NAME-wal beside it belongs to it");
		return EXIT_FAILED;
	}
	code = message_verdict(session->worst, session->judge, NULL);
	return is_stopped && code == EXIT_FAILED ? EXIT_DONE : code;
}
