// SPDX-License-Identifier: GPL-2.0-or-later
#include "feed/stop_condition.h"

#include <errno.h>
#include <sys/signalfd.h>
#include <time.h>
#include <unistd.h>

#include "base/clock_now.h"
#include "base/instant.h"

/* As nohup(1) has it. */
static bool is_hangup_ignored(void)
{
	struct sigaction action;

	return !sigaction(SIGHUP, NULL, &action) && action.sa_handler == SIG_IGN;
}

void stop_condition_open(struct stop_condition *until)
{
	sigset_t set;

	*until = (struct stop_condition){.ran_ns = clock_now_ns(CLOCK_MONOTONIC)};
	sigemptyset(&set);
	sigaddset(&set, SIGINT);
	sigaddset(&set, SIGTERM);
	if (!is_hangup_ignored())
		sigaddset(&set, SIGHUP);
	sigaddset(&set, SIGCONT);
	sigprocmask(SIG_BLOCK, &set, &until->mask_before);
	signal(SIGPIPE, SIG_IGN);
	until->signals = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
}

void stop_condition_close(struct stop_condition *until)
{
	if (until->signals >= 0)
		close(until->signals);
	until->signals = -1;
	signal(SIGPIPE, SIG_DFL);
	sigprocmask(SIG_SETMASK, &until->mask_before, NULL);
}

void stop_condition_limit(struct stop_condition *until, uint64_t duration_ns)
{
	uint64_t now_ns = clock_now_ns(CLOCK_MONOTONIC);

	/* Beyond 584 years means no limit. */
	until->has_deadline = !__builtin_add_overflow(now_ns, duration_ns, &until->deadline_ns);
}

/* It runs now: what went by since it last did is how long it was stopped, if it was. */
static void note_run(struct stop_condition *until, bool continued)
{
	uint64_t now_ns = clock_now_ns(CLOCK_MONOTONIC);

	until->continued |= continued;
	if (continued && now_ns - until->ran_ns >= STOP_CONDITION_STOPPED_NS)
		until->stopped_ns += now_ns - until->ran_ns;
	until->ran_ns = now_ns;
}

/* SIGCONT is pending before anything runs again, so this misses no stop that is over. */
static void check_continued(struct stop_condition *until)
{
	const struct timespec now = {0};
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, SIGCONT);
	note_run(until, sigtimedwait(&set, NULL, &now) == SIGCONT);
}

bool stop_condition_was_stopped(struct stop_condition *until)
{
	bool continued;

	check_continued(until);
	continued = until->continued;
	until->continued = false;
	return continued;
}

uint64_t stop_condition_stopped_ns(struct stop_condition *until)
{
	check_continued(until);
	return until->stopped_ns;
}

static enum stop_condition_news take_signal(struct stop_condition *until)
{
	struct signalfd_siginfo info;

	if (read(until->signals, &info, sizeof(info)) != sizeof(info))
		return STOP_CONDITION_READY;
	if (info.ssi_signo == SIGCONT) {
		note_run(until, true);
		return STOP_CONDITION_READY;
	}
	until->signal = (int)info.ssi_signo;
	return STOP_CONDITION_SIGNAL;
}

bool stop_condition_is_signalled(struct stop_condition *until)
{
	take_signal(until);
	return until->signal;
}

enum stop_condition_news stop_condition_wait(struct stop_condition *until, struct pollfd *fds,
					     nfds_t count)
{
	struct timespec left = {0};
	uint64_t now_ns;
	int ready;

	check_continued(until);
	now_ns = until->ran_ns;
	if (until->has_deadline && now_ns >= until->deadline_ns)
		return STOP_CONDITION_OVER;
	if (until->has_deadline) {
		left.tv_sec = (time_t)((until->deadline_ns - now_ns) / NSEC_PER_SEC);
		left.tv_nsec = (long)((until->deadline_ns - now_ns) % NSEC_PER_SEC);
	}
	fds[0] = (struct pollfd){.fd = until->signals, .events = POLLIN};
	ready = ppoll(fds, count, until->has_deadline ? &left : NULL, NULL);
	if (ready < 0)
		return errno == EINTR ? STOP_CONDITION_READY : STOP_CONDITION_FAILED;
	if (ready == 0) {
		check_continued(until);
		return STOP_CONDITION_OVER;
	}
	if (fds[0].revents)
		return take_signal(until);
	check_continued(until);
	return STOP_CONDITION_READY;
}
