/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Telling the guest's kernel that the page has changed, on a machine of `run --notify`. */
#ifndef LAB_NOTICE_H
#define LAB_NOTICE_H

#include <stdbool.h>

/* Is there a way? Then it is open from now on. */
bool notice_open(void);

/* Tells it; nothing where there is no way. The kernel passes it on a little later. */
void notice_give(void);

#endif
