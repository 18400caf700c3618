/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Telling the guest's kernel that the page has changed, where the machine has the means. */
#ifndef LAB_NOTICE_H
#define LAB_NOTICE_H

#include <stdbool.h>

/* Is there a way for the vmclock of this index? Then it is open from now on. */
bool notice_open(int index);

/* Tells it; nothing where there is no way. The kernel passes it on a little later. */
void notice_give(void);

#endif
