/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The sockets on which clients are waited for. */
#ifndef VMCLOCK_TRACE_SERVE_LISTENERS_H
#define VMCLOCK_TRACE_SERVE_LISTENERS_H

#include <stddef.h>

#include "base/error.h"

#define LISTENERS 16

/* All zero at first. */
struct listeners {
	int fd[LISTENERS];	 /* listening, not blocking */
	char *unlink[LISTENERS]; /* a unix socket's path, to be removed at the end; or NULL */
	size_t count;
};

/*
 * Listen at @address: "127.0.0.1:10319", "[::1]:10319", "host:10319" (all addresses of that name),
 * ":10319" (all of the machine), "unix:/run/a.sock". Port 0 is any free one. A unix socket without
 * a listener is replaced, and can be used by owner and group. 0 or -errno, with @error filled.
 */
int listeners_add(struct listeners *listeners, const char *address, struct error *error);

/* Is @address one of these forms? 0, or -EINVAL with @error filled. Nothing is opened. */
int listeners_check(const char *address, struct error *error);

/*
 * Take over the sockets that systemd has opened for us, if any. Returns how many, or -errno with
 * @error filled: one of them is not a listening stream socket.
 */
int listeners_add_inherited(struct listeners *listeners, struct error *error);

/* Where @index is: "127.0.0.1:10319", "[::1]:10319", "unix:/run/a.sock". Always terminated. */
#define LISTENERS_NAME_BYTES 120
void listeners_name(const struct listeners *listeners, size_t index, char *text, size_t bytes);

/* Close all, and remove the paths of unix sockets. */
void listeners_close(struct listeners *listeners);

#endif
