// SPDX-License-Identifier: GPL-2.0-or-later
#include "observe/privileges.h"

#include <errno.h>
#include <stdio.h>
#include <sys/capability.h>

#include "base/confine.h"

static const struct {
	cap_value_t value;
	const char *name;
} needed[] = {
	{CAP_BPF, "CAP_BPF"},
	{CAP_PERFMON, "CAP_PERFMON"},
	{CAP_SYS_ADMIN, "CAP_SYS_ADMIN"}, /* has those above in it, and is more */
};

/* How many of these hooks cannot be had without. */
#define FOR_HOOKS 2

static bool has(cap_t caps, cap_value_t value)
{
	cap_flag_value_t flag = CAP_CLEAR;

	return !cap_get_flag(caps, value, CAP_EFFECTIVE, &flag) && flag == CAP_SET;
}

bool privileges_are_admin(void)
{
	cap_t caps = cap_get_proc();
	bool are = caps && has(caps, CAP_SYS_ADMIN);

	cap_free(caps);
	return are;
}

int privileges_missing(char *text, size_t bytes)
{
	cap_t caps = cap_get_proc();
	size_t used = 0;

	if (!caps)
		return -errno;
	text[0] = '\0';
	for (size_t i = 0; i < FOR_HOOKS && !has(caps, CAP_SYS_ADMIN); i++) {
		if (!has(caps, needed[i].value) && used < bytes)
			used += (size_t)snprintf(text + used, bytes - used, "%s%s",
						 used ? ", " : "", needed[i].name);
	}
	cap_free(caps);
	return 0;
}

/* Give up all but those in @keep, which are not inherited by execve() either. */
static int restrict_to(cap_t keep, bool with_hooks)
{
	int err = cap_set_proc(keep) ? -errno : 0;
	int unconfined = confine_system_calls(with_hooks);

	return err ? err : unconfined;
}

int privileges_drop(bool with_hooks)
{
	cap_t none = cap_init();
	int result;

	if (!none)
		return -errno;
	result = restrict_to(none, with_hooks);
	cap_free(none);
	return result;
}

int privileges_keep_for_hooks(void)
{
	cap_t now = cap_get_proc(), keep = cap_init();
	int result = now && keep ? 0 : -errno;

	for (size_t i = 0; i < sizeof(needed) / sizeof(needed[0]) && !result; i++) {
		if (has(now, needed[i].value) &&
		    (cap_set_flag(keep, CAP_PERMITTED, 1, &needed[i].value, CAP_SET) ||
		     cap_set_flag(keep, CAP_EFFECTIVE, 1, &needed[i].value, CAP_SET)))
			result = -errno;
	}
	if (!result)
		result = restrict_to(keep, true);
	cap_free(now);
	cap_free(keep);
	return result;
}
