// SPDX-License-Identifier: GPL-2.0-or-later
#include "main/manual_lists.h"

#include <inttypes.h>
#include <string.h>

#include "base/text.h"
#include "event/event.h"
#include "event/hook.h"
#include "event/losses.h"
#include "judge/finding.h"
#include "judge/thresholds.h"
#include "observe/kernel_hooks.h"
#include "show/json_manual.h"
#include "store/codec.h"

static void put_entry(FILE *out, const char *name, const char *about)
{
	fprintf(out, "*%s*\n", name);
	json_manual_text(out, "\t", about);
}

static void put_findings(FILE *out)
{
	for (enum finding_kind i = 0; i < FINDINGS; i++)
		put_entry(out, finding_name(i), finding_about(i));
}

static void threshold_text(const struct threshold *threshold, char text[TEXT_NS_BYTES])
{
	if (threshold->unit == THRESHOLD_NS)
		text_ns_u64(threshold->value, text, TEXT_NS_BYTES);
	else if (threshold->unit == THRESHOLD_PPT)
		snprintf(text, TEXT_NS_BYTES, "%g ppm", (double)threshold->value / 1000000);
	else if (threshold->unit == THRESHOLD_PART)
		snprintf(text, TEXT_NS_BYTES, "1/%" PRIu64, threshold->value);
	else
		snprintf(text, TEXT_NS_BYTES, "%g times", (double)threshold->value);
}

static void put_thresholds_of(FILE *out, bool findings)
{
	const struct threshold *threshold;
	char text[TEXT_NS_BYTES];

	for (size_t i = 0; (threshold = threshold_get(i)); i++) {
		if (findings == (threshold->name != NULL))
			continue;
		threshold_text(threshold, text);
		fprintf(out, "*%s*, %s\n", threshold->name ?: finding_name(threshold->finding),
			text);
		json_manual_text(out, "\t", threshold->about);
	}
}

static void put_thresholds(FILE *out)
{
	put_thresholds_of(out, true);
}

static void put_limits_of_well(FILE *out)
{
	put_thresholds_of(out, false);
}

static void put_losses(FILE *out)
{
	static const char *const effects[] = {
		[LOSS_OF_EVENT] = "the event is lost",
		[LOSS_OF_PART] = "a part is lost",
		[LOSS_WANTED] = "as asked",
		[LOSS_DETAIL] = "not to be added to the others",
	};

	for (enum event_loss i = 0; i < LOSSES; i++) {
		fprintf(out, "*%s*, %s\n", event_loss_name(i), effects[event_loss_effect(i)]);
		json_manual_text(out, "\t", event_loss_about(i));
	}
}

/* A system call is called after the kind of machine; the page is the same for all. */
static void put_hooks(FILE *out)
{
	for (size_t i = 0; i < KERNEL_HOOKS; i++) {
		const char *function = kernel_hook_function(i);
		const char *call = strstr(function, "_sys_");

		if (call)
			fprintf(out, "*\\_\\_x64%s* (on arm64 *\\_\\_arm64%s*)\n", call, call);
		else
			fprintf(out, "*%s*\n", function);
		json_manual_text(out, "\t", kernel_hook_tells(function));
	}
}

static void put_hook_reasons(FILE *out)
{
	for (enum hook_reason i = HOOK_NONE + 1; i < HOOK_REASON_COUNT; i++)
		put_entry(out, hook_reason_name(i), hook_reason_about(i));
}

/* Where recordings have numbers: "*0*, read". */
static void put_numbered(FILE *out, int number, const char *name, const char *about)
{
	fprintf(out, "*%d*%s%s\n", number, name ? ", " : "", name ?: "");
	json_manual_text(out, "\t", about);
}

static void put_types(FILE *out)
{
	for (enum event_type i = 0; i < EVENT_TYPES; i++)
		put_numbered(out, (int)i, event_type_name(i), event_type_about(i));
}

static void put_causes(FILE *out)
{
	for (enum event_cause i = 0; i < EVENT_CAUSES; i++)
		put_numbered(out, (int)i, NULL, event_cause_about(i));
}

static void put_detail(FILE *out)
{
	enum event_type type, last = EVENT_TYPES;
	char field[CODEC_FIELD_BYTES], row[2000];
	size_t used = 0;

	for (size_t i = 0; codec_field_text(i, &type, field); i++) {
		if (type != last && used)
			json_manual_text(out, "\t", row);
		if (type != last)
			fprintf(out, "*%s*\n", event_type_name(type));
		used = type == last ? used : 0;
		used += (size_t)snprintf(row + used, sizeof(row) - used, "%s%s", used ? ", " : "",
					 field);
		last = type;
	}
	json_manual_text(out, "\t", row);
}

bool manual_list(FILE *out, const char *name)
{
	static const struct {
		const char *name;
		void (*put)(FILE *out);
	} lists[] = {
		{"findings", put_findings},
		{"thresholds", put_thresholds},
		{"losses", put_losses},
		{"hooks", put_hooks},
		{"types", put_types},
		{"hook_reasons", put_hook_reasons},
		{"limits_of_well", put_limits_of_well},
		{"causes", put_causes},
		{"detail", put_detail},
	};

	for (size_t i = 0; i < sizeof(lists) / sizeof(lists[0]); i++) {
		if (!strcmp(lists[i].name, name)) {
			lists[i].put(out);
			return true;
		}
	}
	return false;
}
