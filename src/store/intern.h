/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Things that come again and again, each with the number under which it was stored. */
#ifndef VMCLOCK_TRACE_STORE_INTERN_H
#define VMCLOCK_TRACE_STORE_INTERN_H

#include <stddef.h>
#include <stdint.h>

#define INTERN_KEY_BYTES 128
#define INTERN_ENTRIES	 4096

/*
 * All zero at first. One that had to make room is forgotten: it is stored again when it comes
 * again.
 */
struct intern {
	struct {
		int64_t number; /* 0: empty */
		uint32_t length;
		uint8_t key[INTERN_KEY_BYTES];
	} entry[INTERN_ENTRIES];
};

/* The number of @key, 0 if it is not known. @bytes is at most INTERN_KEY_BYTES. */
int64_t intern_get(const struct intern *intern, const void *key, size_t bytes);

/* From now on @key has @number, which is not 0. */
void intern_set(struct intern *intern, const void *key, size_t bytes, int64_t number);

#endif
