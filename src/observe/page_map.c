// SPDX-License-Identifier: GPL-2.0-or-later
#include "observe/page_map.h"

#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/mman.h>
#include <unistd.h>

#define MAPS 64

/* Slots, not a list: the signal handler walks them while others open and close. */
struct page_map {
	atomic_uintptr_t address; /* 0: the slot is free; 1: being set up */
	atomic_bool lost;
	int fd;
};

#define SLOT_TAKEN ((uintptr_t)1)

static struct page_map maps[MAPS];
static struct sigaction previous;
static size_t page_bytes;
static pthread_mutex_t set_up_lock = PTHREAD_MUTEX_INITIALIZER;

/* The mapping that @address lies in, or NULL. */
static struct page_map *map_at(uintptr_t address)
{
	uintptr_t start = address - address % page_bytes;

	for (size_t i = 0; start && i < MAPS; i++) {
		if (atomic_load(&maps[i].address) == start)
			return &maps[i];
	}
	return NULL;
}

/* Not ours: pass it to the previous handler, or let it recur and kill as it would have. */
static void pass_on(int signal_number, siginfo_t *info, void *context)
{
	if (previous.sa_flags & SA_SIGINFO)
		previous.sa_sigaction(signal_number, info, context);
	else if (previous.sa_handler != SIG_DFL && previous.sa_handler != SIG_IGN)
		previous.sa_handler(signal_number);
	else
		signal(SIGBUS, SIG_DFL);
}

/* mmap() is a bare system call in every libc, so it is safe here though POSIX does not list it. */
static void on_sigbus(int signal_number, siginfo_t *info, void *context)
{
	struct page_map *map = map_at((uintptr_t)info->si_addr);
	int saved_errno = errno;

	if (map && mmap((void *)atomic_load(&map->address), page_bytes, PROT_READ,
			MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0) != MAP_FAILED)
		atomic_store(&map->lost, true);
	else
		pass_on(signal_number, info, context);
	errno = saved_errno;
}

/* Each time, not once: the signal may have another handler since. */
static void take_sigbus(void)
{
	struct sigaction action = {.sa_sigaction = on_sigbus, .sa_flags = SA_SIGINFO};
	struct sigaction current;

	pthread_mutex_lock(&set_up_lock);
	page_bytes = (size_t)sysconf(_SC_PAGESIZE);
	sigaction(SIGBUS, NULL, &current);
	if (!(current.sa_flags & SA_SIGINFO) || current.sa_sigaction != on_sigbus) {
		previous = current;
		sigemptyset(&action.sa_mask);
		sigaction(SIGBUS, &action, NULL);
	}
	pthread_mutex_unlock(&set_up_lock);
}

/* A free slot, now taken; NULL if there is none. */
static struct page_map *take_slot(void)
{
	for (size_t i = 0; i < MAPS; i++) {
		uintptr_t free_slot = 0;

		if (atomic_compare_exchange_strong(&maps[i].address, &free_slot, SLOT_TAKEN))
			return &maps[i];
	}
	return NULL;
}

int page_map_open(int fd, struct page_map **out)
{
	struct page_map *map;
	void *address;

	take_sigbus();
	map = take_slot();
	if (!map)
		return -ENOSPC;
	address = mmap(NULL, page_bytes, PROT_READ, MAP_SHARED, fd, 0);
	if (address == MAP_FAILED) {
		int err = -errno;

		atomic_store(&map->address, 0);
		return err;
	}
	map->fd = fd;
	atomic_store(&map->lost, false);
	atomic_store(&map->address, (uintptr_t)address);
	*out = map;
	return 0;
}

void page_map_close(struct page_map *map)
{
	if (!map)
		return;
	munmap((void *)atomic_exchange(&map->address, SLOT_TAKEN), page_bytes);
	atomic_store(&map->address, 0);
}

const volatile void *page_map_address(const struct page_map *map)
{
	return (const volatile void *)atomic_load(&map->address);
}

bool page_map_is_lost(const struct page_map *map)
{
	return atomic_load(&map->lost);
}

int page_map_again(struct page_map *map)
{
	if (mmap((void *)atomic_load(&map->address), page_bytes, PROT_READ, MAP_SHARED | MAP_FIXED,
		 map->fd, 0) == MAP_FAILED)
		return -errno;
	atomic_store(&map->lost, false);
	return 0;
}
