// SPDX-License-Identifier: GPL-2.0-or-later
#include "scenario/scenario.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/parse.h"
#include "scenario/scenario_check.h"
#include "scenario/defaults.h"
#include "scenario/directives.h"

#define LINE_BYTES  1024
#define LINE_WORDS  64
#define AFTER_LAST  10000000000 /* a scenario goes on for 10 s after its last line */
#define SHOWN_BYTES 60		/* as much of a word as a message repeats */

/* Where the reading is. */
struct parser {
	const char *name;
	unsigned int line;
	bool begun;	 /* the first `at` has been seen */
	int64_t last_ns; /* of it */
	struct scenario *scenario;
	struct error *error;
};

#define complain(parser, format, ...)                                                              \
	error_cause((parser)->error, "%s:%u: " format, (parser)->name, (parser)->line, __VA_ARGS__)

/* Cut @line into words, its comment left out. Their number, -E2BIG past LINE_WORDS. */
static int split(char *line, char **words)
{
	int count = 0;
	char *rest = line, *word;

	line[strcspn(line, "#\r\n")] = '\0';
	while ((word = strtok_r(rest, " \t", &rest))) {
		if (count == LINE_WORDS)
			return -E2BIG;
		words[count++] = word;
	}
	return count;
}

/* The words with one blank between them, for messages and lists; NULL without memory. */
static char *join(char **words, int count)
{
	size_t bytes = 1;
	char *text;

	for (int i = 0; i < count; i++)
		bytes += strlen(words[i]) + 1;
	text = malloc(bytes);
	if (!text)
		return NULL;
	text[0] = '\0';
	for (int i = 0; i < count; i++) {
		strcat(text, words[i]);
		if (i + 1 < count)
			strcat(text, " ");
	}
	return text;
}

static int append(struct scenario_action **list, size_t *count,
		  const struct scenario_action *action)
{
	struct scenario_action *longer = reallocarray(*list, *count + 1, sizeof(**list));

	if (!longer)
		return -ENOMEM;
	*list = longer;
	longer[(*count)++] = *action;
	return 0;
}

static void complain_of_place(struct parser *parser, const struct word *word)
{
	if (word->places & WORD_AS_CHANGE) {
		complain(parser, "'%s' happens at a time, and none is given", word->name);
		error_hint(parser->error, "at 10s %s", word->usage);
	} else {
		complain(parser, "'%s' is of the start, it cannot change later", word->name);
		error_hint(parser->error, "put it above the first line that begins with 'at'");
	}
}

/* The rest of a line: a word of the table and its operands. */
static int take_line(struct parser *parser, char **words, int count, enum word_place place,
		     struct scenario_action *action)
{
	struct operands operands = {.word = words, .count = count, .next = 1};
	const struct word *word = word_find(words[0]);
	int err;

	if (!word) {
		complain(parser, "there is no '%.*s' in a scenario", SHOWN_BYTES, words[0]);
		error_hint(parser->error, "vmclock-scenario(5) lists what there is");
		return -EINVAL;
	}
	if (!(word->places & place)) {
		complain_of_place(parser, word);
		return -EINVAL;
	}
	action->verb = word->verb;
	err = word->take(&operands, action);
	if (!err && operands.next == operands.count)
		return 0;
	if (!err)
		complain(parser, "%s: '%.*s' is one word too many", word->name, SHOWN_BYTES,
			 words[operands.next]);
	else if (operands.bad)
		complain(parser, "%s: '%.*s' is not %s", word->name, SHOWN_BYTES, operands.bad,
			 operands.wanted);
	else
		complain(parser, "%s: %s is missing", word->name, operands.wanted);
	error_hint(parser->error, "%s", word->usage);
	return -EINVAL;
}

/* The time behind `at`: since the start, or with + since the line before. */
static int take_time(struct parser *parser, const char *text, int64_t *at_ns)
{
	bool relative = text[0] == '+';
	int64_t ns;

	if (parse_duration_ns(text + relative, &ns) || ns > SCENARIO_LONGEST_NS) {
		complain(parser, "'%.*s' is not a time", SHOWN_BYTES, text);
		error_hint(parser->error, "seconds, or a unit: 'at 1.5', 'at 250ms', 'at 2h'; with "
					  "+ since the line before: 'at +5s'; at most 400 days");
		return -EINVAL;
	}
	ns += relative ? parser->last_ns : 0;
	if (ns > SCENARIO_LONGEST_NS) {
		complain(parser, "'%.*s' is more than 400 days after the start", SHOWN_BYTES, text);
		error_hint(parser->error, "a scenario is at most 400 days long");
		return -EINVAL;
	}
	if (ns < parser->last_ns) {
		complain(parser, "%s is before the line above it", text);
		error_hint(parser->error, "put the lines in order of time");
		return -EINVAL;
	}
	*at_ns = ns;
	return 0;
}

/* A line that has words. */
static int parse_words(struct parser *parser, char **words, int count)
{
	struct scenario *scenario = parser->scenario;
	struct scenario_action action = {.line = parser->line};
	bool is_at = strcmp(words[0], "at") == 0;
	int err;

	if (is_at && count < 3) {
		complain(parser, "%s", "'at' wants a time, and what happens then");
		error_hint(parser->error, "at 10s step +5ms");
		return -EINVAL;
	}
	if (!is_at && parser->begun) {
		complain(parser, "'%.*s' has no time, but stands below a line that has",
			 SHOWN_BYTES, words[0]);
		error_hint(parser->error, "begin the line with 'at TIME', or put it further up");
		return -EINVAL;
	}
	err = is_at ? take_time(parser, words[1], &action.at_ns) : 0;
	if (!err)
		err = take_line(parser, words + 2 * is_at, count - 2 * is_at,
				is_at ? WORD_AS_CHANGE : WORD_AT_START, &action);
	if (err)
		return err;
	action.text = join(words + 2 * is_at, count - 2 * is_at);
	if (!action.text)
		return -ENOMEM;
	parser->begun |= is_at;
	parser->last_ns = action.at_ns;
	err = is_at ? append(&scenario->actions, &scenario->actions_count, &action)
		    : append(&scenario->settings, &scenario->settings_count, &action);
	if (err)
		free(action.text);
	return err;
}

/* One line, @bytes without its end. */
static int parse_line(struct parser *parser, const char *text, size_t bytes)
{
	char line[LINE_BYTES], *words[LINE_WORDS];
	int count;

	if (bytes >= sizeof(line) || memchr(text, '\0', bytes)) {
		complain(parser, "%s",
			 bytes >= sizeof(line) ? "the line is too long"
					       : "there is a zero byte: this is no text");
		error_hint(parser->error, "a line has less than %d bytes", LINE_BYTES);
		return -EINVAL;
	}
	memcpy(line, text, bytes);
	line[bytes] = '\0';
	count = split(line, words);
	if (count == -E2BIG) {
		complain(parser, "more than %d words", LINE_WORDS);
		error_hint(parser->error, "make two lines of it");
		return -EINVAL;
	}
	return count == 0 ? 0 : parse_words(parser, words, count);
}

/* What holds from start to end, out of the settings. */
static void frame_setting(struct scenario_frame *frame, const struct scenario_action *action)
{
	switch (action->verb) {
	case VERB_START:
		frame->start_utc_sec = action->ns;
		break;
	case VERB_END:
		frame->end_ns = action->ns;
		break;
	case VERB_SEED:
		frame->seed = action->number;
		break;
	case VERB_COUNTER:
		frame->counter_id = (uint8_t)action->fields.value[PAGE_COUNTER_ID];
		frame->counter_hz = action->fields.value[PAGE_PERIOD_FRAC_SEC];
		frame->counter_start = action->fields.value[PAGE_COUNTER_VALUE];
		break;
	case VERB_SAMPLE:
		frame->sample_ns = action->ns;
		break;
	case VERB_SIZE:
		frame->size_bytes = action->number;
		break;
	case VERB_NOTIFICATION:
		frame->notification = action->number;
		break;
	default:
		break;
	}
}

static int parse_all(struct parser *parser, const char *text, size_t bytes)
{
	struct scenario *scenario = parser->scenario;
	int err = 0;

	while (!err && bytes > 0) {
		const char *end = memchr(text, '\n', bytes);
		size_t length = end ? (size_t)(end - text) : bytes;

		parser->line++;
		err = parse_line(parser, text, length);
		text += length + (end != NULL);
		bytes -= length + (end != NULL);
	}
	if (err)
		return err;
	scenario->frame.end_ns = parser->last_ns + AFTER_LAST;
	for (size_t i = 0; i < scenario->settings_count; i++)
		frame_setting(&scenario->frame, &scenario->settings[i]);
	return scenario_check(parser->name, scenario, parser->error);
}

int scenario_parse(const char *name, const char *text, size_t bytes, struct scenario *scenario,
		   struct error *error)
{
	struct parser parser = {.name = name, .scenario = scenario, .error = error};
	int err;

	*scenario = (struct scenario){.frame = SCENARIO_FRAME_DEFAULT};
	err = parse_all(&parser, text, bytes);
	if (err == -ENOMEM)
		error_cause(error, "%s: there is not enough memory", name);
	if (err)
		scenario_free(scenario);
	return err;
}

static void actions_free(struct scenario_action *actions, size_t count)
{
	for (size_t i = 0; i < count; i++)
		free(actions[i].text);
	free(actions);
}

void scenario_free(struct scenario *scenario)
{
	actions_free(scenario->settings, scenario->settings_count);
	actions_free(scenario->actions, scenario->actions_count);
	*scenario = (struct scenario){0};
}
