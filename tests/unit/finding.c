// SPDX-License-Identifier: GPL-2.0-or-later
/* judge/finding.h and render/finding_*.h: every kind has a name, a sentence and its JSON. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/text.h"
#include "judge/finding.h"
#include "page_make.h"
#include "show/finding_json.h"
#include "show/finding_words.h"
#include "show/incident_words.h"

static void names_are_stable_and_lead_back(void **state)
{
	static const char *const names =
		"disruption restore host_step host_slew status_change leap_announced leap_change "
		"tai_offset_change smearing_change maintenance_soon maintenance_imminent "
		"writer_stuck seqlock_broken not_updated counter_before_reference driver_error "
		"driver_mismatch "
		"wrong_bound clocks_disagree stun clock_set scale_mismatch device_lost data_loss ";
	const char *at = names;

	(void)state;
	for (enum finding_kind i = 0; i < FINDINGS; i++) {
		size_t length = strlen(finding_name(i));
		enum finding_kind kind = FINDINGS;

		assert_int_equal(strncmp(at, finding_name(i), length), 0);
		assert_int_equal(at[length], ' ');
		at += length + 1;
		assert_int_equal(finding_kind_by_name(finding_name(i), &kind), 0);
		assert_int_equal(kind, i);
	}
	assert_string_equal(at, "");
}

static void no_other_name_is_one(void **state)
{
	enum finding_kind kind = FINDING_STUN;

	(void)state;
	assert_int_equal(finding_kind_by_name("", &kind), -EINVAL);
	assert_int_equal(finding_kind_by_name("Stun", &kind), -EINVAL);
	assert_int_equal(finding_kind_by_name("unknown", &kind), -EINVAL);
	assert_int_equal(kind, FINDING_STUN);
	assert_string_equal(finding_name(FINDINGS), "unknown");
	assert_string_equal(finding_severity_name(FINDING_CRITICAL), "critical");
}

/* Nobody reads "tai_offset_change" aloud. */
static void each_kind_has_a_title_of_two_words(void **state)
{
	(void)state;
	for (enum finding_kind i = 0; i < FINDINGS; i++) {
		const char *title = finding_title(i), *blank = strchr(title, ' ');

		assert_true(*title >= 'A' && *title <= 'Z');
		assert_null(strchr(title, '_'));
		assert_true(!blank || !strchr(blank + 1, ' '));
		assert_string_not_equal(title, "Incident");
	}
}

/* Numbers at their limits and a name of bytes that would clear the screen. */
static struct finding extreme(enum finding_kind kind, uint8_t fill)
{
	struct finding finding;

	memset(&finding, fill, sizeof(finding));
	finding.kind = kind;
	finding.severity = FINDING_WARNING;
	finding.since_start = finding.has_before = finding.has_after = false;
	finding.event.type = EVENT_CALL;
	finding.event.path = PATH_DEV_READ;
	finding.event.page_state = EVENT_PAGE_ABSENT;
	memcpy(finding.event.who.comm, "\x1b[2J\xff\xc3\x28\n\r\t\x9b\x07\x7f\xf5\x80\x80", 16);
	if (kind == FINDING_SCALE_MISMATCH)
		finding.scale.cause = SCALE_CAUSE_CLOCK;
	if (kind == FINDING_STUN)
		finding.stun.by = STUN_BY_COUNTER;
	if (kind == FINDING_DRIVER_MISMATCH)
		finding.mismatch = (struct driver_answer){.verdict = DRIVER_DIFFERS,
							  .minus_page_ns = INT64_MIN,
							  .out_of_range = true};
	if (kind == FINDING_CLOCK_SET)
		finding.event.change.how = CLOCK_STEPPED;
	if (kind == FINDING_HOST_STEP)
		finding.step.has_bound = finding.step.out_of_range = finding.step.bounds_disjoint =
			true;
	if (kind == FINDING_HOST_SLEW)
		finding.slew.has_bound = finding.slew.out_of_range = true;
	if (kind == FINDING_COUNTER_BEFORE_REFERENCE)
		finding.reference.has_ns = true;
	if (kind <= FINDING_DISRUPTION + 1 ||
	    (kind >= FINDING_STATUS_CHANGE && kind <= FINDING_SMEARING_CHANGE))
		finding.change.has_old = finding.change.has_new = true;
	return finding;
}

static void is_one_safe_line(const char *text)
{
	assert_true(text[0] != '\0');
	assert_true(text_is_utf8(text, strlen(text)));
	for (; *text; text++)
		assert_true((unsigned char)*text >= ' ' && *text != 0x7f);
}

/* What one reads at once: up to a full stop, a colon or a semicolon, no more than 20 words. */
static void is_short(const char *text)
{
	unsigned int words = 0;

	for (const char *word = text; *word; word += strspn(word, " ")) {
		size_t length = strcspn(word, " ");

		words++;
		if (words > 20)
			fail_msg("too long: %s", text);
		if (strchr(".:;", word[length - 1]))
			words = 0;
		word += length;
	}
}

/* Where the page has no value and no rate, nobody can take them from it. */
static void a_page_without_a_clock_gives_no_time(void **state)
{
	struct finding finding = {
		.kind = FINDING_DISRUPTION, .has_after = true, .after = make_marker_page()};
	char text[FINDING_WORDS_BYTES];

	(void)state;
	finding_sentence(&finding, text, sizeof(text));
	assert_null(strstr(text, "value and rate from the page"));
	assert_non_null(strstr(text, "from another clock"));
	finding.after = make_full_page();
	finding_sentence(&finding, text, sizeof(text));
	assert_non_null(strstr(text, "value and rate from the page"));
}

static void each_kind_has_a_sentence_and_json(void **state)
{
	static const uint8_t fills[] = {0, 0x7f, 0x80, 0xff};

	(void)state;
	for (unsigned int i = 0; i < FINDINGS * sizeof(fills); i++) {
		struct finding finding = extreme(i / sizeof(fills), fills[i % sizeof(fills)]);
		char text[FINDING_WORDS_BYTES];
		json_object *json, *kind;
		const char *line;

		finding_sentence(&finding, text, sizeof(text));
		is_one_safe_line(text);
		is_short(text);
		assert_true(strlen(text) < sizeof(text) - 1); /* not cut */
		json = finding_json(&finding);
		line = json_object_to_json_string(json);
		assert_true(text_is_utf8(line, strlen(line)));
		assert_true(json_object_object_get_ex(json, "kind", &kind));
		assert_string_equal(json_object_get_string(kind), finding_name(finding.kind));
		json_object_put(json);
	}
}

static void a_result_that_is_no_error_has_no_name(void **state)
{
	(void)state;
	assert_string_equal(event_result_name(-EINVAL), "EINVAL");
	assert_string_equal(event_result_name(INT32_MIN), "error");
	assert_string_equal(event_result_name(-99999), "error");
	assert_string_equal(event_result_cause(INT32_MIN), event_result_cause(-99999));
}

static void says(const struct finding *finding, const char *part)
{
	char text[FINDING_WORDS_BYTES];

	finding_sentence(finding, text, sizeof(text));
	if (!strstr(text, part))
		fail_msg("'%s' is not in: %s", part, text);
}

static void a_leap_second_is_over_only_where_it_was_announced(void **state)
{
	static const char over[] = "the leap second is over, and the TAI offset is a new one";
	struct finding finding = {.kind = FINDING_LEAP_CHANGE,
				  .change = {true, true, VMCLOCK_LEAP_POS, VMCLOCK_LEAP_POST_POS}};

	(void)state;
	says(&finding, over);
	finding.change.old_value = VMCLOCK_LEAP_NONE;
	says(&finding, "a second was inserted at the end of last month, by this page");
	finding.change.new_value = VMCLOCK_LEAP_POST_NEG;
	says(&finding, "a second was left out at the end of last month, by this page");
	finding.change.old_value = VMCLOCK_LEAP_PRE_NEG;
	says(&finding, over);
}

static void an_offset_that_is_not_valid_has_no_seconds(void **state)
{
	struct finding finding = {.kind = FINDING_TAI_OFFSET_CHANGE,
				  .change = {true, false, (uint64_t)-37, 0}};

	(void)state;
	says(&finding, "offset is not valid, was -37 s: UTC computed from TAI is not known any");
	finding.change = (struct finding_change){true, true, (uint64_t)-37, (uint64_t)-38};
	says(&finding, "offset is -38 s, was -37 s: UTC computed from TAI moves by the difference");
}

static void what_needs_hooks_says_so(void **state)
{
	unsigned int needing = 0;

	(void)state;
	for (enum finding_kind kind = 0; kind < FINDINGS; kind++) {
		bool says_so = strstr(finding_about(kind), "needs hooks in the kernel") != NULL;

		assert_int_equal(finding_needs_hooks(kind), says_so);
		needing += says_so;
	}
	assert_int_equal(needing, 4);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_result_that_is_no_error_has_no_name),
		cmocka_unit_test(names_are_stable_and_lead_back),
		cmocka_unit_test(no_other_name_is_one),
		cmocka_unit_test(each_kind_has_a_title_of_two_words),
		cmocka_unit_test(a_page_without_a_clock_gives_no_time),
		cmocka_unit_test(what_needs_hooks_says_so),
		cmocka_unit_test(each_kind_has_a_sentence_and_json),
		cmocka_unit_test(a_leap_second_is_over_only_where_it_was_announced),
		cmocka_unit_test(an_offset_that_is_not_valid_has_no_seconds),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
