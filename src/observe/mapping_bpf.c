// SPDX-License-Identifier: GPL-2.0-or-later
#include "observe/mapping_bpf.h"

#include <errno.h>
#include <malloc.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <bpf/bpf.h>
#include <bpf/libbpf.h>

#include "../bpf/mapper_wire.h"
#include "observe/kernel_refusal.h"
#include "mappers.skel.h"

/* How the kernel keeps a device number. */
#define KERNEL_MINOR_BITS 20

struct walk {
	struct mappers_bpf *bpf;
	struct bpf_link *link;
	int iterator; /* of the walk that is under way; -1: none is */
};

static void walk_close(void *data)
{
	struct walk *walk = data;

	if (!walk)
		return;
	if (walk->iterator >= 0)
		close(walk->iterator);
	bpf_link__destroy(walk->link);
	mappers_bpf__destroy(walk->bpf);
	free(walk);
}

static int load(struct walk *walk)
{
	int result;

	walk->bpf = mappers_bpf__open();
	if (!walk->bpf)
		return -errno;
	result = mappers_bpf__load(walk->bpf);
	if (result)
		return result;
	walk->link = bpf_program__attach_iter(walk->bpf->progs.mappers, NULL);
	return walk->link ? 0 : -errno;
}

int mapping_bpf_open(void **out, struct error *error)
{
	struct walk *walk = calloc(1, sizeof(*walk));
	int result;

	if (!walk)
		return -ENOMEM;
	walk->iterator = -1;
	kernel_refusal_listen();
	result = load(walk);
	/* libbpf has read all types of the kernel meanwhile. */
	malloc_trim(0);
	if (result) {
		error_cause(error, "a BPF iterator could not be loaded: %s", strerror(-result));
		error_hint_files(error, result);
		walk_close(walk);
		return result;
	}
	*out = walk;
	return 0;
}

/*
 * As the kernel has it; 0: there is no such device. Where there are no nodes in /dev it is found
 * too.
 */
static uint32_t device_number(uint32_t device)
{
	unsigned int major, minor;
	uint32_t number = 0;
	char path[64];
	FILE *file;

	snprintf(path, sizeof(path), "/sys/class/misc/vmclock%u/dev", device);
	file = fopen(path, "re");
	if (!file)
		return 0;
	if (fscanf(file, "%u:%u", &major, &minor) == 2)
		number = major << KERNEL_MINOR_BITS | minor;
	fclose(file);
	return number;
}

/* Of a device that is gone the number stays until it has another: it may be mapped still. */
static bool find_devices(struct walk *walk)
{
	bool any = false;

	for (uint32_t i = 0; i < MAPPER_WIRE_DEVICES; i++) {
		uint32_t number = device_number(i);

		if (number)
			walk->bpf->bss->devices[i] = number;
		any |= walk->bpf->bss->devices[i];
	}
	return any;
}

static int walk_begin(void *data)
{
	struct walk *walk = data;

	if (!find_devices(walk))
		return 0;
	walk->iterator = bpf_iter_create(bpf_link__fd(walk->link));
	return walk->iterator < 0 ? -errno : 0;
}

static void tell(const struct mapper_wire *wire, mapping_fn fn, void *arg)
{
	struct mapping mapping = {
		.who = {.pid = wire->pid, .tid = wire->pid, .cgroup = wire->cgroup},
		.start_ns = wire->start_ns,
		.device = (int32_t)wire->device,
		.address = wire->address,
	};

	memcpy(mapping.who.comm, wire->comm, sizeof(mapping.who.comm));
	fn(&mapping, arg);
}

/* A record at a time: see STOP_EVERY in bpf/mappers.bpf.c. */
static int walk_step(void *data, mapping_fn fn, void *arg)
{
	struct walk *walk = data;
	struct mapper_wire wire;
	ssize_t bytes;

	if (walk->iterator < 0)
		return 0;
	bytes = read(walk->iterator, &wire, sizeof(wire));
	if (bytes == sizeof(wire)) {
		if (wire.pid)
			tell(&wire, fn, arg);
		return 1;
	}
	if (bytes < 0 && (errno == EAGAIN || errno == EINTR))
		return 1;
	bytes = bytes < 0 ? -errno : bytes ? -EPROTO : 0;
	close(walk->iterator);
	walk->iterator = -1;
	return (int)bytes;
}

const struct mapping_ops mapping_bpf = {
	.begin = walk_begin,
	.step = walk_step,
	.close = walk_close,
};
