/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The words of a scenario that are values, strictly: all of the text or nothing, as base/parse.h.
 * Each returns 0, -EINVAL (it is no such value) or -ERANGE; out-parameters are then untouched.
 */
#ifndef VMCLOCK_TRACE_SCENARIO_VALUE_H
#define VMCLOCK_TRACE_SCENARIO_VALUE_H

#include <stdint.h>

/* A length of time with sign and unit: "+50ms", "-1.5s", "250us". No unit is -EINVAL, but for 0. */
int value_signed_ns(const char *text, int64_t *ns);

/* A rate: parts per million with at most three decimals and a sign, "ppm" behind it or not. */
int value_ppb(const char *text, int64_t *ppb);

/* A frequency of 1 kHz to 10 GHz: a number, a fraction, and Hz, kHz, MHz or GHz. */
int value_hz(const char *text, uint64_t *hz);

/* A moment of UTC to the second, years 1970 to 9999: "2016-12-31T23:59:50Z", as POSIX counts. */
int value_utc_sec(const char *text, int64_t *sec);

/* A whole number with sign, decimal or 0x. */
int value_signed(const char *text, int64_t *value);

/* A number of @bits bits with or without a sign: -37 is 2^@bits - 37. */
int value_of_width(const char *text, unsigned int bits, uint64_t *value);

#endif
