// SPDX-License-Identifier: GPL-2.0-or-later
#include "scenario/operands.h"

#include <errno.h>
#include <string.h>

#include "base/parse.h"
#include "scenario/scenario.h"
#include "scenario/value.h"

int operands_bad(struct operands *operands, const char *word, const char *wanted)
{
	operands->bad = word;
	operands->wanted = wanted;
	return -EINVAL;
}

const char *operands_word(struct operands *operands, const char *wanted)
{
	if (operands->next == operands->count) {
		operands_bad(operands, NULL, wanted);
		return NULL;
	}
	return operands->word[operands->next++];
}

bool operands_if(struct operands *operands, const char *text)
{
	if (operands->next == operands->count || strcmp(operands->word[operands->next], text) != 0)
		return false;
	operands->next++;
	return true;
}

int operands_expect(struct operands *operands, const char *text, const char *wanted)
{
	if (operands_if(operands, text))
		return 0;
	return operands_bad(
		operands, operands->next < operands->count ? operands->word[operands->next] : NULL,
		wanted);
}

int operands_length(struct operands *operands, int64_t *ns)
{
	static const char wanted[] = "a length of time, such as 250ms or 1.5s";
	const char *word = operands_word(operands, wanted);
	int64_t length;

	if (!word)
		return -EINVAL;
	if (parse_duration_ns(word, &length))
		return operands_bad(operands, word, wanted);
	if (length > SCENARIO_LONGEST_NS)
		return operands_bad(operands, word, "a length of time of at most 400 days");
	*ns = length;
	return 0;
}

int operands_distance(struct operands *operands, int64_t *ns)
{
	static const char wanted[] = "a distance of time with its unit, such as +5ms or -1.5s";
	const char *word = operands_word(operands, wanted);

	if (!word)
		return -EINVAL;
	return value_signed_ns(word, ns) ? operands_bad(operands, word, wanted) : 0;
}

int operands_rate(struct operands *operands, int64_t max_ppb, int64_t *ppb)
{
	static const char wanted[] = "a rate in ppm with at most three decimals, such as +12.5";
	const char *word = operands_word(operands, wanted);
	int64_t value;

	if (!word)
		return -EINVAL;
	if (value_ppb(word, &value))
		return operands_bad(operands, word, wanted);
	if (value > max_ppb || value < -max_ppb)
		return operands_bad(operands, word, "a rate that a clock can have");
	*ppb = value;
	return 0;
}

int operands_number(struct operands *operands, uint64_t max, uint64_t *number)
{
	static const char wanted[] = "a number of the right size, decimal or 0x";
	const char *word = operands_word(operands, wanted);

	if (!word)
		return -EINVAL;
	return parse_u64_within(word, 0, max, number) ? operands_bad(operands, word, wanted) : 0;
}

int operands_name(struct operands *operands, const char *const *names, size_t count,
		  const char *wanted, uint64_t *index)
{
	const char *word = operands_word(operands, wanted);

	if (!word)
		return -EINVAL;
	for (size_t i = 0; i < count; i++) {
		if (strcmp(word, names[i]) == 0) {
			*index = i;
			return 0;
		}
	}
	return operands_bad(operands, word, wanted);
}

int operands_abi_name(struct operands *operands, const char *(*name_of)(uint64_t), uint64_t limit,
		      const char *wanted, uint64_t *value)
{
	const char *word = operands_word(operands, wanted);

	if (!word)
		return -EINVAL;
	for (uint64_t i = 0; i < limit; i++) {
		if (name_of(i) && strcmp(word, name_of(i)) == 0) {
			*value = i;
			return 0;
		}
	}
	return operands_bad(operands, word, wanted);
}

int operands_text(struct operands *operands, const char *wanted, char *name, size_t bytes)
{
	const char *word = operands_word(operands, wanted);

	if (!word)
		return -EINVAL;
	memset(name, 0, bytes);
	memcpy(name, word, strnlen(word, bytes - 1));
	return 0;
}
