// SPDX-License-Identifier: GPL-2.0-or-later
/* report/report_users.h: of each reader of the recording, how wrong what it got was, or why not. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "report/report_users.h"

#define PROGRAMS 8

static struct analysis analysis;
static struct incident incidents[2];
static const char *cgroups[PROGRAMS] = {"", "", "", "", "", "", "", ""};

static struct event_reader who(uint32_t pid)
{
	struct event_reader reader = {.pid = pid, .tid = pid, .comm = "program"};

	return reader;
}

static void uses(uint32_t pid, enum event_path path)
{
	struct summary_reader *reader = &analysis.summary.reader[analysis.summary.readers++];

	reader->who = who(pid);
	reader->uses[path] = 100;
}

static struct error_range *reads(struct incident *incident, uint32_t pid, enum event_path path,
				 uint64_t count)
{
	struct incident_reader *reader = &incident->reader[incident->readers++];

	*reader = (struct incident_reader){.who = who(pid), .path = path, .reads = count};
	return &reader->errors;
}

/* The row of @pid, from its columns "wrong" on. */
static void row_has(uint32_t pid, const char *wanted)
{
	struct report report = {.analysis = &analysis, .cgroups = cgroups};
	char begin[96], *text = NULL;
	size_t bytes = 0;
	FILE *out = open_memstream(&text, &bytes);
	const char *row;

	report_put_users(out, &report);
	fclose(out);
	snprintf(begin, sizeof(begin),
		 "<td class=\"n\" data-is=\"pid\">%u</td><td class=\"n\" data-is=\"uses\">100</td>",
		 pid);
	row = strstr(text, begin);
	assert_non_null(row);
	row = strstr(row + strlen(begin), "</td>") + strlen("</td>"); /* failed */
	if (strncmp(row, wanted, strlen(wanted)) != 0)
		fail_msg("%s\nis not\n%.200s", wanted, row);
	free(text);
}

static int begin(void **state)
{
	(void)state;
	memset(&analysis, 0, sizeof(analysis));
	memset(incidents, 0, sizeof(incidents));
	for (size_t i = 0; i < 2; i++)
		analysis.incident[analysis.incidents++] = &incidents[i];
	return 0;
}

static void in_all_incidents_and_by_all_paths(void **state)
{
	(void)state;
	uses(7, PATH_SYS_OFFSET);
	*reads(&incidents[0], 7, PATH_SYS_OFFSET, 10) = (struct error_range){
		.known = 9, .wrong = 2, .all = {-250000000, 1000}, .unknown = {[ERROR_TORN] = 1}};
	*reads(&incidents[0], 8, PATH_SYS_OFFSET, 5) =
		(struct error_range){.known = 5, .wrong = 5, .all = {-9000000000, 0}};
	*reads(&incidents[1], 7, PATH_SYS_OFFSET_PRECISE, 3) =
		(struct error_range){.known = 3, .wrong = 1, .all = {-500, 3000000}};
	row_has(7, "<td class=\"n\" data-is=\"wrong, of known\">3 of 12</td>"
		   "<td class=\"error\" data-is=\"off by\">-250.000 ms .. +3.000 ms; "
		   "1 not known: the page was being updated</td>");
}

static void unknown_says_why(void **state)
{
	(void)state;
	uses(7, PATH_SYS_OFFSET);
	uses(8, PATH_DEV_MMAP);
	uses(9, PATH_SYS_OFFSET);
	*reads(&incidents[0], 7, PATH_SYS_OFFSET, 4) =
		(struct error_range){.unknown = {[ERROR_TORN] = 3, [ERROR_FAILED] = 1}};
	row_has(7, "<td class=\"n\" data-is=\"wrong, of known\">-</td>"
		   "<td class=\"error\" data-is=\"off by\">4 not known, "
		   "most: the page was being updated</td>");
	row_has(8, "<td class=\"n\" data-is=\"wrong, of known\">-</td>"
		   "<td class=\"error\" data-is=\"off by\">not known: it maps the page");
	row_has(9, "<td class=\"n\" data-is=\"wrong, of known\">-</td>"
		   "<td class=\"error\" data-is=\"off by\">no read seen in an incident</td>");
}

static void none_is_said_only_where_all_are_listed(void **state)
{
	const char *unlisted =
		"<td class=\"n\" data-is=\"wrong, of known\">-</td>"
		"<td class=\"error\" data-is=\"off by\">not known: not all readers of incidents";

	(void)state;
	uses(9, PATH_SYS_OFFSET);
	incidents[1].reads_unlisted = 1;
	row_has(9, unlisted);
	incidents[1].reads_unlisted = 0;
	incidents[1].reads_unjudged = 1;
	row_has(9, unlisted);
	incidents[1].reads_unjudged = 0;
	analysis.incidents_unlisted = 1;
	row_has(9, unlisted);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(in_all_incidents_and_by_all_paths, begin),
		cmocka_unit_test_setup(unknown_says_why, begin),
		cmocka_unit_test_setup(none_is_said_only_where_all_are_listed, begin),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
