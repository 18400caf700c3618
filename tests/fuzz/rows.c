// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A recording that is one, with rows that nobody would write: the input is a list of changes to a
 * recording of a seed, in the folder FUZZ_RECORDINGS or in `recordings` beside the program. What
 * SQLite itself refuses is no change.
 */
#include "fuzz_report.h"

#include <dirent.h>
#include <sqlite3.h>

#include "bundle/bundle_parts.h"

#define RECORDINGS   8
#define CHANGES_MOST 64

static const char *const columns[] = {
	"events.time_ns",     "events.type",
	"events.path",	      "events.result",
	"events.latency_ns",  "events.flags",
	"events.device",      "events.call",
	"events.thread",      "events.page_state",
	"events.page",	      "events.detail",
	"events.id",	      "pages.bytes",
	"pages.id",	      "threads.pid",
	"threads.tid",	      "threads.cgroup",
	"threads.comm",	      "cgroups.path",
	"losses.time_ns",     "losses.events",
	"losses.cause",	      "findings.kind",
	"findings.severity",  "findings.not_before_ns",
	"findings.found_ns",  "findings.json",
	"incidents.severity", "incidents.from_ns",
	"incidents.to_ns",    "incidents.recovered",
	"incidents.json",     "windows.from_ns",
	"windows.to_ns",      "windows.finding",
	"windows.findings",   "windows.severity",
	"facts.value",
};

#define COLUMNS (sizeof(columns) / sizeof(columns[0]))

static struct {
	void *bytes;
	size_t size;
} recordings[RECORDINGS];
static size_t recording_count;

static void load(const char *path)
{
	FILE *file = fopen(path, "rb");
	long size;

	CHECK(file && !fseek(file, 0, SEEK_END));
	size = ftell(file);
	CHECK(size > 0 && !fseek(file, 0, SEEK_SET));
	recordings[recording_count].bytes = malloc((size_t)size);
	CHECK(recordings[recording_count].bytes);
	CHECK(fread(recordings[recording_count].bytes, 1, (size_t)size, file) == (size_t)size);
	recordings[recording_count++].size = (size_t)size;
	fclose(file);
}

static DIR *open_folder(char folder[256])
{
	const char *given = getenv("FUZZ_RECORDINGS");
	ssize_t bytes = readlink("/proc/self/exe", folder, 200);

	folder[bytes > 0 ? bytes : 0] = '\0';
	if (given)
		snprintf(folder, 256, "%s", given);
	else if (strrchr(folder, '/'))
		strcpy(strrchr(folder, '/'), "/recordings");
	return opendir(folder);
}

static void load_all(void)
{
	char folder[256], path[512];
	DIR *dir = open_folder(folder);
	struct dirent *entry;

	if (!dir) {
		fprintf(stderr, "rows: no recordings in %s\n", folder);
		exit(1);
	}
	while ((entry = readdir(dir)) && recording_count < RECORDINGS)
		if (strstr(entry->d_name, ".sqlite")) {
			snprintf(path, sizeof(path), "%s/%s", folder, entry->d_name);
			load(path);
		}
	closedir(dir);
	CHECK(recording_count);
}

static void bind(sqlite3_stmt *stmt, uint8_t type, const uint8_t **data, size_t *size)
{
	size_t bytes = fuzz_byte(data, size);
	int64_t number;
	double real;

	switch (type % 6) {
	case 0:
		sqlite3_bind_int64(stmt, 1, (int8_t)bytes);
		return;
	case 1:
		fuzz_take(data, size, &number, sizeof(number));
		sqlite3_bind_int64(stmt, 1, number);
		return;
	case 2:
		fuzz_take(data, size, &real, sizeof(real));
		sqlite3_bind_double(stmt, 1, real);
		return;
	case 3:
		sqlite3_bind_zeroblob(stmt, 1, (int)bytes << 12);
		return;
	}
	bytes = bytes < *size ? bytes : *size;
	if (type % 6 == 4)
		sqlite3_bind_text(stmt, 1, (const char *)*data, (int)bytes, SQLITE_TRANSIENT);
	else
		sqlite3_bind_blob(stmt, 1, *data, (int)bytes, SQLITE_TRANSIENT);
	*data += bytes;
	*size -= bytes;
}

static void change(sqlite3 *db, const uint8_t **data, size_t *size)
{
	const char *column = columns[fuzz_byte(data, size) % COLUMNS], *dot = strchr(column, '.');
	unsigned int row = fuzz_byte(data, size) | (fuzz_byte(data, size) & 3u) << 8;
	uint8_t type = fuzz_byte(data, size);
	sqlite3_stmt *stmt;
	char sql[200];

	snprintf(sql, sizeof(sql),
		 "UPDATE OR REPLACE %.*s SET %s = ?1 WHERE rowid IN"
		 " (SELECT rowid FROM %.*s LIMIT 1 OFFSET %u)",
		 (int)(dot - column), column, dot + 1, (int)(dot - column), column, row);
	if (!strncmp(column, "facts", 5))
		snprintf(sql, sizeof(sql),
			 "UPDATE facts SET value = ?1 WHERE name ="
			 " (SELECT name FROM facts LIMIT 1 OFFSET %u)",
			 row % 64);
	if (sqlite3_prepare_v2(db, sql, -1, &stmt, NULL) != SQLITE_OK)
		return;
	bind(stmt, type, data, size);
	sqlite3_step(stmt);
	sqlite3_finalize(stmt);
}

static void make(const char *path, size_t which, const uint8_t *data, size_t size)
{
	int fd = open(path, O_RDWR | O_CREAT | O_TRUNC, 0600);
	sqlite3 *db;

	CHECK(fd >= 0);
	CHECK(write(fd, recordings[which].bytes, recordings[which].size) ==
	      (ssize_t)recordings[which].size);
	close(fd);
	CHECK(sqlite3_open(path, &db) == SQLITE_OK);
	sqlite3_exec(db, "PRAGMA synchronous=OFF; PRAGMA journal_mode=MEMORY; BEGIN", 0, 0, 0);
	for (int i = 0; i < CHANGES_MOST && size; i++)
		change(db, &data, &size);
	sqlite3_exec(db, "COMMIT", 0, 0, 0);
	sqlite3_close(db);
}

static void make_parts(const char *path)
{
	static struct bundle_parts parts;

	memset(&parts, 0, sizeof(parts));
	bundle_parts_make(path, &parts);
	bundle_parts_free(&parts);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static char path[64];
	uint8_t mode = fuzz_byte(&data, &size), which = fuzz_byte(&data, &size);

	if (!path[0]) {
		load_all();
		snprintf(path, sizeof(path), "/dev/shm/fuzz-rows-%d.sqlite", getpid());
	}
	make(path, which % recording_count, data, size);
	if (mode & 8)
		make_parts(path);
	else
		fuzz_report(path, mode);
	unlink(path);
	return 0;
}
