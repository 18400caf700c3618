// SPDX-License-Identifier: GPL-2.0-or-later
/* event/mapper_list.h */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "event/mapper_list.h"

static uint64_t now_ns;

static void tell(struct mapper_list *list, uint32_t pid, enum mapper_news news)
{
	struct event event = {.type = EVENT_MAPPER, .time_ns = ++now_ns, .who = {.pid = pid}};

	event.mapper.news = news;
	event.mapper.mappings = 1;
	event.mapper.not_before_ns = news == MAPPER_THERE ? 0 : now_ns - 1;
	mapper_list_add(list, &event);
}

static struct mapper_list *list_new(void)
{
	struct mapper_list *list = calloc(1, sizeof(*list));

	assert_non_null(list);
	now_ns = 0;
	return list;
}

static void test_from_and_to(void **state)
{
	struct mapper_list *list = list_new();

	(void)state;
	tell(list, 1, MAPPER_THERE);
	tell(list, 2, MAPPER_CAME);
	tell(list, 1, MAPPER_EXITED);
	assert_int_equal(list->entries, 2);
	assert_int_equal(mapper_list_now(list), 1);
	assert_int_equal(list->entry[0].not_before_ns, 0);
	assert_int_equal(list->entry[0].to_ns, 3);
	assert_int_equal(list->entry[0].end, MAPPER_EXITED);
	assert_int_equal(list->entry[1].not_before_ns, 1);
	assert_int_equal(list->entry[1].from_ns, 2);
	assert_int_equal(list->entry[1].to_ns, 0);
	free(list);
}

/* A process that maps it anew has another entry; an end without a beginning has none. */
static void test_again(void **state)
{
	struct mapper_list *list = list_new();

	(void)state;
	tell(list, 1, MAPPER_UNMAPPED);
	assert_int_equal(list->entries, 0);
	tell(list, 1, MAPPER_CAME);
	tell(list, 1, MAPPER_UNMAPPED);
	tell(list, 1, MAPPER_CAME);
	tell(list, 1, MAPPER_EXITED);
	assert_int_equal(list->entries, 2);
	assert_int_equal(list->entry[0].end, MAPPER_UNMAPPED);
	assert_int_equal(list->entry[1].end, MAPPER_EXITED);
	free(list);
}

static void test_no_room(void **state)
{
	struct mapper_list *list = list_new();

	(void)state;
	for (uint32_t pid = 1; pid <= MAPPER_LIST; pid++)
		tell(list, pid, MAPPER_CAME);
	tell(list, MAPPER_LIST + 1, MAPPER_CAME);
	assert_int_equal(list->unlisted, 1);
	/* Who is gone makes room, the oldest first. */
	tell(list, 3, MAPPER_EXITED);
	tell(list, 2, MAPPER_EXITED);
	tell(list, MAPPER_LIST + 2, MAPPER_CAME);
	assert_int_equal(list->forgotten, 1);
	assert_int_equal(list->entry[1].who.pid, 3);
	assert_int_equal(list->entry[MAPPER_LIST - 1].who.pid, MAPPER_LIST + 2);
	assert_int_equal(mapper_list_now(list), MAPPER_LIST - 1);
	free(list);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_from_and_to),
		cmocka_unit_test(test_again),
		cmocka_unit_test(test_no_room),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
