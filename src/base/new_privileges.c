// SPDX-License-Identifier: GPL-2.0-or-later
#include "base/new_privileges.h"

#include <errno.h>
#include <sys/prctl.h>

int new_privileges_refuse(void)
{
	return prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) ? -errno : 0;
}
