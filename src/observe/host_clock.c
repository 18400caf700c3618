// SPDX-License-Identifier: GPL-2.0-or-later
#include "observe/host_clock.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/timex.h>
#include <unistd.h>

#include "page/counter.h"

#define SOURCES	       "/sys/devices/system/clocksource/clocksource0/"
#define SOURCE_PATH    SOURCES "current_clocksource"
#define AVAILABLE_PATH SOURCES "available_clocksource"
#define NSEC_PER_USEC  1000

#if defined(__x86_64__)
#define COUNTER_SOURCE "tsc"
#else
#define COUNTER_SOURCE "arch_sys_counter"
#endif

/* clock_gettime() of a system clock: with a valid id it cannot fail. */
static struct timespec now(clockid_t clock)
{
	struct timespec ts = {0};

	clock_gettime(clock, &ts);
	return ts;
}

struct counter_bracket host_clock_by_counter(clockid_t clock)
{
	struct counter_bracket best = {0};

	for (unsigned int i = 0; i < HOST_CLOCK_TRIES; i++) {
		struct counter_bracket one;

		one.before = counter_read_ordered();
		one.inner = now(clock);
		one.after = counter_read_ordered();
		if (i == 0 || counter_bracket_width(&one) < counter_bracket_width(&best))
			best = one;
	}
	return best;
}

struct bracket host_clock_between(clockid_t inner, clockid_t outer)
{
	struct bracket best = {0};

	for (unsigned int i = 0; i < HOST_CLOCK_TRIES; i++) {
		struct bracket one;

		one.before = now(outer);
		one.inner = now(inner);
		one.after = now(outer);
		if (i == 0 || bracket_width_ns(&one) < bracket_width_ns(&best))
			best = one;
	}
	return best;
}

/*
 * As the kernel has it (NTP_PHASE_LIMIT in timex.h): maxerror grows to 16 s where nobody
 * sets it. Below that somebody vouches for it, also with STA_UNSYNC: chronyd without rtcsync.
 */
#define CLAIM_LIMIT_US 16000000

struct realtime_claim host_clock_claim_of(int state, const struct timex *timex)
{
	return (struct realtime_claim){
		.synchronized = state != TIME_ERROR && !(timex->status & STA_UNSYNC),
		.claims = timex->maxerror >= 0 && timex->maxerror < CLAIM_LIMIT_US,
		.max_error_ns = (uint64_t)timex->maxerror * NSEC_PER_USEC,
		.est_error_ns = (uint64_t)timex->esterror * NSEC_PER_USEC,
		.tai_offset_sec = timex->tai,
	};
}

struct realtime_claim host_clock_claim(void)
{
	struct timex timex = {.modes = 0};
	int state = adjtimex(&timex);

	return state < 0 ? (struct realtime_claim){.result = -errno}
			 : host_clock_claim_of(state, &timex);
}

/* The first line of a file of the kernel's into @text, terminated. 0 or -errno. */
static int read_line(const char *path, char *text, size_t bytes)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	ssize_t length;
	int err;

	if (fd < 0)
		return -errno;
	length = read(fd, text, bytes - 1);
	err = length < 0 ? -errno : -ENODATA;
	close(fd);
	if (length <= 0)
		return err;
	text[length] = '\0';
	text[strcspn(text, "\n")] = '\0';
	return 0;
}

int host_clock_source(char *name, size_t bytes)
{
	char text[64];
	int result = read_line(SOURCE_PATH, text, sizeof(text));

	if (!result)
		snprintf(name, bytes, "%.*s", (int)bytes - 1, text);
	return result;
}

bool host_clock_tsc_is_unstable(void)
{
#if defined(__x86_64__)
	char text[256], *rest = text, *name;

	if (read_line(AVAILABLE_PATH, text, sizeof(text)))
		return false;
	while ((name = strsep(&rest, " "))) {
		if (!strcmp(name, COUNTER_SOURCE))
			return false;
	}
	return true;
#else
	return false;
#endif
}

bool host_clock_is_on_counter(void)
{
	char name[32];

	return host_clock_source(name, sizeof(name)) == 0 && strcmp(name, COUNTER_SOURCE) == 0;
}
