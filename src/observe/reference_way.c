// SPDX-License-Identifier: GPL-2.0-or-later
#include "observe/reference_way.h"

#include <errno.h>
#include <linux/ptp_clock.h>
#include <string.h>
#include <sys/ioctl.h>

#define FD_TO_CLOCKID(fd) ((clockid_t)((~(unsigned int)(fd) << 3) | 3))
#define SAMPLES		  5

/*
 * PTP_SYS_OFFSET_{PRECISE,EXTENDED}_ATTRS of include/uapi/linux/ptp_clock.h, which the headers that
 * this is built with need not have.
 */
struct attrs_request {
	uint32_t valid;
	int32_t clock_id;
	uint32_t num_samples;
	uint32_t rsv[3];
};

struct attrs_system {
	int64_t sys_time_ns;
	int64_t monoraw_ns;
	uint64_t counter;
	uint32_t counter_id;
	uint32_t rsv;
};

struct attrs_device {
	int64_t sec;
	uint32_t nsec;
	uint32_t reserved;
	uint32_t valid;
	uint32_t error_bound_ns;
	uint32_t timescale;
	uint32_t status;
	uint32_t rsv[4];
};

struct attrs_offset {
	struct attrs_request request;
	struct {
		struct attrs_system before;
		struct attrs_device device;
		struct attrs_system after;
	} sample[25];
};

_Static_assert(sizeof(struct attrs_request) == 24, "as the kernel lays it out");
_Static_assert(sizeof(struct attrs_system) == 32, "as the kernel lays it out");
_Static_assert(sizeof(struct attrs_device) == 48, "as the kernel lays it out");

#define ATTRS_PRECISE  _IOWR('=', 23, struct attrs_offset)
#define ATTRS_EXTENDED _IOWR('=', 24, struct attrs_offset)

#define ATTRS_VALID_BOUND  1u
#define ATTRS_VALID_SCALE  2u
#define ATTRS_VALID_STATUS 4u

enum {
	TIMESCALE_TAI = 1,
	TIMESCALE_UTC = 4
};
enum {
	STATUS_SYNCHRONIZED = 2,
	STATUS_HOLDOVER = 3
};

/* An ioctl that a signal cannot spoil. */
static int ask(int fd, unsigned long request, void *arg)
{
	int done;

	do {
		done = ioctl(fd, request, arg);
	} while (done < 0 && errno == EINTR);
	if (done >= 0)
		return 0;
	return errno == ENOTTY ? -EOPNOTSUPP : -errno;
}

static struct timespec of_ptp(const struct ptp_clock_time *time)
{
	return (struct timespec){.tv_sec = time->sec, .tv_nsec = time->nsec};
}

static struct timespec of_ns(int64_t ns)
{
	return instant_to_timespec(instant_from_ns(ns));
}

/* Keep the tighter one. */
static void take(struct reference_reading *reading, bool first, const struct bracket *bracket)
{
	if (first || bracket_width_ns(bracket) < bracket_width_ns(&reading->realtime))
		reading->realtime = *bracket;
}

/* A bound counts only while the clock says that it is held to its time. */
static void take_attrs(struct reference_reading *reading, const struct attrs_device *device)
{
	bool is_held = !(device->valid & ATTRS_VALID_STATUS) ||
		       device->status == STATUS_SYNCHRONIZED || device->status == STATUS_HOLDOVER;

	reading->scale = SCALE_UNKNOWN;
	if (device->valid & ATTRS_VALID_SCALE)
		reading->scale = device->timescale == TIMESCALE_TAI   ? SCALE_TAI
				 : device->timescale == TIMESCALE_UTC ? SCALE_UTC
								      : SCALE_UNKNOWN;
	/* The largest stands for all that does not fit. */
	reading->has_bound = (device->valid & ATTRS_VALID_BOUND) && is_held &&
			     device->error_bound_ns != UINT32_MAX;
	reading->bound_ns = reading->has_bound ? device->error_bound_ns : 0;
}

static int read_attrs(int fd, bool precise, struct reference_reading *reading)
{
	struct attrs_offset arg = {.request.num_samples = precise ? 1 : SAMPLES};
	int err = ask(fd, precise ? ATTRS_PRECISE : ATTRS_EXTENDED, &arg);

	for (uint32_t i = 0; !err && i < (precise ? 1 : SAMPLES); i++) {
		const struct attrs_device *device = &arg.sample[i].device;
		struct bracket bracket = {
			.before = of_ns(arg.sample[i].before.sys_time_ns),
			.inner = {.tv_sec = device->sec, .tv_nsec = device->nsec},
			.after = of_ns(precise ? arg.sample[i].before.sys_time_ns
					       : arg.sample[i].after.sys_time_ns),
		};

		take(reading, i == 0, &bracket);
		take_attrs(reading, device);
	}
	return err;
}

static int read_precise(int fd, struct reference_reading *reading)
{
	struct ptp_sys_offset_precise arg = {0};
	int err = ask(fd, PTP_SYS_OFFSET_PRECISE, &arg);

	if (!err)
		reading->realtime = (struct bracket){.before = of_ptp(&arg.sys_realtime),
						     .inner = of_ptp(&arg.device),
						     .after = of_ptp(&arg.sys_realtime)};
	return err;
}

static int read_extended(int fd, struct reference_reading *reading)
{
	struct ptp_sys_offset_extended arg = {.n_samples = SAMPLES};
	int err = ask(fd, PTP_SYS_OFFSET_EXTENDED, &arg);

	for (int i = 0; !err && i < SAMPLES; i++) {
		struct bracket bracket = {.before = of_ptp(&arg.ts[i][0]),
					  .inner = of_ptp(&arg.ts[i][1]),
					  .after = of_ptp(&arg.ts[i][2])};

		take(reading, i == 0, &bracket);
	}
	return err;
}

static int read_sys_offset(int fd, struct reference_reading *reading)
{
	struct ptp_sys_offset arg = {.n_samples = SAMPLES};
	int err = ask(fd, PTP_SYS_OFFSET, &arg);

	for (int i = 0; !err && i < SAMPLES; i++) {
		struct bracket bracket = {.before = of_ptp(&arg.ts[2 * i]),
					  .inner = of_ptp(&arg.ts[2 * i + 1]),
					  .after = of_ptp(&arg.ts[2 * i + 2])};

		take(reading, i == 0, &bracket);
	}
	return err;
}

static int read_gettime(int fd, struct reference_reading *reading)
{
	for (int i = 0; i < SAMPLES; i++) {
		struct bracket bracket;

		clock_gettime(CLOCK_REALTIME, &bracket.before);
		if (clock_gettime(FD_TO_CLOCKID(fd), &bracket.inner))
			return -errno;
		clock_gettime(CLOCK_REALTIME, &bracket.after);
		take(reading, i == 0, &bracket);
	}
	return 0;
}

int reference_way_read(int fd, enum reference_way way, struct reference_reading *reading)
{
	memset(reading, 0, sizeof(*reading));
	switch (way) {
	case REFERENCE_PRECISE_ATTRS:
		return read_attrs(fd, true, reading);
	case REFERENCE_EXTENDED_ATTRS:
		return read_attrs(fd, false, reading);
	case REFERENCE_PRECISE:
		return read_precise(fd, reading);
	case REFERENCE_EXTENDED:
		return read_extended(fd, reading);
	case REFERENCE_SYS_OFFSET:
		return read_sys_offset(fd, reading);
	case REFERENCE_GETTIME:
		return read_gettime(fd, reading);
	case REFERENCE_WAYS:
		break;
	}
	return -EOPNOTSUPP;
}
