// SPDX-License-Identifier: GPL-2.0-or-later
#include "scenario/directives.h"

#include <errno.h>
#include <string.h>

#include "page/counter.h"
#include "page/names.h"
#include "scenario/operands.h"
#include "scenario/value.h"

#define RATE_PPB_MAX  100000000 /* a tenth: no counter and no clock is further off and still one */
#define ERROR_PPB_MAX 10000000 /* a hundredth; 0.98 of it still bounds what 0.49 of it can differ */

static int take_start(struct operands *operands, struct scenario_action *action)
{
	static const char wanted[] = "a moment of UTC, such as 2016-12-31T23:59:50Z";
	const char *word = operands_word(operands, wanted);

	if (!word)
		return -EINVAL;
	return value_utc_sec(word, &action->ns) ? operands_bad(operands, word, wanted) : 0;
}

static int take_ns(struct operands *operands, struct scenario_action *action)
{
	return operands_length(operands, &action->ns);
}

/* A length of time that something can be cut into. */
static int take_positive_ns(struct operands *operands, struct scenario_action *action)
{
	int err = operands_length(operands, &action->ns);

	if (!err && action->ns == 0)
		return operands_bad(operands, operands->word[operands->next - 1],
				    "longer than nothing");
	return err;
}

static int take_u64(struct operands *operands, struct scenario_action *action)
{
	return operands_number(operands, UINT64_MAX, &action->number);
}

static int take_size(struct operands *operands, struct scenario_action *action)
{
	return operands_number(operands, 65536, &action->number);
}

/* counter tsc|vcnt|native HZ [from N] */
static int take_counter(struct operands *operands, struct scenario_action *action)
{
	static const char *const names[] = {"vcnt", "tsc", "native"};
	static const char wanted[] = "a frequency of 1kHz to 10GHz, such as 2.4GHz";
	struct scenario_fields *fields = &action->fields;
	const char *word;

	if (operands_name(operands, names, 3, "one of tsc, vcnt, native",
			  &fields->value[PAGE_COUNTER_ID]))
		return -EINVAL;
	if (fields->value[PAGE_COUNTER_ID] == 2)
		fields->value[PAGE_COUNTER_ID] = COUNTER_NATIVE_ID;
	word = operands_word(operands, wanted);
	if (!word)
		return -EINVAL;
	if (value_hz(word, &fields->value[PAGE_PERIOD_FRAC_SEC]))
		return operands_bad(operands, word, wanted);
	if (!operands_if(operands, "from"))
		return 0;
	return operands_number(operands, UINT64_MAX, &fields->value[PAGE_COUNTER_VALUE]);
}

static int take_yes_no(struct operands *operands, struct scenario_action *action)
{
	static const char *const names[] = {"no", "yes"};

	return operands_name(operands, names, 2, "yes or no", &action->number);
}

static int take_mode(struct operands *operands, struct scenario_action *action)
{
	static const char *const names[] = {"full", "marker-only"};

	return operands_name(operands, names, 2, "full or marker-only", &action->number);
}

static int take_time_type(struct operands *operands, struct scenario_action *action)
{
	return operands_abi_name(operands, page_time_type_name, 5, "one of UTC, TAI, MONOTONIC",
				 &action->number);
}

static int take_status(struct operands *operands, struct scenario_action *action)
{
	return operands_abi_name(
		operands, page_status_name, 5,
		"one of UNKNOWN, INITIALIZING, SYNCHRONIZED, FREERUNNING, UNRELIABLE",
		&action->number);
}

static int take_smearing(struct operands *operands, struct scenario_action *action)
{
	return operands_abi_name(operands, page_smearing_name, 3,
				 "one of STRICT, NOON_LINEAR, UTC_SLS", &action->number);
}

static int take_leap(struct operands *operands, struct scenario_action *action)
{
	static const char *const names[] = {"none", "positive", "negative"};

	return operands_name(operands, names, 3, "one of none, positive, negative",
			     &action->number);
}

static int take_maintenance(struct operands *operands, struct scenario_action *action)
{
	static const char *const names[] = {"none", "soon", "imminent"};

	return operands_name(operands, names, 3, "one of none, soon, imminent", &action->number);
}

/* A whole number of seconds as the field holds it, or `unknown`: SCENARIO_NEVER. */
static int take_tai_offset(struct operands *operands, struct scenario_action *action)
{
	static const char wanted[] = "a whole number of seconds, such as -37, or unknown";
	const char *word = operands_word(operands, wanted);

	if (!word)
		return -EINVAL;
	if (strcmp(word, "unknown") == 0) {
		action->ns = SCENARIO_NEVER;
		return 0;
	}
	if (value_signed(word, &action->ns) || action->ns < INT16_MIN || action->ns > INT16_MAX)
		return operands_bad(operands, word, wanted);
	return 0;
}

static int take_generation(struct operands *operands, struct scenario_action *action)
{
	if (operands_if(operands, "none")) {
		action->storm.updates = false;
		return 0;
	}
	action->storm.updates = true;
	return operands_number(operands, INT64_MAX, (uint64_t *)&action->storm.over_ns);
}

static int take_time_error(struct operands *operands, struct scenario_action *action)
{
	if (operands_if(operands, "unknown")) {
		action->ns = SCENARIO_NEVER;
		return 0;
	}
	if (operands_length(operands, &action->ns))
		return -EINVAL;
	if (action->ns < 10 || action->ns > 1000000000000000)
		return operands_bad(operands, operands->word[operands->next - 1],
				    "a bound of 10ns to a million seconds");
	return 0;
}

static int take_rate_error(struct operands *operands, struct scenario_action *action)
{
	if (operands_if(operands, "unknown")) {
		action->ppb = -1;
		return 0;
	}
	if (operands_rate(operands, ERROR_PPB_MAX, &action->ppb))
		return -EINVAL;
	if (action->ppb < 1)
		return operands_bad(operands, operands->word[operands->next - 1],
				    "a bound above 0");
	return 0;
}

static int take_drift(struct operands *operands, struct scenario_action *action)
{
	if (operands_rate(operands, ERROR_PPB_MAX, &action->ppb))
		return -EINVAL;
	if (action->ppb < 0)
		return operands_bad(operands, operands->word[operands->next - 1],
				    "a bound, without sign");
	return 0;
}

static int take_field(struct operands *operands, enum page_field *field)
{
	static const char wanted[] = "a field of the page by the kernel header's name (not "
				     "seq_count: `stick` is for that)";
	const char *word = operands_word(operands, wanted);

	for (*field = 0; word && *field < PAGE_FIELDS; (*field)++) {
		if (*field != PAGE_SEQ_COUNT && strcmp(word, page_field_info(*field)->name) == 0)
			return 0;
	}
	return word ? operands_bad(operands, word, wanted) : -EINVAL;
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
		word = operands_word(operands, wanted);
		if (!word)
			return -EINVAL;
		if (value_of_width(word, 8u * page_field_info(field)->width,
				   &action->fields.value[field]))
			return operands_bad(operands, word, wanted);
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
	const char *word = operands_word(operands, wanted);
	size_t length = word ? strlen(word) : 0;
	char number[32];

	if (!word)
		return -EINVAL;
	if (length > 5 && length - 5 < sizeof(number) && strcmp(word + length - 5, "ticks") == 0) {
		memcpy(number, word, length - 5);
		number[length - 5] = '\0';
		return value_signed(number, &jump->ticks) ? operands_bad(operands, word, wanted)
							  : 0;
	}
	return value_signed_ns(word, &jump->ns) ? operands_bad(operands, word, wanted) : 0;
}

/* One pair of `value STEP` and `rate PPM`; 1 where the next word is neither. */
static int take_jump_part(struct operands *operands, struct scenario_jump *jump)
{
	if (operands_if(operands, "value"))
		return take_value_step(operands, jump);
	if (operands_if(operands, "rate"))
		return operands_rate(operands, RATE_PPB_MAX, &jump->rate_ppb);
	return 1;
}

/* migrate|restore [downtime LENGTH] [value STEP] [rate PPM] [resync LENGTH|late LENGTH] */
static int take_move(struct operands *operands, struct scenario_action *action)
{
	int err = 0;

	while (!err && operands->next < operands->count) {
		if (operands_if(operands, "downtime"))
			err = operands_length(operands, &action->move.downtime_ns);
		else if (operands_if(operands, "resync"))
			err = operands_length(operands, &action->move.resync_ns);
		else if (operands_if(operands, "late"))
			err = operands_length(operands, &action->move.late_ns);
		else
			err = take_jump_part(operands, &action->move.jump);
	}
	if (err > 0)
		return operands_bad(operands, operands->word[operands->next],
				    "one of downtime, value, rate, resync, late");
	if (!err && action->move.resync_ns && action->move.late_ns)
		return operands_bad(operands, "late",
				    "to be had with resync: until then nothing is renewed");
	return err;
}

/* jump value STEP | jump rate PPM, or both */
static int take_jump(struct operands *operands, struct scenario_action *action)
{
	int err;

	do {
		if (operands->next == operands->count)
			return operands_bad(operands, NULL, "value or rate");
		err = take_jump_part(operands, &action->jump);
	} while (!err && operands->next < operands->count);
	return err > 0 ? operands_bad(operands, operands->word[operands->next], "value or rate")
		       : err;
}

static int take_nothing(struct operands *operands, struct scenario_action *action)
{
	(void)operands;
	(void)action;
	return 0;
}

static int take_step(struct operands *operands, struct scenario_action *action)
{
	return operands_distance(operands, &action->ns);
}

static int take_slew(struct operands *operands, struct scenario_action *action)
{
	return operands_rate(operands, RATE_PPB_MAX, &action->ppb);
}

static int take_gone(struct operands *operands, struct scenario_action *action)
{
	action->ns = SCENARIO_NEVER;
	return operands->next < operands->count ? operands_length(operands, &action->ns) : 0;
}

/* storm COUNT over LENGTH */
static int take_storm(struct operands *operands, struct scenario_action *action)
{
	if (operands_number(operands, 1000000, &action->storm.updates))
		return -EINVAL;
	if (action->storm.updates == 0)
		return operands_bad(operands, operands->word[operands->next - 1],
				    "one update or more");
	if (operands_expect(operands, "over", "the word over"))
		return -EINVAL;
	return operands_length(operands, &action->storm.over_ns);
}

/* realtime within LENGTH | realtime unsynchronized */
static int take_realtime(struct operands *operands, struct scenario_action *action)
{
	action->ns = SCENARIO_NEVER;
	if (operands_if(operands, "unsynchronized"))
		return 0;
	if (operands_expect(operands, "within", "within or unsynchronized"))
		return -EINVAL;
	return operands_length(operands, &action->ns);
}

/* reader NAME every LENGTH */
static int take_reader(struct operands *operands, struct scenario_action *action)
{
	if (operands_text(operands, "the name of a program", action->reader.comm, EVENT_COMM_BYTES))
		return -EINVAL;
	if (operands_expect(operands, "every", "the word every"))
		return -EINVAL;
	if (operands_length(operands, &action->reader.every_ns))
		return -EINVAL;
	if (action->reader.every_ns < 1000)
		return operands_bad(operands, operands->word[operands->next - 1], "1us or longer");
	return 0;
}

/* [off DISTANCE] [within LENGTH] */
static int take_error(struct operands *operands, struct scenario_ptp_clock *clock)
{
	clock->within_ns = SCENARIO_NEVER;
	if (operands_if(operands, "off") && operands_distance(operands, &clock->off_ns))
		return -EINVAL;
	return operands_if(operands, "within") ? operands_length(operands, &clock->within_ns) : 0;
}

/* ptp-clock KIND [off DISTANCE] [within LENGTH] */
static int take_ptp_clock(struct operands *operands, struct scenario_action *action)
{
	static const char *const names[] = {"kvm", "virtio-rtc", "ena", "hyperv", "vmware", "nic"};
	static const enum reference_kind kinds[] = {REFERENCE_KVM,    REFERENCE_VIRTIO_RTC,
						    REFERENCE_ENA,    REFERENCE_HYPERV,
						    REFERENCE_VMWARE, REFERENCE_OTHER};
	struct scenario_ptp_clock *clock = &action->ptp_clock;
	uint64_t kind;

	if (operands_name(operands, names, 6, "one of kvm, virtio-rtc, ena, hyperv, vmware, nic",
			  &kind))
		return -EINVAL;
	*clock = (struct scenario_ptp_clock){.kind = kinds[kind]};
	return take_error(operands, clock);
}

/* clockbound [off DISTANCE] [within LENGTH] */
static int take_clockbound(struct operands *operands, struct scenario_action *action)
{
	action->ptp_clock = (struct scenario_ptp_clock){.is_clockbound = true};
	return take_error(operands, &action->ptp_clock);
}

/* clock-set step DISTANCE | slew PPM | source NAME */
static int take_clock_set(struct operands *operands, struct scenario_action *action)
{
	static const char *const names[] = {"step", "slew", "source"};
	uint64_t how;

	if (operands_name(operands, names, 3, "one of step, slew, source", &how))
		return -EINVAL;
	action->clock_set.how = (enum clock_change_how)how;
	switch (action->clock_set.how) {
	case CLOCK_STEPPED:
		return operands_distance(operands, &action->clock_set.step_ns);
	case CLOCK_SLEWED:
		return operands_rate(operands, RATE_PPB_MAX, &action->clock_set.slew_ppb);
	default:
		return operands_text(operands, "the name of a clocksource",
				     action->clock_set.source, EVENT_SOURCE_BYTES);
	}
}

/* driver-off DISTANCE for LENGTH */
static int take_driver_off(struct operands *operands, struct scenario_action *action)
{
	if (operands_distance(operands, &action->driver.off_ns))
		return -EINVAL;
	if (operands_expect(operands, "for", "the word for"))
		return -EINVAL;
	return operands_length(operands, &action->driver.for_ns);
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
	{"realtime", VERB_REALTIME, START, take_realtime,
	 "realtime within LENGTH, or realtime unsynchronized"},
	{"reader", VERB_READER, START, take_reader,
	 "reader NAME every LENGTH, such as `reader chronyd every 1s`"},
	{"ptp-clock", VERB_PTP_CLOCK, BOTH, take_ptp_clock,
	 "ptp-clock kvm|virtio-rtc|ena|hyperv|vmware|nic [off DISTANCE] [within LENGTH]"},
	{"clockbound", VERB_CLOCKBOUND, BOTH, take_clockbound,
	 "clockbound [off DISTANCE] [within LENGTH]"},
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
	 "migrate [downtime LENGTH] [value STEP] [rate PPM] [resync LENGTH|late LENGTH]"},
	{"migrated", VERB_MIGRATE, CHANGE, take_nothing, "migrated"},
	{"restore", VERB_RESTORE, CHANGE, take_move,
	 "restore [downtime LENGTH] [value STEP] [rate PPM] [resync LENGTH|late LENGTH]"},
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
	{"clock-set", VERB_CLOCK_SET, CHANGE, take_clock_set,
	 "clock-set step DISTANCE, clock-set slew PPM or clock-set source NAME"},
	{"driver-off", VERB_DRIVER_OFF, CHANGE, take_driver_off, "driver-off DISTANCE for LENGTH"},
	{"lose", VERB_LOSE, CHANGE, take_u64, "lose COUNT"},
};

const struct word *word_find(const char *name)
{
	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
		if (strcmp(name, words[i].name) == 0)
			return &words[i];
	}
	return NULL;
}
