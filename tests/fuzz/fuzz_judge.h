/* SPDX-License-Identifier: GPL-2.0-or-later */
/* For targets that end in a judge: all that it finds is shown as JSON. */
#ifndef VMCLOCK_TRACE_TESTS_FUZZ_FUZZ_JUDGE_H
#define VMCLOCK_TRACE_TESTS_FUZZ_FUZZ_JUDGE_H

#include <json-c/json.h>

#include "fuzz.h"
#include "judge/judge.h"
#include "show/finding_json.h"
#include "show/incident_view.h"

static void fuzz_on_finding(const struct finding *finding, void *arg)
{
	json_object *json = finding_json(finding);

	(void)arg;
	CHECK(json_object_to_json_string(json));
	json_object_put(json);
}

static void fuzz_on_incident(const struct incident *incident, enum incident_news news, void *arg)
{
	json_object *json = incident_json(incident);

	(void)arg;
	(void)news;
	CHECK(json_object_to_json_string(json));
	json_object_put(json);
}

/* To be ended by fuzz_judged(). */
static inline struct judge *fuzz_judge(void)
{
	static const struct judge_handlers handlers = {.finding = fuzz_on_finding,
						       .incident = fuzz_on_incident};
	struct judge *judge = judge_new(&handlers, NULL);

	CHECK(judge);
	return judge;
}

static inline void fuzz_judged(struct judge *judge)
{
	judge_finish(judge);
	judge_free(judge);
}

#endif
