// SPDX-License-Identifier: GPL-2.0-or-later
#include "observe/mapping_proc.h"

#include <dirent.h>
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include "base/parse.h"

#define DEVICES 8

struct walk {
	DIR *proc;		   /* NULL: no walk is under way */
	struct stat node[DEVICES]; /* of /dev/vmclockN; st_ino 0: there is none */
};

static void walk_close(void *data)
{
	struct walk *walk = data;

	if (walk && walk->proc)
		closedir(walk->proc);
	free(walk);
}

int mapping_proc_open(void **out)
{
	*out = calloc(1, sizeof(struct walk));
	return *out ? 0 : -ENOMEM;
}

static int walk_begin(void *data)
{
	struct walk *walk = data;
	bool any = false;
	char path[32];

	for (int i = 0; i < DEVICES; i++) {
		snprintf(path, sizeof(path), "/dev/vmclock%d", i);
		if (stat(path, &walk->node[i]))
			walk->node[i].st_ino = 0;
		any |= walk->node[i].st_ino != 0;
	}
	if (!any)
		return 0;
	walk->proc = opendir("/proc");
	return walk->proc ? 0 : -errno;
}

/* Whose page the mapping in @line of a file of maps is of: N of vmclockN, or -1. */
static int32_t device_of(const struct walk *walk, const char *line, uint64_t *address)
{
	unsigned int major, minor;
	uint64_t inode;

	if (sscanf(line, "%" SCNx64 "-%*x %*s %*x %x:%x %" SCNu64, address, &major, &minor,
		   &inode) != 4 ||
	    !inode)
		return -1;
	for (int32_t i = 0; i < DEVICES; i++) {
		if (walk->node[i].st_ino == inode && walk->node[i].st_dev == makedev(major, minor))
			return i;
	}
	return -1;
}

static void read_comm(uint32_t pid, char comm[EVENT_COMM_BYTES])
{
	char path[32];
	size_t bytes;
	FILE *file;

	snprintf(path, sizeof(path), "/proc/%" PRIu32 "/comm", pid);
	file = fopen(path, "re");
	if (!file)
		return;
	bytes = fread(comm, 1, EVENT_COMM_BYTES, file);
	fclose(file);
	/* The name can hold newlines; the one at the end is not a part of it. */
	if (bytes)
		comm[bytes - 1] = '\0';
}

static void walk_process(const struct walk *walk, uint32_t pid, mapping_fn fn, void *arg)
{
	struct mapping mapping = {.who = {.pid = pid, .tid = pid}};
	size_t room = 0;
	char path[32], *line = NULL;
	FILE *maps;

	snprintf(path, sizeof(path), "/proc/%" PRIu32 "/maps", pid);
	maps = fopen(path, "re");
	/* Whole lines: what a file is called must not look like a line of its own. */
	while (maps && getline(&line, &room, maps) >= 0) {
		mapping.device = device_of(walk, line, &mapping.address);
		if (mapping.device < 0)
			continue;
		if (!mapping.who.comm[0])
			read_comm(pid, mapping.who.comm);
		fn(&mapping, arg);
	}
	free(line);
	if (maps)
		fclose(maps);
}

/* A process at a time. */
static int walk_step(void *data, mapping_fn fn, void *arg)
{
	struct walk *walk = data;
	struct dirent *entry = walk->proc ? readdir(walk->proc) : NULL;
	uint64_t pid;

	if (!entry) {
		if (walk->proc)
			closedir(walk->proc);
		walk->proc = NULL;
		return 0;
	}
	if (!parse_u64_within(entry->d_name, 1, INT32_MAX, &pid) && (pid_t)pid != getpid())
		walk_process(walk, (uint32_t)pid, fn, arg);
	return 1;
}

const struct mapping_ops mapping_proc = {
	.begin = walk_begin,
	.step = walk_step,
	.close = walk_close,
};
