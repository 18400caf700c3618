// SPDX-License-Identifier: GPL-2.0-or-later
/* Understanding commands and scenarios. */
#define _GNU_SOURCE
#include "command.h"

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "host.h"

#define WORDS_MAX   64
#define SECONDS_MAX 1e9

static const struct {
	const char *name;
	enum {
		ALONE,
		ONE_NUMBER,
		ONE_DISTANCE,
		ONE_LENGTH,
		FIELDS,
		FIELDS_WITH_VALUES
	} operands;
} verbs[VERBS] = {
	[VERB_SET] = {"set", FIELDS_WITH_VALUES}, [VERB_FREE] = {"free", FIELDS},
	[VERB_STEP] = {"step", ONE_DISTANCE},	  [VERB_SLEW] = {"slew", ONE_NUMBER},
	[VERB_STICK] = {"stick", ONE_LENGTH},	  [VERB_DISRUPT] = {"disrupt", ALONE},
	[VERB_MIGRATED] = {"migrated", ALONE},	  [VERB_REFRESH] = {"refresh", ONE_LENGTH},
	[VERB_START] = {"start", ALONE},
};

static bool number_parse(const char *text, double *number)
{
	char *end;

	*number = strtod(text, &end);
	return end != text && *end == '\0' && *number > -SECONDS_MAX * NS_PER_S &&
	       *number < SECONDS_MAX * NS_PER_S;
}

/* As vmclock-scenario(5) has it, with a unit; here a bare number is nanoseconds. */
static bool distance_parse(const char *text, double *ns)
{
	static const struct {
		const char *name;
		double ns;
	} units[] = {{"", 1}, {"ns", 1}, {"us", 1e3}, {"ms", 1e6}, {"s", 1e9}};
	char *end;

	*ns = strtod(text, &end);
	for (size_t i = 0; end != text && i < sizeof(units) / sizeof(units[0]); i++) {
		if (strcmp(end, units[i].name) == 0) {
			*ns *= units[i].ns;
			return *ns > -SECONDS_MAX * NS_PER_S && *ns < SECONDS_MAX * NS_PER_S;
		}
	}
	return false;
}

static bool length_parse(const char *text, double *seconds)
{
	return number_parse(text, seconds) && *seconds >= 0 && *seconds < SECONDS_MAX;
}

static bool fields_parse(char **words, int count, int stride, struct page_update *fields)
{
	if (count == 0 || count % stride != 0)
		return false;
	for (int i = 0; i < count; i += stride) {
		enum page_field field = page_field_find(words[i]);
		char *text = words[i + stride - 1], *end = text;
		uint64_t value = stride > 1 ? strtoull(text, &end, 0) : 0;

		/* The sequence count is the update's own: `stick` is for that. */
		if (field == PAGE_FIELDS || field == PAGE_SEQ_COUNT ||
		    (stride > 1 && (end == text || *end != '\0')))
			return false;
		page_update_set(fields, field, value);
	}
	return true;
}

static int words_split(char *text, char **words)
{
	int count = 0;
	char *rest = text, *word;

	while (count < WORDS_MAX && (word = strtok_r(rest, " \t", &rest)))
		words[count++] = word;
	return count;
}

int command_parse(char *text, struct command *command)
{
	char *words[WORDS_MAX];
	int count = words_split(text, words);
	bool good = false;

	*command = (struct command){.verb = 0};
	while (count > 0 && command->verb < VERBS &&
	       strcmp(verbs[command->verb].name, words[0]) != 0)
		command->verb++;
	if (count == 0 || command->verb == VERBS)
		return -EINVAL;
	switch (verbs[command->verb].operands) {
	case ALONE:
		good = count == 1;
		break;
	case ONE_NUMBER:
		good = count == 2 && number_parse(words[1], &command->number);
		break;
	case ONE_DISTANCE:
		good = count == 2 && distance_parse(words[1], &command->number);
		break;
	case ONE_LENGTH:
		good = count == 2 && length_parse(words[1], &command->number);
		break;
	case FIELDS:
		good = fields_parse(words + 1, count - 1, 1, &command->fields);
		break;
	case FIELDS_WITH_VALUES:
		good = fields_parse(words + 1, count - 1, 2, &command->fields);
		break;
	}
	return good ? 0 : -EINVAL;
}

/* `at SECONDS COMMAND`; a line without a word is none, which is no error: 0, else 1 or -EINVAL. */
static int cue_parse(char *line, int64_t earliest_ns, struct cue *cue)
{
	char *rest = line, *word, *at;
	double seconds;

	line[strcspn(line, "#\n")] = '\0';
	word = strtok_r(rest, " \t", &rest);
	if (!word)
		return 0;
	at = strtok_r(rest, " \t", &rest);
	if (strcmp(word, "at") != 0 || !at || !length_parse(at, &seconds) ||
	    command_parse(rest, &cue->command))
		return -EINVAL;
	cue->at_ns = (int64_t)(seconds * (double)NS_PER_S);
	return cue->at_ns < earliest_ns ? -EINVAL : 1;
}

int scenario_read(const char *path, struct scenario *scenario)
{
	FILE *file = fopen(path, "re");
	char line[1024], shown[1024];
	int err = 0;

	if (!file)
		return -errno;
	for (int number = 1; err >= 0 && fgets(line, sizeof(line), file); number++) {
		int count = scenario->count;

		strcpy(shown, line);
		shown[strcspn(shown, "\n")] = '\0';
		scenario->cues =
			reallocarray(scenario->cues, (size_t)count + 1, sizeof(struct cue));
		if (!scenario->cues)
			err = -ENOMEM;
		else
			err = cue_parse(line, count > 0 ? scenario->cues[count - 1].at_ns : 0,
					&scenario->cues[count]);
		if (err == 1)
			scenario->count++;
		else if (err < 0)
			say("scenario, line %d: not `at SECONDS COMMAND`, or before its turn: %s",
			    number, shown);
	}
	fclose(file);
	return err < 0 ? err : 0;
}
