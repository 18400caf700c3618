/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Large pieces of memory of the code under test, which the linker sends here (Makefile: --wrap).
 * AddressSanitizer maps each anew and unmaps it again, which takes ten times as long as an input.
 * These are used again; what lies outside of a piece that is in use stays poisoned.
 */
#ifndef VMCLOCK_TRACE_TESTS_FUZZ_FUZZ_POOL_H
#define VMCLOCK_TRACE_TESTS_FUZZ_FUZZ_POOL_H

#include <sanitizer/asan_interface.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

/* What is smaller AddressSanitizer keeps for the next one by itself. */
#define FUZZ_POOL_LEAST (1 << 17)
#define FUZZ_POOL_MOST	(1 << 20)
#define FUZZ_POOL_SLOTS 8

static _Alignas(4096) uint8_t fuzz_pool[FUZZ_POOL_SLOTS][FUZZ_POOL_MOST];
static bool fuzz_pool_used[FUZZ_POOL_SLOTS];

void *__real_calloc(size_t count, size_t bytes);
void *__real_malloc(size_t bytes);
void __real_free(void *piece);
void *__wrap_calloc(size_t count, size_t bytes);
void *__wrap_malloc(size_t bytes);
void __wrap_free(void *piece);

/* NULL: it is not of a size for here, or all are in use. */
static inline void *fuzz_pool_take(size_t bytes)
{
	if (bytes < FUZZ_POOL_LEAST || bytes >= FUZZ_POOL_MOST)
		return NULL;
	for (int i = 0; i < FUZZ_POOL_SLOTS; i++) {
		if (__atomic_test_and_set(&fuzz_pool_used[i], __ATOMIC_ACQUIRE))
			continue;
		ASAN_POISON_MEMORY_REGION(fuzz_pool[i], FUZZ_POOL_MOST);
		ASAN_UNPOISON_MEMORY_REGION(fuzz_pool[i], bytes);
		return fuzz_pool[i];
	}
	return NULL;
}

void *__wrap_malloc(size_t bytes)
{
	void *piece = fuzz_pool_take(bytes);

	/* Nothing that is not set may look as if it were. */
	return piece ? memset(piece, 0xbe, bytes) : __real_malloc(bytes);
}

void *__wrap_calloc(size_t count, size_t bytes)
{
	size_t all;
	void *piece = __builtin_mul_overflow(count, bytes, &all) ? NULL : fuzz_pool_take(all);

	return piece ? memset(piece, 0, all) : __real_calloc(count, bytes);
}

void __wrap_free(void *piece)
{
	uintptr_t offset = (uintptr_t)piece - (uintptr_t)fuzz_pool;
	size_t slot = offset / FUZZ_POOL_MOST;

	if (offset >= sizeof(fuzz_pool)) {
		__real_free(piece);
		return;
	}
	/* Given back twice, or not as it was given. */
	if (offset % FUZZ_POOL_MOST || !fuzz_pool_used[slot])
		__builtin_trap();
	ASAN_POISON_MEMORY_REGION(fuzz_pool[slot], FUZZ_POOL_MOST);
	__atomic_clear(&fuzz_pool_used[slot], __ATOMIC_RELEASE);
}

#endif
