// SPDX-License-Identifier: GPL-2.0-or-later
#include "top/top_terminfo.h"

#include <ncurses.h>
#include <term.h>

bool top_terminfo_is_known(int fd)
{
	int found;

	if (setupterm(NULL, fd, &found) == ERR)
		return false;
	del_curterm(cur_term);
	return true;
}
