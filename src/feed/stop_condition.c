// SPDX-License-Identifier: GPL-2.0-or-later
#include "feed/stop_condition.h"

#include <errno.h>
#include <sys/signalfd.h>
#include <time.h>
#include <unistd.h>

#include "base/clock_now.h"
#include "base/instant.h"

void until_open(struct until *until)
{
	sigset_t set;

	*until = (struct until){0};
	sigemptyset(&set);
	sigaddset(&set, SIGINT);
	sigaddset(&set, SIGTERM);
	sigaddset(&set, SIGCONT);
	sigprocmask(SIG_BLOCK, &set, &until->mask_before);
	signal(SIGPIPE, SIG_IGN);
	until->signals = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
}

void until_close(struct until *until)
{
	if (until->signals >= 0)
		close(until->signals);
	until->signals = -1;
	signal(SIGPIPE, SIG_DFL);
	sigprocmask(SIG_SETMASK, &until->mask_before, NULL);
}

void until_limit(struct until *until, uint64_t duration_ns)
{
	uint64_t now_ns = clock_now_ns(CLOCK_MONOTONIC);

	/* Past 584 years nobody waits. */
	until->has_deadline = !__builtin_add_overflow(now_ns, duration_ns, &until->deadline_ns);
}

/* SIGCONT is pending before anything runs again, so this misses no stop that is over. */
bool until_was_stopped(struct until *until)
{
	const struct timespec now = {0};
	bool continued = until->continued;
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, SIGCONT);
	until->continued = false;
	return sigtimedwait(&set, NULL, &now) == SIGCONT || continued;
}

static enum until_news take_signal(struct until *until)
{
	struct signalfd_siginfo info;

	if (read(until->signals, &info, sizeof(info)) != sizeof(info))
		return UNTIL_READY;
	if (info.ssi_signo == SIGCONT) {
		until->continued = true;
		return UNTIL_READY;
	}
	until->signal = (int)info.ssi_signo;
	return UNTIL_SIGNAL;
}

bool until_is_signalled(struct until *until)
{
	take_signal(until);
	return until->signal;
}

enum until_news until_wait(struct until *until, struct pollfd *fds, nfds_t count)
{
	uint64_t now_ns = clock_now_ns(CLOCK_MONOTONIC);
	struct timespec left = {0};
	int ready;

	if (until->has_deadline && now_ns >= until->deadline_ns)
		return UNTIL_OVER;
	if (until->has_deadline) {
		left.tv_sec = (time_t)((until->deadline_ns - now_ns) / NSEC_PER_SEC);
		left.tv_nsec = (long)((until->deadline_ns - now_ns) % NSEC_PER_SEC);
	}
	fds[0] = (struct pollfd){.fd = until->signals, .events = POLLIN};
	ready = ppoll(fds, count, until->has_deadline ? &left : NULL, NULL);
	if (ready < 0)
		return errno == EINTR ? UNTIL_READY : UNTIL_FAILED;
	if (ready == 0)
		return UNTIL_OVER;
	return fds[0].revents ? take_signal(until) : UNTIL_READY;
}
