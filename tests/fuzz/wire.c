// SPDX-License-Identifier: GPL-2.0-or-later
/* Records as the BPF program writes them, of another version, or torn. */
#include "fuzz.h"

#include "../bpf/wire.h"
#include "observe/kernel_wire.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct kernel_wire state;
	static bool is_ready;
	_Alignas(8) uint8_t record[256];
	struct event events[KERNEL_WIRE_EVENTS];

	if (!is_ready)
		kernel_wire_init(&state);
	is_ready = true;
	while (size) {
		size_t bytes = fuzz_byte(&data, &size);
		int count;

		fuzz_take(&data, &size, record, bytes);
		count = kernel_wire_events(&state, record, bytes, events);
		CHECK(count <= KERNEL_WIRE_EVENTS);
		for (int i = 0; i < count; i++)
			CHECK(events[i].type < EVENT_TYPES && events[i].path < EVENT_PATHS);
	}
	return 0;
}
