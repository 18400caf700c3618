/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Arguments, strictly: all of the text must be the value, or it is refused. Nothing is skipped,
 * guessed or clamped. Out-parameters are untouched on failure.
 */
#ifndef VMCLOCK_TRACE_BASE_PARSE_H
#define VMCLOCK_TRACE_BASE_PARSE_H

#include <stdint.h>

/*
 * A whole number: decimal, or hexadecimal after 0x. No sign, no blanks, no octal (010 is ten).
 * -EINVAL where @text is no number, -ERANGE where it does not fit.
 */
int parse_u64(const char *text, uint64_t *value);

/* The same, and -ERANGE also outside @min..@max. */
int parse_u64_within(const char *text, uint64_t min, uint64_t max, uint64_t *value);

/*
 * A length of time in nanoseconds: a decimal number with an optional fraction and a unit of ns, us,
 * ms, s, m (or min), h, d; without a unit it is seconds. "2.5s", "250ms", "1h". Finer than a
 * nanosecond is -EINVAL, so is a sign; past INT64_MAX ns is -ERANGE.
 */
int parse_duration_ns(const char *text, int64_t *ns);

/*
 * A size in bytes: a whole number, as it is or in units of 2^10: k, M, G, T. "4096", "50M".
 * -EINVAL, or -ERANGE past 64 bits.
 */
int parse_bytes(const char *text, uint64_t *bytes);

#endif
