// SPDX-License-Identifier: GPL-2.0-or-later
#include "observe/clockbound.h"

#include <errno.h>
#include <fcntl.h>
#include <math.h>
#include <string.h>
#include <unistd.h>

#define NSEC_PER_SEC 1000000000

/* How often a torn segment is read again. */
#define TRIES 8

/* Two words of this machine's order, 0x414D5A4E and 0x43420200 (clock-bound-shm, SHM_MAGIC). */
static const uint8_t magic[8] = {0x4e, 0x5a, 0x4d, 0x41, 0x00, 0x02, 0x42, 0x43};

/* Offsets of versions 1 and 2, which differ from 56 on; and of 3. */
enum {
	AT_SIZE = 8,
	AT_VERSION = 12,
	AT_GENERATION = 14,
	AT_AS_OF = 16,
	AT_VOID_AFTER = 32,
	AT_BOUND = 48,
	V1_DRIFT = 56,
	V1_STATUS = 64,
	V1_BYTES = 68,
	V2_MARKER = 56,
	V2_DRIFT = 64,
	V2_STATUS = 68,
	V2_HAS_MARKER = 72,
	V2_BYTES = 73,
	V3_LOWEST = 12, /* u8: the versions that its layout serves */
	V3_HIGHEST = 13,
	V3_COUNTER = 16,
	V3_AS_OF = 24,
	V3_VOID_AFTER = 40,
	V3_PERIOD = 56,
	V3_PERIOD_ERROR = 64,
	V3_BOUND = 72,
	V3_MARKER = 80,
	V3_DRIFT = 88,
	V3_STATUS = 92,
	V3_HAS_MARKER = 96,
	V3_BYTES = 97,
};

/* The bytes are in the order of this machine. */
static uint64_t get(const uint8_t *bytes, size_t at, size_t width)
{
	uint64_t value8;
	uint32_t value4;
	uint16_t value2;

	switch (width) {
	case 8:
		memcpy(&value8, bytes + at, 8);
		return value8;
	case 4:
		memcpy(&value4, bytes + at, 4);
		return value4;
	default:
		memcpy(&value2, bytes + at, 2);
		return value2;
	}
}

/* A timespec in ns; -ERANGE for one that is none, or is past 292 years. */
static int get_time(const uint8_t *bytes, size_t at, int64_t *ns)
{
	int64_t sec = (int64_t)get(bytes, at, 8), nsec = (int64_t)get(bytes, at + 8, 8);

	if (nsec < 0 || nsec >= NSEC_PER_SEC || __builtin_mul_overflow(sec, NSEC_PER_SEC, ns) ||
	    __builtin_add_overflow(*ns, nsec, ns))
		return -ERANGE;
	return 0;
}

static double get_double(const uint8_t *bytes, size_t at)
{
	double value;

	memcpy(&value, bytes + at, sizeof(value));
	return value;
}

static int decode_v3(const uint8_t *bytes, struct clockbound *claim)
{
	claim->period_sec = get_double(bytes, V3_PERIOD);
	claim->period_error_sec = get_double(bytes, V3_PERIOD_ERROR);
	if (get_time(bytes, V3_AS_OF, &claim->as_of_ns) ||
	    get_time(bytes, V3_VOID_AFTER, &claim->void_after_ns) ||
	    (int64_t)get(bytes, V3_BOUND, 8) < 0 || !isfinite(claim->period_sec) ||
	    claim->period_sec <= 0 || !isfinite(claim->period_error_sec) ||
	    claim->period_error_sec < 0)
		return -ERANGE;
	claim->counter = get(bytes, V3_COUNTER, 8);
	claim->bound_ns = get(bytes, V3_BOUND, 8);
	claim->drift_ppb = (uint32_t)get(bytes, V3_DRIFT, 4);
	claim->status = (uint32_t)get(bytes, V3_STATUS, 4);
	claim->has_marker = bytes[V3_HAS_MARKER] == 1;
	claim->marker = get(bytes, V3_MARKER, 8);
	return 0;
}

/* 0: it is none that is known here. */
static uint16_t version_of(const uint8_t *bytes)
{
	uint16_t version = (uint16_t)get(bytes, AT_VERSION, 2);

	if (version == 1 || version == 2)
		return version;
	return bytes[V3_LOWEST] <= 3 && bytes[V3_HIGHEST] >= 3 ? 3 : 0;
}

int clockbound_decode(const uint8_t *bytes, size_t length, struct clockbound *out)
{
	struct clockbound claim = {0};

	if (length < V1_BYTES || memcmp(bytes, magic, sizeof(magic)))
		return -EINVAL;
	claim.version = version_of(bytes);
	if (!claim.version)
		return -EPROTONOSUPPORT;
	if ((claim.version == 2 && length < V2_BYTES) || (claim.version == 3 && length < V3_BYTES))
		return -EINVAL;
	if (get(bytes, AT_GENERATION, 2) & 1)
		return -EAGAIN;
	if (claim.version == 3) {
		int err = decode_v3(bytes, &claim);

		if (!err)
			*out = claim;
		return err;
	}
	if (get_time(bytes, AT_AS_OF, &claim.as_of_ns) ||
	    get_time(bytes, AT_VOID_AFTER, &claim.void_after_ns) ||
	    (int64_t)get(bytes, AT_BOUND, 8) < 0)
		return -ERANGE;
	claim.bound_ns = get(bytes, AT_BOUND, 8);
	claim.drift_ppb = (uint32_t)get(bytes, claim.version == 1 ? V1_DRIFT : V2_DRIFT, 4);
	claim.status = (uint32_t)get(bytes, claim.version == 1 ? V1_STATUS : V2_STATUS, 4);
	if (claim.version == 2) {
		claim.has_marker = bytes[V2_HAS_MARKER] == 1;
		claim.marker = get(bytes, V2_MARKER, 8);
	}
	*out = claim;
	return 0;
}

/* Two copies that agree in their generation, and that one even, are one whole segment. */
static int read_segment(int fd, struct clockbound *out)
{
	uint8_t bytes[CLOCKBOUND_BYTES];
	int result = -EAGAIN;

	for (int i = 0; i < TRIES && result == -EAGAIN; i++) {
		uint16_t before, after;
		ssize_t got;

		if (pread(fd, &before, sizeof(before), AT_GENERATION) != sizeof(before))
			return -EINVAL;
		got = pread(fd, bytes, sizeof(bytes), 0);
		if (got < 0)
			return -errno;
		if (pread(fd, &after, sizeof(after), AT_GENERATION) != sizeof(after))
			return -EINVAL;
		if (before == after)
			result = clockbound_decode(bytes, (size_t)got, out);
	}
	return result;
}

static const char *const places[] = {CLOCKBOUND_PATH_V3, CLOCKBOUND_PATH_V2, CLOCKBOUND_PATH_V1};

#define PLACES (sizeof(places) / sizeof(places[0]))

const char *clockbound_place(void)
{
	for (size_t i = 0; i < PLACES; i++) {
		if (!access(places[i], F_OK))
			return places[i];
	}
	return NULL;
}

int clockbound_read(const char *path, struct clockbound *out)
{
	int result = -ENOENT;

	/* The first that can be read; else what is wrong with the first that is there. */
	for (size_t i = 0; i < PLACES; i++) {
		int fd = open(path ?: places[i], O_RDONLY | O_CLOEXEC | O_NONBLOCK);
		int one = fd < 0 ? -errno : read_segment(fd, out);

		if (fd >= 0)
			close(fd);
		if (!one || path)
			return one;
		if (result == -ENOENT)
			result = one;
	}
	return result;
}

/* Does the daemon stand by it, and has the counter not been disrupted since? */
static bool is_in_force(const struct clockbound *claim, int64_t monotonic_ns, uint64_t marker)
{
	if (claim->status != CLOCKBOUND_SYNCHRONIZED && claim->status != CLOCKBOUND_FREERUNNING)
		return false;
	/* A client would notice by itself that the page has moved on. */
	if (claim->has_marker && claim->marker != marker)
		return false;
	return monotonic_ns <= claim->void_after_ns;
}

bool clockbound_claims(const struct clockbound *claim, int64_t monotonic_ns, uint64_t marker,
		       uint64_t *bound_ns)
{
	unsigned __int128 grown;
	uint64_t age_ns;

	if (claim->version == 3 || !is_in_force(claim, monotonic_ns, marker))
		return false;
	/* The coarse clock of the daemon's stamp is at most a tick behind, never ahead. */
	if (monotonic_ns < claim->as_of_ns)
		return false;
	age_ns = (uint64_t)monotonic_ns - (uint64_t)claim->as_of_ns;
	grown = (unsigned __int128)age_ns * claim->drift_ppb;
	grown = (grown + NSEC_PER_SEC - 1) / NSEC_PER_SEC + claim->bound_ns;
	if (grown != (uint64_t)grown)
		return false;
	*bound_ns = (uint64_t)grown;
	return true;
}

bool clockbound_at(const struct clockbound *claim, uint64_t counter, int64_t monotonic_ns,
		   uint64_t marker, struct clockbound_time *out)
{
	long double ticks, elapsed_ns, bound_ns;

	if (claim->version != 3 || !is_in_force(claim, monotonic_ns, marker) ||
	    counter < claim->counter)
		return false;
	ticks = (long double)(counter - claim->counter);
	elapsed_ns = ticks * (long double)claim->period_sec * NSEC_PER_SEC;
	bound_ns = ceill((long double)claim->bound_ns +
			 ticks * (long double)claim->period_error_sec * NSEC_PER_SEC);
	/* Up to 146 years, and no sum overflows. */
	if (elapsed_ns >= (long double)(INT64_MAX / 2) || bound_ns >= (long double)INT64_MAX ||
	    __builtin_add_overflow(claim->as_of_ns, (int64_t)elapsed_ns, &out->utc_ns))
		return false;
	out->bound_ns = (uint64_t)bound_ns;
	return true;
}
