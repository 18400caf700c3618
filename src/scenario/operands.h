/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What follows the first word of a line, taken word by word. All that can fail return 0 or -EINVAL,
 * and say what was wanted instead; out-parameters are then untouched.
 */
#ifndef VMCLOCK_TRACE_SCENARIO_OPERANDS_H
#define VMCLOCK_TRACE_SCENARIO_OPERANDS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct operands {
	char **word;
	int count;
	int next;	    /* the first that was not taken yet */
	const char *wanted; /* on failure: what `bad` is not; static */
	const char *bad;    /* on failure: the word, NULL: there is one too few */
};

/* Complain that @word (NULL: the one that is missing) is not @wanted, which is static. -EINVAL. */
int operands_bad(struct operands *operands, const char *word, const char *wanted);

/* The next word, or NULL with the complaint that @wanted is missing. */
const char *operands_word(struct operands *operands, const char *wanted);

/* Is @text the next word? Then it is taken. */
bool operands_if(struct operands *operands, const char *text);

/* Take the word @text, or complain that what is there is not @wanted. */
int operands_expect(struct operands *operands, const char *text, const char *wanted);

/* A length of time: "250ms"; without unit it is seconds. */
int operands_length(struct operands *operands, int64_t *ns);

/* A distance of time, with sign and unit: "+5ms". */
int operands_distance(struct operands *operands, int64_t *ns);

/* A rate in ppm of at most @max_ppb either way. */
int operands_rate(struct operands *operands, int64_t max_ppb, int64_t *ppb);

/* A number from 0 to @max. */
int operands_number(struct operands *operands, uint64_t max, uint64_t *number);

/* One of @count names; its index. @wanted lists them. */
int operands_name(struct operands *operands, const char *const *names, size_t count,
		  const char *wanted, uint64_t *index);

/* A name that page/names.h gives to a value below @limit; that value. */
int operands_abi_name(struct operands *operands, const char *(*name_of)(uint64_t), uint64_t limit,
		      const char *wanted, uint64_t *value);

/* Any word into @name of @bytes, padded with NUL and cut as the kernel cuts names. */
int operands_text(struct operands *operands, const char *wanted, char *name, size_t bytes);

#endif
