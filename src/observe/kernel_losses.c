// SPDX-License-Identifier: GPL-2.0-or-later
#include "observe/kernel_losses.h"

#include <stdbool.h>
#include <string.h>

#include <bpf/bpf.h>

uint64_t kernel_losses_missed(const struct bpf_link *link)
{
	struct bpf_link_info info = {0};
	uint32_t bytes = sizeof(info);

	if (!link || bpf_link_get_info_by_fd(bpf_link__fd(link), &info, &bytes) ||
	    info.type != BPF_LINK_TYPE_PERF_EVENT ||
	    (info.perf_event.type != BPF_PERF_EVENT_KPROBE &&
	     info.perf_event.type != BPF_PERF_EVENT_KRETPROBE))
		return 0;
	return info.perf_event.kprobe.missed;
}

/*
 * The exit programs of the choke point, which count: a run that did not happen is a use uncounted.
 */
static bool counts_uses(const char *program)
{
	return !strcmp(program, "read_fexit") || !strcmp(program, "read_kretprobe");
}

void kernel_losses_add_recursion(const struct bpf_program *program, struct event_losses *losses)
{
	struct bpf_prog_info info = {0};
	uint32_t bytes = sizeof(info);
	int fd = bpf_program__fd(program);

	if (fd < 0 || bpf_prog_get_info_by_fd(fd, &info, &bytes))
		return;
	losses->recursion += info.recursion_misses;
	if (counts_uses(bpf_program__name(program)))
		losses->uncounted += info.recursion_misses;
}
