// SPDX-License-Identifier: GPL-2.0-or-later
/* The field table, presence, differences, names and warnings. */
#include "page/diff.h"
#include "page/names.h"
#include "page/warning.h"
#include "page_make.h"

#define W(code) PAGE_WARNING_BIT(PAGE_WARN_##code)

static void fields_fill_the_page_without_overlap(void **state)
{
	uint8_t used[VMCLOCK_ABI_BYTES] = {0};

	(void)state;
	for (enum page_field f = 0; f < PAGE_FIELDS; f++) {
		const struct page_field_info *info = page_field_info(f);

		assert_non_null(info->name);
		assert_int_equal(info->offset % info->width, 0);
		for (unsigned int i = 0; i < info->width; i++)
			used[info->offset + i]++;
	}
	for (unsigned int i = 0; i < VMCLOCK_ABI_BYTES; i++)
		assert_int_equal(used[i], i == 0x20 || i == 0x21 ? 0 : 1); /* padding */
}

static void presence_ends_with_size_and_with_the_bytes(void **state)
{
	struct page page = make_full_page();

	(void)state;
	make_field(&page, PAGE_VM_GENERATION, 5);
	assert_true(page_has(&page, PAGE_VM_GENERATION));
	make_field(&page, PAGE_SIZE_BYTES, 0x6f);
	assert_false(page_has(&page, PAGE_VM_GENERATION));
	assert_int_equal(page_get(&page, PAGE_VM_GENERATION), 0);
	make_field(&page, PAGE_SIZE_BYTES, 0);
	assert_true(page_has(&page, PAGE_FLAGS));
	assert_false(page_has(&page, PAGE_CLOCK_STATUS));
	make_field(&page, PAGE_SIZE_BYTES, 4096);
	page.length = 0x1f;
	assert_false(page_has(&page, PAGE_FLAGS));
	assert_true(page_has(&page, PAGE_DISRUPTION_MARKER));
}

static void signed_field(void **state)
{
	struct page page = make_full_page();

	(void)state;
	assert_int_equal(page_get_signed(&page, PAGE_TAI_OFFSET_SEC), -37);
	make_field(&page, PAGE_TAI_OFFSET_SEC, 0x8000);
	assert_int_equal(page_get_signed(&page, PAGE_TAI_OFFSET_SEC), -32768);
}

static void each_field_differs_by_itself(void **state)
{
	const struct page before = make_full_page();

	(void)state;
	assert_int_equal(page_diff(&before, &before), 0);
	for (enum page_field f = 0; f < PAGE_FIELDS; f++) {
		struct page after = before;

		if (f == PAGE_SIZE_BYTES)
			make_field(&after, f, 8192);
		else
			after.bytes[page_field_info(f)->offset] ^= 0x80;
		assert_int_equal(page_diff(&before, &after), PAGE_FIELD_BIT(f));
	}
}

static void padding_is_no_difference_and_absence_is_one(void **state)
{
	const struct page before = make_full_page();
	struct page after = before;

	(void)state;
	after.bytes[0x20] = 1;
	assert_int_equal(page_diff(&before, &after), 0);
	/* The value was 0 and is now not there. */
	after = before;
	after.length = 0x68;
	assert_int_equal(page_diff(&before, &after), PAGE_FIELD_BIT(PAGE_VM_GENERATION));
}

static void names_stop_where_the_abi_does(void **state)
{
	(void)state;
	assert_string_equal(page_counter_name(1), "X86_TSC");
	assert_string_equal(page_counter_name(0xff), "INVALID");
	assert_null(page_counter_name(2));
	assert_null(page_counter_name(0x100));
	assert_null(page_status_name(5));
	assert_null(page_leap_name(6));
	assert_null(page_smearing_name(UINT64_MAX));
	assert_null(page_flag_name(10));
	assert_string_equal(page_flag_name(9), "NOTIFICATION_PRESENT");
	assert_string_equal(page_value_name(PAGE_TIME_TYPE, 2), "MONOTONIC");
	assert_null(page_value_name(PAGE_MAGIC, 0));
}

static void warnings_are_sorted_and_explained(void **state)
{
	(void)state;
	for (unsigned int i = 0; i < PAGE_WARNINGS; i++) {
		const struct page_warning_info *info = page_warning_info(i);
		size_t end = strlen(info->advice);

		assert_true(strlen(info->means) > 10);
		assert_int_equal(info->advice[end - 1], '.');
		if (i)
			assert_true(strcmp(page_warning_info(i - 1)->code, info->code) < 0);
	}
}

static void warnings_of_our_own(void **state)
{
	struct page page = make_full_page();

	(void)state;
	assert_int_equal(page_warnings_at(&page, 5), 0);
	page.length = 0x68;
	assert_int_equal(page_warnings(&page), W(FILE_CUT_SHORT));
	page = make_full_page();
	make_field(&page, PAGE_TIME_SEC, UINT64_MAX);
	assert_int_equal(page_warnings_at(&page, 5), W(TIME_OUT_OF_RANGE));
	page = make_full_page();
	make_field(&page, PAGE_TIME_MAXERROR_NS, UINT64_MAX);
	make_field(&page, PAGE_PERIOD_MAXERROR_RATE, 1);
	assert_int_equal(page_warnings_at(&page, 5), W(ERROR_OUT_OF_RANGE));
}

static void a_page_without_clock_is_safe(void **state)
{
	struct page page = make_marker_page();

	(void)state;
	assert_int_equal(page_mode(&page), PAGE_MARKER_ONLY);
	assert_int_equal(page_warnings(&page), W(STATUS_NOT_VALID));
	assert_int_equal(page_warnings_unsafe(PAGE_MARKER_ONLY, page_warnings(&page)), 0);
	assert_int_equal(page_warnings_unsafe(PAGE_FULL, W(STATUS_NOT_VALID)), W(STATUS_NOT_VALID));
	make_field(&page, PAGE_SEQ_COUNT, 1);
	assert_int_equal(page_warnings_unsafe(PAGE_MARKER_ONLY, page_warnings(&page)),
			 W(UPDATE_IN_PROGRESS));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(fields_fill_the_page_without_overlap),
		cmocka_unit_test(presence_ends_with_size_and_with_the_bytes),
		cmocka_unit_test(signed_field),
		cmocka_unit_test(each_field_differs_by_itself),
		cmocka_unit_test(padding_is_no_difference_and_absence_is_one),
		cmocka_unit_test(names_stop_where_the_abi_does),
		cmocka_unit_test(warnings_are_sorted_and_explained),
		cmocka_unit_test(warnings_of_our_own),
		cmocka_unit_test(a_page_without_clock_is_safe),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
