// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Every form of a report, of a recording with every type of event, and of the same with bytes
 * turned over anywhere: none crashes, and each stays what its readers take it for.
 *
 *	report_forms --make FILE	the recording, for tests of the command line
 *
 * It is slow: check-quick leaves it out.
 */
#include <stdio.h>
#include <stdlib.h>

#include "feed/message.h"
#include "report/report_stream.h"
#include "perfetto.pb-c.h"
#include "report_story.h"
#include "seeds.h"

#include <json-c/json.h>

#define ROUNDS	SEEDS_OF(300)
#define COLUMNS 28

static char path[64];
static char *whole;
static size_t whole_bytes;

/* A form of the recording at @path, in memory; NULL where there is none. */
static char *form_of(void (*put)(FILE *, const struct report *), const struct report_stream *stream,
		     const struct report_request *request, size_t *bytes)
{
	struct report_request with_reads = *request;
	struct report_source *material = NULL;
	char *text = NULL;
	FILE *out = open_memstream(&text, bytes);
	int code;

	assert_non_null(out);
	if (stream) {
		code = report_stream_run(path, request, stream, out);
	} else {
		with_reads.keeps_reads = true;
		code = report_source_open(path, &with_reads, &material);
		if (code == MESSAGE_GO_ON)
			put(out, report_source_report(material));
		report_source_close(material);
	}
	fclose(out);
	assert_true(code == MESSAGE_GO_ON || code == EXIT_DONE || code == EXIT_FAILED);
	return text;
}

/* --- What each is taken for */

/* Plain: nothing that moves a cursor. */
static void check_text(const char *text, size_t bytes)
{
	for (size_t i = 0; i < bytes; i++)
		assert_true((unsigned char)text[i] >= ' ' || text[i] == '\n');
}

static void check_json(const char *text, size_t bytes)
{
	json_tokener *tokener = json_tokener_new();
	json_object *json;

	/* Not strict: json-c 0.18 then takes no string that has more than ASCII. */
	json_tokener_set_flags(tokener, JSON_TOKENER_VALIDATE_UTF8);
	json = json_tokener_parse_ex(tokener, text, (int)bytes + 1);
	assert_int_equal(json_tokener_get_error(tokener), json_tokener_success);
	assert_true(json_object_is_type(json, json_type_object));
	json_object_put(json);
	json_tokener_free(tokener);
}

/* Each element that is opened is closed, in order, and none is there that is not of ours. */
static void check_html(const char *text, size_t bytes)
{
	const char *open[32];
	size_t depth = 0;

	check_text(text, bytes);
	for (const char *at = strchr(text, '<'); at; at = strchr(at + 1, '<')) {
		const char *end = strchr(at, '>');
		size_t length = strcspn(at + 1, " >/");

		assert_non_null(end);
		if (at[1] == '!' || end[-1] == '/' || !strncmp(at, "<meta", 5) ||
		    !strncmp(at, "<br>", 4))
			continue;
		if (at[1] == '/') {
			assert_true(depth > 0);
			depth--;
			assert_memory_equal(at + 2, open[depth], strcspn(at + 2, ">"));
			continue;
		}
		assert_true(length > 0 && depth < 32);
		assert_true(strncmp(at + 1, "script", length) && strncmp(at + 1, "img", length));
		open[depth++] = at + 1;
	}
	assert_int_equal(depth, 0);
}

/* Rows of as many cells as the first, each ended by CR LF; none begins like a formula. */
static size_t check_csv(const char *text, size_t bytes)
{
	size_t rows = 0, cells = 1;
	bool quoted = false, starts = true;

	for (size_t i = 0; i < bytes; i++) {
		bool number = text[i] == '-' && text[i + 1] >= '0' && text[i + 1] <= '9';

		assert_true((unsigned char)text[i] >= ' ' || text[i] == '\r' || text[i] == '\n');
		if (starts && !number)
			assert_null(memchr("=+-@", text[i], 4));
		starts = false;
		if (text[i] == '"') {
			starts = !quoted && (i == 0 || text[i - 1] == ',');
			quoted = !quoted;
		} else if (text[i] == ',' && !quoted) {
			cells++;
			starts = true;
		} else if (text[i] == '\n') {
			assert_true(!quoted && text[i - 1] == '\r');
			assert_int_equal(cells, COLUMNS);
			rows++;
			cells = 1;
			starts = true;
		}
	}
	assert_true(bytes == 0 || text[bytes - 1] == '\n');
	return rows;
}

/*
 * Packets that can be read, up to the last byte; how many slices, ends of slices, and other things.
 */
struct packets {
	size_t tracks;
	size_t kinds[5];
};

static struct packets check_perfetto(const char *text, size_t bytes)
{
	const uint8_t *at = (const uint8_t *)text, *end = at + bytes;
	struct packets packets = {0};

	while (at < end) {
		Perfetto__TracePacket *packet;
		size_t length = 0;

		assert_int_equal(*at++, 0x0a);
		for (int shift = 0;; shift += 7) {
			assert_true(at < end && shift < 32);
			length |= (size_t)(*at & 0x7f) << shift;
			if (!(*at++ & 0x80))
				break;
		}
		assert_true(length <= (size_t)(end - at));
		packet = perfetto__trace_packet__unpack(NULL, length, at);
		assert_non_null(packet);
		packets.tracks +=
			packet->data_case == PERFETTO__TRACE_PACKET__DATA_TRACK_DESCRIPTOR;
		if (packet->data_case == PERFETTO__TRACE_PACKET__DATA_TRACK_EVENT) {
			assert_in_range(packet->track_event->type, 1, 4);
			packets.kinds[packet->track_event->type]++;
		}
		perfetto__trace_packet__free_unpacked(packet, NULL);
		at += length;
	}
	assert_int_equal(packets.kinds[1], packets.kinds[2]);
	return packets;
}

/* Every form, of what is at @path now. False where it is no recording at all. */
static bool check_all(const struct report_request *request)
{
	size_t bytes;
	char *text = form_of(report_put_text, NULL, request, &bytes);
	bool any = bytes > 0;

	check_text(text, bytes);
	free(text);
	text = form_of(report_put_json, NULL, request, &bytes);
	assert_int_equal(bytes > 0, any);
	if (any)
		check_json(text, bytes);
	free(text);
	text = form_of(report_put_html, NULL, request, &bytes);
	check_html(text, bytes);
	free(text);
	text = form_of(NULL, &report_csv, request, &bytes);
	check_csv(text, bytes);
	free(text);
	text = form_of(NULL, &report_perfetto, request, &bytes);
	check_perfetto(text, bytes);
	free(text);
	return any;
}

/* --- Tests */

static void remove_all(void)
{
	static const char *const tails[] = {"", "-wal", "-shm", "-journal"};
	char name[80];

	for (size_t i = 0; i < sizeof(tails) / sizeof(tails[0]); i++) {
		snprintf(name, sizeof(name), "%s%s", path, tails[i]);
		unlink(name);
	}
}

static void read_whole(void)
{
	FILE *file = fopen(path, "r");

	assert_non_null(file);
	fseek(file, 0, SEEK_END);
	whole_bytes = (size_t)ftell(file);
	rewind(file);
	whole = malloc(whole_bytes);
	assert_int_equal(fread(whole, 1, whole_bytes, file), whole_bytes);
	fclose(file);
}

static void each_event_is_told(void **state)
{
	const struct report_request all = {0}, one = {.incident = 1};
	uint64_t events = story_record(path);
	struct packets packets;
	size_t bytes, rows;
	char *text;

	(void)state;
	read_whole();
	assert_true(check_all(&all));
	assert_true(check_all(&one));

	text = form_of(NULL, &report_csv, &all, &bytes);
	rows = check_csv(text, bytes);
	/* The header, each event, and what was found. */
	assert_true(rows > 1 + events + 5 && rows < 1 + events + 40);
	assert_non_null(strstr(text, ",'=1+cmd|'/C x'!A0,"));
	assert_non_null(strstr(text, ",\"<b>\"\"x\"\",\\\\x0d\\x0a\","));
	assert_non_null(strstr(text, ",'@\\xff\\x1b[31m,"));
	free(text);

	text = form_of(NULL, &report_perfetto, &all, &bytes);
	packets = check_perfetto(text, bytes);
	/* A read and a call of each use but every seventh, whose latency is a bound; and the states
	 * of the page, the incident, and what is known. */
	assert_int_equal(packets.kinds[1], 2 * (120 - 18) + 3 + 1 + 3);
	free(text);
}

static void turned_over(void **state)
{
	size_t reports = 0;

	(void)state;
	srand(17);
	for (int round = 0; round < ROUNDS; round++) {
		const struct report_request request = {.incident = (uint64_t)(round % 4 == 3)};
		char *bad = malloc(whole_bytes);
		FILE *file = fopen(path, "w");
		/* Few: else it is nearly always the tables that are gone, not an event. */
		int turned = 1 + round % 60;

		assert_true(bad && file);
		memcpy(bad, whole, whole_bytes);
		while (turned--)
			bad[100 + (size_t)rand() % (whole_bytes - 100)] = (char)rand();
		fwrite(bad, 1, round % 20 ? whole_bytes : (size_t)rand() % whole_bytes, file);
		fclose(file);
		free(bad);
		reports += check_all(&request);
	}
	assert_true(reports > ROUNDS / 4);
}

static int end(void **state)
{
	(void)state;
	free(whole);
	remove_all();
	return 0;
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_event_is_told),
		cmocka_unit_test(turned_over),
	};

	if (argc == 3 && !strcmp(argv[1], "--make")) {
		story_record(argv[2]);
		return 0;
	}
	snprintf(path, sizeof(path), "/tmp/report-%d.sqlite", (int)getpid());
	/* A damaged tree can lead a reader in circles: that is a failure too. */
	alarm(240);
	/* What is wrong with each of them is said there, hundreds of times. */
	assert_non_null(freopen(getenv("REPORT_LOG") ?: "/dev/null", "w", stderr));
	return cmocka_run_group_tests(tests, NULL, end);
}
