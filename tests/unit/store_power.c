// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A power cut. A file system of ours under SQLite, which keeps of each file what was synced and,
 * apart, each write since: at a cut any of those may be missing, whole or by sectors, in any order.
 * What is left must be a recording without damage, and have all that was said to be safe.
 */
#include <pthread.h>
#include <stdlib.h>

#include <sqlite3.h>

#include "store_make.h"

#define SECTOR	   512
#define DISK_FILES 4
#define ROUNDS	   50

struct write {
	struct write *next;
	sqlite3_int64 at;
	int bytes; /* -1: cut to the length `at` */
	uint8_t data[];
};

struct disk_file {
	char name[96];
	uint8_t *synced;
	size_t length;
	struct write *first;
	struct write **last;
};

struct shim {
	sqlite3_file base;
	struct disk_file *disk; /* NULL: none that is modelled */
	sqlite3_file *real;
};

static struct disk_file disk[DISK_FILES];
static pthread_mutex_t disk_lock = PTHREAD_MUTEX_INITIALIZER;
static uint64_t syncs;

static void apply(struct disk_file *file, const struct write *write, sqlite3_int64 from,
		  size_t bytes)
{
	size_t end = (size_t)from + bytes;

	if (write->bytes < 0) {
		file->length = (size_t)write->at < file->length ? (size_t)write->at : file->length;
		return;
	}
	if (end > file->length) {
		file->synced = realloc(file->synced, end);
		assert_non_null(file->synced);
		memset(file->synced + file->length, 0, end - file->length);
		file->length = end;
	}
	memcpy(file->synced + from, write->data + (from - write->at), bytes);
}

static void forget_writes(struct disk_file *file)
{
	while (file->first) {
		struct write *next = file->first->next;

		free(file->first);
		file->first = next;
	}
	file->last = &file->first;
}

static void add_write(struct disk_file *file, const void *data, int bytes, sqlite3_int64 at)
{
	struct write *write = malloc(sizeof(*write) + (bytes > 0 ? (size_t)bytes : 0));

	assert_non_null(write);
	*write = (struct write){.at = at, .bytes = bytes};
	if (bytes > 0)
		memcpy(write->data, data, (size_t)bytes);
	pthread_mutex_lock(&disk_lock);
	*file->last = write;
	file->last = &write->next;
	pthread_mutex_unlock(&disk_lock);
}

/* --- The file system: the real one, and the model beside it */

#define REAL(file)		(((struct shim *)(file))->real)
#define CALL(file, method, ...) REAL(file)->pMethods->method(REAL(file), ##__VA_ARGS__)

static int shim_close(sqlite3_file *file)
{
	return CALL(file, xClose);
}

static int shim_read(sqlite3_file *file, void *out, int bytes, sqlite3_int64 at)
{
	return CALL(file, xRead, out, bytes, at);
}

static int shim_write(sqlite3_file *file, const void *data, int bytes, sqlite3_int64 at)
{
	if (((struct shim *)file)->disk)
		add_write(((struct shim *)file)->disk, data, bytes, at);
	return CALL(file, xWrite, data, bytes, at);
}

static int shim_truncate(sqlite3_file *file, sqlite3_int64 length)
{
	if (((struct shim *)file)->disk)
		add_write(((struct shim *)file)->disk, NULL, -1, length);
	return CALL(file, xTruncate, length);
}

static int shim_sync(sqlite3_file *file, int flags)
{
	struct disk_file *on = ((struct shim *)file)->disk;

	if (on) {
		pthread_mutex_lock(&disk_lock);
		syncs++;
		for (struct write *write = on->first; write; write = write->next)
			apply(on, write, write->at, write->bytes < 0 ? 0 : (size_t)write->bytes);
		forget_writes(on);
		pthread_mutex_unlock(&disk_lock);
	}
	return CALL(file, xSync, flags);
}

static int shim_size(sqlite3_file *file, sqlite3_int64 *size)
{
	return CALL(file, xFileSize, size);
}

static int shim_lock(sqlite3_file *file, int lock)
{
	return CALL(file, xLock, lock);
}

static int shim_unlock(sqlite3_file *file, int lock)
{
	return CALL(file, xUnlock, lock);
}

static int shim_check(sqlite3_file *file, int *result)
{
	return CALL(file, xCheckReservedLock, result);
}

static int shim_control(sqlite3_file *file, int op, void *arg)
{
	return CALL(file, xFileControl, op, arg);
}

static int shim_sector(sqlite3_file *file)
{
	return CALL(file, xSectorSize);
}

static int shim_traits(sqlite3_file *file)
{
	return CALL(file, xDeviceCharacteristics);
}

static int shim_shm_map(sqlite3_file *file, int region, int size, int extend, void volatile **out)
{
	return CALL(file, xShmMap, region, size, extend, out);
}

static int shim_shm_lock(sqlite3_file *file, int offset, int count, int flags)
{
	return CALL(file, xShmLock, offset, count, flags);
}

static void shim_shm_barrier(sqlite3_file *file)
{
	CALL(file, xShmBarrier);
}

static int shim_shm_unmap(sqlite3_file *file, int delete)
{
	return CALL(file, xShmUnmap, delete);
}

static const sqlite3_io_methods shim_methods = {
	.iVersion = 2,
	.xClose = shim_close,
	.xRead = shim_read,
	.xWrite = shim_write,
	.xTruncate = shim_truncate,
	.xSync = shim_sync,
	.xFileSize = shim_size,
	.xLock = shim_lock,
	.xUnlock = shim_unlock,
	.xCheckReservedLock = shim_check,
	.xFileControl = shim_control,
	.xSectorSize = shim_sector,
	.xDeviceCharacteristics = shim_traits,
	.xShmMap = shim_shm_map,
	.xShmLock = shim_shm_lock,
	.xShmBarrier = shim_shm_barrier,
	.xShmUnmap = shim_shm_unmap,
};

static sqlite3_vfs *real_vfs;

static struct disk_file *disk_of(const char *name)
{
	if (!name || strncmp(name, path, strlen(path)))
		return NULL;
	for (size_t i = 0; i < DISK_FILES; i++) {
		if (*disk[i].name && strcmp(disk[i].name, name))
			continue;
		if (!*disk[i].name)
			disk[i].last = &disk[i].first;
		snprintf(disk[i].name, sizeof(disk[i].name), "%s", name);
		return &disk[i];
	}
	return NULL;
}

static int shim_open(sqlite3_vfs *vfs, const char *name, sqlite3_file *file, int flags, int *out)
{
	struct shim *shim = (struct shim *)file;
	int result;

	(void)vfs;
	shim->real = (sqlite3_file *)(shim + 1);
	shim->disk = disk_of(name);
	result = real_vfs->xOpen(real_vfs, name, shim->real, flags, out);
	shim->base.pMethods = shim->real->pMethods ? &shim_methods : NULL;
	return result;
}

static int setup_disk(void **state)
{
	static sqlite3_vfs vfs;

	make_path(state);
	real_vfs = sqlite3_vfs_find(NULL);
	vfs = *real_vfs;
	vfs.zName = "power";
	vfs.szOsFile = (int)sizeof(struct shim) + real_vfs->szOsFile;
	vfs.xOpen = shim_open;
	return sqlite3_vfs_register(&vfs, 1);
}

static int teardown_disk(void **state)
{
	for (size_t i = 0; i < DISK_FILES; i++) {
		forget_writes(&disk[i]);
		free(disk[i].synced);
	}
	return remove_path(state);
}

/* --- The cut */

static char cut_path[64];

/* Each write since the last sync is there with @percent, by sectors. */
static void write_left(const struct disk_file *file, const char *name, int percent)
{
	struct disk_file left = {.length = file->length};
	FILE *out;

	left.synced = malloc(file->length + 1);
	assert_non_null(left.synced);
	if (file->length)
		memcpy(left.synced, file->synced, file->length);
	for (const struct write *write = file->first; write; write = write->next) {
		bool torn = rand() % 4 == 0;

		if (rand() % 100 >= percent)
			continue;
		if (write->bytes < 0)
			apply(&left, write, 0, 0);
		for (int at = 0; at < write->bytes;) {
			int piece = torn && write->bytes - at > SECTOR ? SECTOR : write->bytes - at;

			if (!torn || rand() % 2)
				apply(&left, write, write->at + at, (size_t)piece);
			at += piece;
		}
	}
	out = fopen(name, "w");
	assert_non_null(out);
	assert_int_equal(fwrite(left.synced, 1, left.length, out), left.length);
	fclose(out);
	free(left.synced);
}

static void cut_power(int percent)
{
	remove_files(cut_path);
	pthread_mutex_lock(&disk_lock);
	for (size_t i = 0; i < DISK_FILES; i++) {
		char name[200];

		if (!*disk[i].name || strstr(disk[i].name, "-journal"))
			continue;
		snprintf(name, sizeof(name), "%s%s", cut_path, disk[i].name + strlen(path));
		write_left(&disk[i], name, percent);
	}
	pthread_mutex_unlock(&disk_lock);
}

/* How many events are left; all from the first on, each as it was. */
static uint64_t events_left(uint64_t findings)
{
	struct recording *recording = open_recording(cut_path);
	struct event event, wanted;
	uint64_t events = 0;

	while (recording_next(recording, &event)) {
		wanted = event_of(++events);
		assert_memory_equal(&event, &wanted, sizeof(event));
		assert_int_equal(recording_gap(recording)->events, 0);
	}
	assert_string_equal(recording_damage(recording)->why, "");
	assert_true(recording_findings(recording) >= findings);
	recording_close(recording);
	return events;
}

static void wait_until_safe(struct recorder *recorder, uint64_t events)
{
	struct recorder_counts counts = {0};

	for (int i = 0; i < 60000 && counts.synced < events; i++) {
		usleep(5000);
		recorder_counts(recorder, &counts);
	}
	assert_true(counts.synced >= events);
}

static void power_is_cut(void **state)
{
	static const int percents[] = {0, 10, 50, 90, 100};
	const struct recorder_options options = {.path = path, .may_wait = true};
	uint64_t events = 0, findings = 0, lost = 0, left;
	struct fact_list facts = {0};
	struct recorder *recorder = NULL;
	struct recorder_counts counts;
	struct error error = {0};

	(void)state;
	srand(4711);
	snprintf(cut_path, sizeof(cut_path), "/tmp/store-%d-cut.sqlite", (int)getpid());
	assert_int_equal(recorder_open(&options, &facts, &recorder, &error), 0);
	for (int round = 0; round < ROUNDS; round++) {
		for (int i = 0; i < 2000; i++) {
			struct event event = event_of(++events);

			recorder_event(recorder, &event);
		}
		if (round % 10 == 9) {
			const struct recorded_finding finding = {++findings, "stun", "warning",
								 5,	     6,	     "{\"a\":1}"};

			recorder_finding(recorder, &finding);
			wait_until_safe(recorder, events);
		}
		usleep((useconds_t)(rand() % 40000));
		recorder_counts(recorder, &counts);
		cut_power(percents[round % 5]);
		left = events_left(findings);
		assert_true(left >= counts.synced);
		lost += events - left;
	}
	recorder_close(recorder, NULL);
	remove_files(cut_path);
	/* The cuts did cut, and the recorder did not sync all the time. */
	assert_true(lost > 10000);
	assert_true(syncs > 6 && syncs < 200);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(power_is_cut, setup_disk, teardown_disk),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
