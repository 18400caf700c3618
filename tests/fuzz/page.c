// SPDX-License-Identifier: GPL-2.0-or-later
/* The bytes of a page, as any hypervisor or any file may have them, and what status shows. */
#include "fuzz.h"

#include <json-c/json.h>

#include "page/diff.h"
#include "page/now.h"
#include "page/seqlock.h"
#include "page/smear.h"
#include "page/warning.h"
#include "show/smear_view.h"
#include "status/page_status.h"
#include "status/page_status_view.h"

#define IS_LIKELY  1 /* the bits of the first byte: a page that is one, at least by its header */
#define IS_DEVICE  2
#define IS_FOREIGN 4
#define IS_TORN	   8
#define HAS_SYSTEM 16
#define HAS_LENGTH 32

static const uint8_t likely[] = {'V', 'C', 'L', 'K', 0x70, 0, 0, 0, 1, 0, 1};

static void show(const struct page_status *status)
{
	const char *codes[PAGE_STATUS_FINDINGS];
	char verdict[PAGE_STATUS_VERDICT_BYTES];
	json_object *json = page_status_json(status);

	page_status_print(status, fuzz_nowhere());
	CHECK(json_object_to_json_string(json));
	json_object_put(json);
	CHECK(page_status_findings(status, codes) <= PAGE_STATUS_FINDINGS);
	page_status_verdict(status, verdict, sizeof(verdict));
	CHECK(verdict[0] && strlen(verdict) < sizeof(verdict));
	CHECK(page_status_level(status));
}

static void read_live(const uint8_t *map, size_t length)
{
	struct page_copy copy;
	struct page_now now;
	uint64_t bound_ns;

	page_now(map, &now);
	page_now_bounded(map, &now, &bound_ns);
	page_copy_mapped(map, length, (struct page_wait){.tries = 2}, &copy);
}

static void smear(const struct page *page, uint64_t counter, uint8_t shape)
{
	struct leap_second leap;
	struct smear_clocks clocks;
	struct instant at = {.sec = (int64_t)counter, .frac = counter * 3};
	char text[INSTANT_ISO_BYTES];

	leap_second_of_page(page, &leap);
	if (!smear_clocks_of_page(page, counter, &clocks))
		smear_format_utc(&clocks, text, sizeof(text));
	if (!smear_clocks_at(&leap, shape & 3, at, &clocks))
		smear_format_utc(&clocks, text, sizeof(text));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static _Alignas(64) uint8_t map[4096];
	uint8_t mode = fuzz_byte(&data, &size), length = fuzz_byte(&data, &size);
	struct page_status status = {.path = "x\033[31m\xff",
				     .via = "mmap",
				     .is_device = mode & IS_DEVICE,
				     .is_foreign = mode & IS_FOREIGN,
				     .torn = mode & IS_TORN,
				     .system_missing = "it was not read",
				     .phc_missing = "there is none",
				     .phc_scale_missing = "it was not read"};
	struct page other;
	uint64_t counter;

	fuzz_take(&data, &size, &counter, sizeof(counter));
	memset(map, 0, sizeof(map));
	memcpy(map, data, size < sizeof(map) ? size : sizeof(map));
	if (mode & IS_LIKELY) {
		memcpy(map, likely, sizeof(likely));
		map[0x0c] &= 0xfe;
	}
	page_from_bytes(&status.page, map, mode & HAS_LENGTH ? length : VMCLOCK_ABI_BYTES);
	page_from_bytes(&other, data, size);
	page_diff(&status.page, &other);
	read_live(map, length);
	smear(&status.page, counter, length);
	status.warnings = page_warnings_at(&status.page, counter);
	if (page_time_at(&status.page, counter, &status.time))
		status.time_missing = "it cannot be told";
	else if (mode & HAS_SYSTEM && status.time.has_utc &&
		 !instant_distance((struct instant){(int64_t)counter, counter * 5}, status.time.utc,
				   &status.system))
		status.system_missing = NULL;
	show(&status);
	return 0;
}
