// SPDX-License-Identifier: GPL-2.0-or-later
#include "observe/kernel_percpu.h"

#include <errno.h>
#include <stdlib.h>

#include <bpf/libbpf.h>

#include "../bpf/wire.h"
#include "observe/kernel_wire.h"

/* The values of @key, one a CPU; freed by the caller. Returns how many, or -errno. */
static int lookup(const struct bpf_map *map, uint32_t key, size_t bytes, void **values)
{
	int cpus = libbpf_num_possible_cpus();
	int result;

	if (cpus < 0)
		return cpus;
	*values = calloc((size_t)cpus, bytes);
	if (!*values)
		return -ENOMEM;
	result = bpf_map__lookup_elem(map, &key, sizeof(key), *values, (size_t)cpus * bytes, 0);
	if (!result)
		return cpus;
	free(*values);
	return result;
}

int kernel_percpu_sum(const struct bpf_map *map, uint32_t key, uint64_t *sum)
{
	void *values;
	int cpus = lookup(map, key, sizeof(*sum), &values);

	if (cpus < 0)
		return cpus;
	*sum = 0;
	for (int cpu = 0; cpu < cpus; cpu++)
		*sum += ((const uint64_t *)values)[cpu];
	free(values);
	return 0;
}

int kernel_percpu_sum_latency(const struct bpf_map *map, uint32_t key, struct histogram *sum)
{
	void *values;
	int cpus = lookup(map, key, sizeof(struct wire_latency), &values);

	if (cpus < 0)
		return cpus;
	*sum = (struct histogram){0};
	for (int cpu = 0; cpu < cpus; cpu++)
		kernel_wire_add_latency(sum, &((const struct wire_latency *)values)[cpu]);
	free(values);
	return 0;
}
