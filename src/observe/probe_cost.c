// SPDX-License-Identifier: GPL-2.0-or-later
#include "observe/probe_cost.h"

#include <bpf/bpf.h>
#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* More than this program attaches. */
#define PROGRAMS 64

struct probe_cost {
	int counting;	       /* while it is open the kernel counts; -1: that is not our doing */
	int program[PROGRAMS]; /* their owner's */
	unsigned int programs;
};

/* Is descriptor @name of /proc/self/fd a BPF program? */
static bool is_program(int dir, const char *name)
{
	char to[32];
	ssize_t length = readlinkat(dir, name, to, sizeof(to) - 1);

	if (length < 0)
		return false;
	to[length] = '\0';
	return !strcmp(to, "anon_inode:bpf-prog");
}

void probe_cost_find(struct probe_cost *cost)
{
	DIR *dir = opendir("/proc/self/fd");
	const struct dirent *entry;

	cost->programs = 0;
	while (dir && cost->programs < PROGRAMS && (entry = readdir(dir))) {
		if (is_program(dirfd(dir), entry->d_name))
			cost->program[cost->programs++] = atoi(entry->d_name);
	}
	if (dir)
		closedir(dir);
}

int probe_cost_open(bool count, struct probe_cost **out)
{
	struct probe_cost *cost = calloc(1, sizeof(*cost));
	int err = cost ? 0 : -ENOMEM;

	if (cost)
		cost->counting = -1;
	if (cost && count) {
		cost->counting = bpf_enable_stats(BPF_STATS_RUN_TIME);
		err = cost->counting < 0 ? cost->counting : 0;
	}
	if (err)
		probe_cost_close(cost);
	else
		*out = cost;
	return err;
}

void probe_cost_close(struct probe_cost *cost)
{
	if (!cost)
		return;
	if (cost->counting >= 0)
		close(cost->counting);
	free(cost);
}

struct probe_cost_counts probe_cost_read(const struct probe_cost *cost)
{
	struct probe_cost_counts counts = {0};

	for (unsigned int i = 0; i < cost->programs; i++) {
		struct bpf_prog_info info = {0};
		__u32 bytes = sizeof(info);

		if (bpf_obj_get_info_by_fd(cost->program[i], &info, &bytes))
			continue;
		counts.runs += info.run_cnt;
		counts.run_ns += info.run_time_ns;
	}
	return counts;
}
