// SPDX-License-Identifier: GPL-2.0-or-later
#include "scenario/words.h"

#include <errno.h>
#include <string.h>

#include "base/parse.h"
#include "page/counter.h"
#include "page/names.h"
#include "scenario/value.h"

#define RATE_PPB_MAX  100000000 /* a tenth: no counter and no clock is further off and still one */
#define ERROR_PPB_MAX 10000000 /* a hundredth; 0.98 of it still bounds what 0.49 of it can differ */

static int bad(struct operands *operands, const char *word, const char *wanted)
{
	operands->bad = word;
	operands->wanted = wanted;
	return -EINVAL;
}

/* The next word, or NULL with the complaint that @wanted is missing. */
static const char *take_word(struct operands *operands, const char *wanted)
{
	if (operands->next == operands->count) {
		bad(operands, NULL, wanted);
		return NULL;
	}
	return operands->word[operands->next++];
}

/* Is @text the next word? Then it is taken. */
static bool take_if(struct operands *operands, const char *text)
{
	if (operands->next == operands->count || strcmp(operands->word[operands->next], text) != 0)
		return false;
	operands->next++;
	return true;
}

static int take_length(struct operands *operands, int64_t *ns)
{
	static const char wanted[] = "a length of time, such as 250ms or 1.5s";
	const char *word = take_word(operands, wanted);

	if (!word)
		return -EINVAL;
	return parse_duration_ns(word, ns) ? bad(operands, word, wanted) : 0;
}

static int take_distance(struct operands *operands, int64_t *ns)
{
	static const char wanted[] = "a distance of time with its unit, such as +5ms or -1.5s";
	const char *word = take_word(operands, wanted);

	if (!word)
		return -EINVAL;
	return value_signed_ns(word, ns) ? bad(operands, word, wanted) : 0;
}

static int take_rate(struct operands *operands, int64_t max_ppb, int64_t *ppb)
{
	static const char wanted[] = "a rate in ppm with at most three decimals, such as +12.5";
	const char *word = take_word(operands, wanted);
	int64_t value;

	if (!word)
		return -EINVAL;
	if (value_ppb(word, &value))
		return bad(operands, word, wanted);
	if (value > max_ppb || value < -max_ppb)
		return bad(operands, word, "a rate that a clock can have");
	*ppb = value;
	return 0;
}

static int take_number(struct operands *operands, uint64_t max, uint64_t *number)
{
	static const char wanted[] = "a number of the right size, decimal or 0x";
	const char *word = take_word(operands, wanted);

	if (!word)
		return -EINVAL;
	return parse_u64_within(word, 0, max, number) ? bad(operands, word, wanted) : 0;
}

/* One of @count names; its index. */
static int take_name(struct operands *operands, const char *const *names, size_t count,
		     const char *wanted, uint64_t *index)
{
	const char *word = take_word(operands, wanted);

	if (!word)
		return -EINVAL;
	for (size_t i = 0; i < count; i++) {
		if (strcmp(word, names[i]) == 0) {
			*index = i;
			return 0;
		}
	}
	return bad(operands, word, wanted);
}

/* A name that page/names.h gives to a value below @limit. */
static int take_abi_name(struct operands *operands, const char *(*name_of)(uint64_t),
			 uint64_t limit, const char *wanted, uint64_t *value)
{
	const char *word = take_word(operands, wanted);

	if (!word)
		return -EINVAL;
	for (uint64_t i = 0; i < limit; i++) {
		if (name_of(i) && strcmp(word, name_of(i)) == 0) {
			*value = i;
			return 0;
		}
	}
	return bad(operands, word, wanted);
}

static int take_start(struct operands *operands, struct scenario_action *action)
{
	static const char wanted[] = "a moment of UTC, such as 2016-12-31T23:59:50Z";
	const char *word = take_word(operands, wanted);

	if (!word)
		return -EINVAL;
	return value_utc_sec(word, &action->ns) ? bad(operands, word, wanted) : 0;
}

static int take_ns(struct operands *operands, struct scenario_action *action)
{
	return take_length(operands, &action->ns);
}

/* A length of time that something can be cut into. */
static int take_positive_ns(struct operands *operands, struct scenario_action *action)
{
	int err = take_length(operands, &action->ns);

	if (!err && action->ns == 0)
		return bad(operands, operands->word[operands->next - 1], "longer than nothing");
	return err;
}

static int take_u64(struct operands *operands, struct scenario_action *action)
{
	return take_number(operands, UINT64_MAX, &action->number);
}

static int take_size(struct operands *operands, struct scenario_action *action)
{
	return take_number(operands, 65536, &action->number);
}

/* counter tsc|vcnt|native HZ [from N] */
static int take_counter(struct operands *operands, struct scenario_action *action)
{
	static const char *const names[] = {"vcnt", "tsc", "native"};
	static const char wanted[] = "a frequency of 1kHz to 10GHz, such as 2.4GHz";
	struct scenario_fields *fields = &action->fields;
	const char *word;

	if (take_name(operands, names, 3, "one of tsc, vcnt, native",
		      &fields->value[PAGE_COUNTER_ID]))
		return -EINVAL;
	if (fields->value[PAGE_COUNTER_ID] == 2)
		fields->value[PAGE_COUNTER_ID] = COUNTER_NATIVE_ID;
	word = take_word(operands, wanted);
	if (!word)
		return -EINVAL;
	if (value_hz(word, &fields->value[PAGE_PERIOD_FRAC_SEC]))
		return bad(operands, word, wanted);
	if (!take_if(operands, "from"))
		return 0;
	return take_number(operands, UINT64_MAX, &fields->value[PAGE_COUNTER_VALUE]);
}

static int take_yes_no(struct operands *operands, struct scenario_action *action)
{
	static const char *const names[] = {"no", "yes"};

	return take_name(operands, names, 2, "yes or no", &action->number);
}

static int take_mode(struct operands *operands, struct scenario_action *action)
{
	static const char *const names[] = {"full", "marker-only"};

	return take_name(operands, names, 2, "full or marker-only", &action->number);
}

static int take_time_type(struct operands *operands, struct scenario_action *action)
{
	return take_abi_name(operands, page_time_type_name, 5, "one of UTC, TAI, MONOTONIC",
			     &action->number);
}

static int take_status(struct operands *operands, struct scenario_action *action)
{
	return take_abi_name(operands, page_status_name, 5,
			     "one of UNKNOWN, INITIALIZING, SYNCHRONIZED, FREERUNNING, UNRELIABLE",
			     &action->number);
}

static int take_smearing(struct operands *operands, struct scenario_action *action)
{
	return take_abi_name(operands, page_smearing_name, 3, "one of STRICT, NOON_LINEAR, UTC_SLS",
			     &action->number);
}

static int take_leap(struct operands *operands, struct scenario_action *action)
{
	static const char *const names[] = {"none", "positive", "negative"};

	return take_name(operands, names, 3, "one of none, positive, negative", &action->number);
}

static int take_maintenance(struct operands *operands, struct scenario_action *action)
{
	static const char *const names[] = {"none", "soon", "imminent"};

	return take_name(operands, names, 3, "one of none, soon, imminent", &action->number);
}

/* A whole number of seconds as the field holds it, or `unknown`: SCENARIO_NEVER. */
static int take_tai_offset(struct operands *operands, struct scenario_action *action)
{
	static const char wanted[] = "a whole number of seconds, such as -37, or unknown";
	const char *word = take_word(operands, wanted);

	if (!word)
		return -EINVAL;
	if (strcmp(word, "unknown") == 0) {
		action->ns = SCENARIO_NEVER;
		return 0;
	}
	if (value_signed(word, &action->ns) || action->ns < INT16_MIN || action->ns > INT16_MAX)
		return bad(operands, word, wanted);
	return 0;
}

static int take_generation(struct operands *operands, struct scenario_action *action)
{
	if (take_if(operands, "none")) {
		action->storm.updates = false;
		return 0;
	}
	action->storm.updates = true;
	return take_number(operands, INT64_MAX, (uint64_t *)&action->storm.over_ns);
}

static int take_time_error(struct operands *operands, struct scenario_action *action)
{
	if (take_if(operands, "unknown")) {
		action->ns = SCENARIO_NEVER;
		return 0;
	}
	if (take_length(operands, &action->ns))
		return -EINVAL;
	if (action->ns < 10 || action->ns > 1000000000000000)
		return bad(operands, operands->word[operands->next - 1],
			   "a bound of 10ns to a million seconds");
	return 0;
}

static int take_rate_error(struct operands *operands, struct scenario_action *action)
{
	if (take_if(operands, "unknown")) {
		action->ppb = -1;
		return 0;
	}
	if (take_rate(operands, ERROR_PPB_MAX, &action->ppb))
		return -EINVAL;
	if (action->ppb < 1)
		return bad(operands, operands->word[operands->next - 1], "a bound above 0");
	return 0;
}

static int take_drift(struct operands *operands, struct scenario_action *action)
{
	if (take_rate(operands, ERROR_PPB_MAX, &action->ppb))
		return -EINVAL;
	if (action->ppb < 0)
		return bad(operands, operands->word[operands->next - 1], "a bound, without sign");
	return 0;
}

static int take_field(struct operands *operands, enum page_field *field)
{
	static const char wanted[] = "a field of the page by the kernel header's name (not "
				     "seq_count: `stick` is for that)";
	const char *word = take_word(operands, wanted);

	for (*field = 0; word && *field < PAGE_FIELDS; (*field)++) {
		if (*field != PAGE_SEQ_COUNT && strcmp(word, page_field_info(*field)->name) == 0)
			return 0;
	}
	return word ? bad(operands, word, wanted) : -EINVAL;
}

/* set FIELD VALUE [FIELD VALUE]... */
static int take_set(struct operands *operands, struct scenario_action *action)
{
	do {
		static const char wanted[] = "a number that fits in the field";
		enum page_field field;
		const char *word;

		if (take_field(operands, &field))
			return -EINVAL;
		word = take_word(operands, wanted);
		if (!word)
			return -EINVAL;
		if (value_of_width(word, 8u * page_field_info(field)->width,
				   &action->fields.value[field]))
			return bad(operands, word, wanted);
		action->fields.named |= PAGE_FIELD_BIT(field);
	} while (operands->next < operands->count);
	return 0;
}

/* free FIELD... */
static int take_free(struct operands *operands, struct scenario_action *action)
{
	do {
		enum page_field field;

		if (take_field(operands, &field))
			return -EINVAL;
		action->fields.named |= PAGE_FIELD_BIT(field);
	} while (operands->next < operands->count);
	return 0;
}

/* A distance of time, or ticks: "+50ms", "-2000000ticks". */
static int take_value_step(struct operands *operands, struct scenario_jump *jump)
{
	static const char wanted[] =
		"a distance of time such as +50ms, or ticks such as -1000ticks";
	const char *word = take_word(operands, wanted);
	size_t length = word ? strlen(word) : 0;
	char number[32];

	if (!word)
		return -EINVAL;
	if (length > 5 && length - 5 < sizeof(number) && strcmp(word + length - 5, "ticks") == 0) {
		memcpy(number, word, length - 5);
		number[length - 5] = '\0';
		return value_signed(number, &jump->ticks) ? bad(operands, word, wanted) : 0;
	}
	return value_signed_ns(word, &jump->ns) ? bad(operands, word, wanted) : 0;
}

/* One pair of `value STEP` and `rate PPM`; 1 where the next word is neither. */
static int take_jump_part(struct operands *operands, struct scenario_jump *jump)
{
	if (take_if(operands, "value"))
		return take_value_step(operands, jump);
	if (take_if(operands, "rate"))
		return take_rate(operands, RATE_PPB_MAX, &jump->rate_ppb);
	return 1;
}

/* migrate|restore [downtime LENGTH] [value STEP] [rate PPM] [resync LENGTH] */
static int take_move(struct operands *operands, struct scenario_action *action)
{
	int err = 0;

	while (!err && operands->next < operands->count) {
		if (take_if(operands, "downtime"))
			err = take_length(operands, &action->move.downtime_ns);
		else if (take_if(operands, "resync"))
			err = take_length(operands, &action->move.resync_ns);
		else
			err = take_jump_part(operands, &action->move.jump);
	}
	if (err > 0)
		return bad(operands, operands->word[operands->next],
			   "one of downtime, value, rate, resync");
	return err;
}

/* jump value STEP | jump rate PPM, or both */
static int take_jump(struct operands *operands, struct scenario_action *action)
{
	int err;

	do {
		if (operands->next == operands->count)
			return bad(operands, NULL, "value or rate");
		err = take_jump_part(operands, &action->jump);
	} while (!err && operands->next < operands->count);
	return err > 0 ? bad(operands, operands->word[operands->next], "value or rate") : err;
}

static int take_nothing(struct operands *operands, struct scenario_action *action)
{
	(void)operands;
	(void)action;
	return 0;
}

static int take_step(struct operands *operands, struct scenario_action *action)
{
	return take_distance(operands, &action->ns);
}

static int take_slew(struct operands *operands, struct scenario_action *action)
{
	return take_rate(operands, RATE_PPB_MAX, &action->ppb);
}

static int take_gone(struct operands *operands, struct scenario_action *action)
{
	action->ns = SCENARIO_NEVER;
	return operands->next < operands->count ? take_length(operands, &action->ns) : 0;
}

/* storm COUNT over LENGTH */
static int take_storm(struct operands *operands, struct scenario_action *action)
{
	if (take_number(operands, 1000000, &action->storm.updates))
		return -EINVAL;
	if (action->storm.updates == 0)
		return bad(operands, operands->word[operands->next - 1], "one update or more");
	if (!take_if(operands, "over"))
		return bad(operands,
			   operands->next < operands->count ? operands->word[operands->next] : NULL,
			   "the word over");
	return take_length(operands, &action->storm.over_ns);
}

#define START  WORD_AT_START
#define CHANGE WORD_AS_CHANGE
#define BOTH   (WORD_AT_START | WORD_AS_CHANGE)

static const struct word words[] = {
	{"start", VERB_START, START, take_start, "start 2016-12-31T23:59:50Z"},
	{"end", VERB_END, START, take_positive_ns, "end LENGTH, such as `end 60s`"},
	{"seed", VERB_SEED, START, take_u64, "seed NUMBER"},
	{"counter", VERB_COUNTER, START, take_counter,
	 "counter tsc|vcnt|native FREQUENCY [from NUMBER], such as `counter tsc 2.4GHz`"},
	{"sample", VERB_SAMPLE, START, take_positive_ns, "sample LENGTH, such as `sample 100ms`"},
	{"size", VERB_SIZE, START, take_size, "size BYTES, at most 65536"},
	{"notification", VERB_NOTIFICATION, START, take_yes_no, "notification yes|no"},
	{"mode", VERB_MODE, BOTH, take_mode, "mode full|marker-only"},
	{"time-type", VERB_TIME_TYPE, BOTH, take_time_type, "time-type UTC|TAI|MONOTONIC"},
	{"tai-offset", VERB_TAI_OFFSET, BOTH, take_tai_offset,
	 "tai-offset SECONDS|unknown, as the field has it: -37"},
	{"smearing", VERB_SMEARING, BOTH, take_smearing, "smearing STRICT|NOON_LINEAR|UTC_SLS"},
	{"leap", VERB_LEAP, BOTH, take_leap,
	 "leap none|positive|negative: at the end of the month of UTC"},
	{"status", VERB_STATUS, BOTH, take_status,
	 "status UNKNOWN|INITIALIZING|SYNCHRONIZED|FREERUNNING|UNRELIABLE"},
	{"maintenance", VERB_MAINTENANCE, BOTH, take_maintenance, "maintenance none|soon|imminent"},
	{"generation", VERB_GENERATION, BOTH, take_generation, "generation NUMBER|none"},
	{"refresh", VERB_REFRESH, BOTH, take_ns,
	 "refresh LENGTH: how often the page is renewed; 0 is never"},
	{"time-error", VERB_TIME_ERROR, BOTH, take_time_error,
	 "time-error LENGTH|unknown: the bound that the page claims, such as 1us"},
	{"rate-error", VERB_RATE_ERROR, BOTH, take_rate_error,
	 "rate-error PPM|unknown: the bound that the page claims, such as 1ppm"},
	{"drift", VERB_DRIFT, BOTH, take_drift,
	 "drift PPM: how far the counter's rate wanders; at most 0.49 of rate-error"},
	{"set", VERB_SET, BOTH, take_set, "set FIELD VALUE [FIELD VALUE]..."},
	{"free", VERB_FREE, CHANGE, take_free, "free FIELD..."},
	{"migrate", VERB_MIGRATE, CHANGE, take_move,
	 "migrate [downtime LENGTH] [value STEP] [rate PPM] [resync LENGTH]"},
	{"migrated", VERB_MIGRATE, CHANGE, take_nothing, "migrated"},
	{"restore", VERB_RESTORE, CHANGE, take_move,
	 "restore [downtime LENGTH] [value STEP] [rate PPM] [resync LENGTH]"},
	{"disrupt", VERB_DISRUPT, CHANGE, take_nothing, "disrupt"},
	{"jump", VERB_JUMP, CHANGE, take_jump, "jump [value STEP] [rate PPM]"},
	{"step", VERB_STEP, CHANGE, take_step, "step DISTANCE, such as `step +5ms`"},
	{"slew", VERB_SLEW, CHANGE, take_slew, "slew PPM; 0 ends it, and the error stays"},
	{"stick", VERB_STICK, CHANGE, take_positive_ns, "stick LENGTH"},
	{"tear", VERB_TEAR, CHANGE, take_positive_ns, "tear LENGTH"},
	{"garbage", VERB_GARBAGE, CHANGE, take_positive_ns, "garbage LENGTH"},
	{"gone", VERB_GONE, CHANGE, take_gone, "gone [LENGTH]"},
	{"storm", VERB_STORM, CHANGE, take_storm, "storm COUNT over LENGTH"},
	{"stun", VERB_STUN, CHANGE, take_positive_ns, "stun LENGTH"},
	{"update", VERB_UPDATE, CHANGE, take_nothing, "update"},
};

const struct word *word_find(const char *name)
{
	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
		if (strcmp(name, words[i].name) == 0)
			return &words[i];
	}
	return NULL;
}
