/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The line to whoever runs the lab: a virtio-serial port that tells the time and shows text. */
#ifndef LAB_HOST_H
#define LAB_HOST_H

#include <stdbool.h>

#include "truth.h"

/* Opens the port. The file descriptor, on which lines with commands may arrive; -1 with errno. */
int host_open(const char *path);

/* Shows a line to the user, or on the console while there is no port. */
__attribute__((format(printf, 1, 2))) void say(const char *format, ...);

/* The sharpest of some readings of the host's clock; false if it does not answer in time. */
bool reading_of_host(struct reading *best);

#endif
