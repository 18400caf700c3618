// SPDX-License-Identifier: GPL-2.0-or-later
#include "observe/privileges.h"

#include <errno.h>
#include <stdio.h>
#include <sys/capability.h>
#include <sys/prctl.h>

static const struct {
	cap_value_t value;
	const char *name;
} needed[] = {
	{CAP_BPF, "CAP_BPF"},
	{CAP_PERFMON, "CAP_PERFMON"},
	{CAP_SYS_ADMIN, "CAP_SYS_ADMIN"},
};

int privileges_missing(char *text, size_t bytes)
{
	cap_t caps = cap_get_proc();
	size_t used = 0;

	if (!caps)
		return -errno;
	text[0] = '\0';
	for (size_t i = 0; i < sizeof(needed) / sizeof(needed[0]); i++) {
		cap_flag_value_t has = CAP_CLEAR;

		cap_get_flag(caps, needed[i].value, CAP_EFFECTIVE, &has);
		if (has == CAP_CLEAR && used < bytes)
			used += (size_t)snprintf(text + used, bytes - used, "%s%s",
						 used ? ", " : "", needed[i].name);
	}
	cap_free(caps);
	return 0;
}

int privileges_drop(void)
{
	cap_t none = cap_init();
	int result;

	if (!none)
		return -errno;
	result = prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) || cap_set_proc(none) ? -errno : 0;
	cap_free(none);
	return result;
}
