// SPDX-License-Identifier: GPL-2.0-or-later
/* contrib/sqlite/views.sql: in SQL, a page has the fields that it has everywhere else. */
#include <inttypes.h>
#include <libgen.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <sqlite3.h>

#include "event/event.h"
#include "page/page.h"
#include "store/schema.h"

#define PAGES 300

static void run(sqlite3 *db, const char *sql)
{
	assert_int_equal(sqlite3_exec(db, sql, NULL, NULL, NULL), SQLITE_OK);
}

static void open_views(sqlite3 **db)
{
	char source[] = __FILE__, path[512], sql[16384];
	size_t bytes;
	FILE *file;

	snprintf(path, sizeof(path), "%s/../../contrib/sqlite/views.sql", dirname(source));
	file = fopen(path, "r");
	assert_non_null(file);
	bytes = fread(sql, 1, sizeof(sql) - 1, file);
	fclose(file);
	sql[bytes] = '\0';
	assert_int_equal(sqlite3_open(":memory:", db), SQLITE_OK);
	assert_int_equal(schema_create(*db), SQLITE_OK);
	run(*db, sql);
}

/* A page of any length, with any bytes; of half of them the size reaches past all fields. */
static void make_page(struct page *page, int number)
{
	uint8_t bytes[VMCLOCK_ABI_BYTES];
	size_t length =
		PAGE_HEADER_BYTES + (size_t)rand() % (VMCLOCK_ABI_BYTES - PAGE_HEADER_BYTES + 1);

	for (size_t i = 0; i < sizeof(bytes); i++)
		bytes[i] = (uint8_t)rand();
	if (number % 2)
		memcpy(bytes + 4, (uint8_t[]){0, 16, 0, 0}, 4);
	else
		memcpy(bytes + 4, (uint8_t[]){(uint8_t)(rand() % 120), 0, 0, 0}, 4);
	page_from_bytes(page, bytes, number % 3 ? sizeof(bytes) : length);
}

static void check_field(sqlite3_stmt *stmt, const struct page *page, enum page_field field)
{
	const struct page_field_info *info = page_field_info(field);
	const char *text = (const char *)sqlite3_column_text(stmt, 1 + (int)field);
	char wanted[32];

	assert_string_equal(sqlite3_column_name(stmt, 1 + (int)field), info->name);
	if (!page_has(page, field)) {
		assert_null(text);
		return;
	}
	if (text[0] == '0' && text[1] == 'x')
		snprintf(wanted, sizeof(wanted), "0x%016" PRIx64, page_get(page, field));
	else
		snprintf(wanted, sizeof(wanted), "%" PRId64,
			 info->is_signed ? page_get_signed(page, field)
					 : (int64_t)page_get(page, field));
	assert_string_equal(text, wanted);
}

static void a_page_has_its_fields(void **state)
{
	static struct page page[PAGES];
	sqlite3_stmt *put, *get;
	sqlite3 *db;

	(void)state;
	open_views(&db);
	assert_int_equal(sqlite3_prepare_v2(db, "INSERT INTO pages VALUES(?, ?)", -1, &put, NULL),
			 SQLITE_OK);
	srand(1);
	for (int i = 0; i < PAGES; i++) {
		make_page(&page[i], i);
		sqlite3_bind_int(put, 1, i);
		sqlite3_bind_blob(put, 2, page[i].bytes, (int)page[i].length, SQLITE_STATIC);
		assert_int_equal(sqlite3_step(put), SQLITE_DONE);
		sqlite3_reset(put);
	}
	sqlite3_finalize(put);
	assert_int_equal(
		sqlite3_prepare_v2(db, "SELECT * FROM page_fields ORDER BY id", -1, &get, NULL),
		SQLITE_OK);
	for (int i = 0; i < PAGES; i++) {
		assert_int_equal(sqlite3_step(get), SQLITE_ROW);
		assert_int_equal(sqlite3_column_count(get), 1 + PAGE_FIELDS);
		for (enum page_field field = 0; field < PAGE_FIELDS; field++)
			check_field(get, &page[i], field);
	}
	sqlite3_finalize(get);
	sqlite3_close(db);
}

/* What is not known is NULL. */
static void a_read_has_what_is_known(void **state)
{
	static const char *const wanted[] = {
		"1|2000000000|1.0|1970-01-01T00:00:02.000Z|PTP_SYS_OFFSET_PRECISE|7|8|db|0|1500|"
		"NULL|3|stable|UNKNOWN",
		"2|3000000000|2.0|1970-01-01T00:00:03.000Z|unknown|NULL|NULL|NULL|-22|NULL|4000000|"
		"NULL|NULL|NULL",
	};
	sqlite3_stmt *get;
	char sql[320];
	sqlite3 *db;

	(void)state;
	open_views(&db);
	run(db, "INSERT INTO facts VALUES('start_monotonic_ns', '1000000000'),"
		" ('start_realtime_ns', '1000000000')");
	run(db, "INSERT INTO threads VALUES(1, 7, 8, 0, 'db')");
	snprintf(sql, sizeof(sql), "INSERT INTO pages VALUES(5, x'56434c4b00100000%0208d')", 0);
	run(db, sql);
	snprintf(sql, sizeof(sql),
		 "INSERT INTO events VALUES(1, 2000000000, %d, %d, 0, 1500, 0, 3, 0, 1, %d, 5, ''),"
		 "(2, 3000000000, %d, 0, -22, 4000000, %d, -1, 0, NULL, 0, NULL, '')",
		 EVENT_READ, PATH_SYS_OFFSET_PRECISE, EVENT_PAGE_STABLE, EVENT_READ,
		 SCHEMA_LATENCY_IS_BOUND);
	run(db, sql);
	assert_int_equal(sqlite3_prepare_v2(db, "SELECT * FROM reads ORDER BY id", -1, &get, NULL),
			 SQLITE_OK);
	for (size_t i = 0; i < sizeof(wanted) / sizeof(wanted[0]); i++) {
		char got[512] = "";

		assert_int_equal(sqlite3_step(get), SQLITE_ROW);
		for (int column = 0; column < 14; column++) {
			const char *text = (const char *)sqlite3_column_text(get, column);
			size_t used = strlen(got);

			snprintf(got + used, sizeof(got) - used, "%s%s", column ? "|" : "",
				 text ? text : "NULL");
		}
		assert_string_equal(got, wanted[i]);
	}
	assert_int_equal(sqlite3_step(get), SQLITE_DONE);
	sqlite3_finalize(get);
	sqlite3_close(db);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_page_has_its_fields),
		cmocka_unit_test(a_read_has_what_is_known),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
