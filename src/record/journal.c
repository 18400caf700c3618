// SPDX-License-Identifier: GPL-2.0-or-later
#include "record/journal.h"

#include <endian.h>
#include <errno.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/text.h"
#include "show/finding_words.h"
#include "show/incident_view.h"

#define SOCKET "/run/systemd/journal/socket"

/* More than all fields of one entry; the longest is the path of the recording. */
#define ENTRY_BYTES 12288

/* One of each kind of entry, for ever: vmclock-trace-record(1) lists them. */
#define ID_FINDING	   "73f1f7cb9e834fe2bcf93cf4990ec09d"
#define ID_INCIDENT_OPENED "f399e5bde5ea4adea8692fc3bb899544"
#define ID_INCIDENT_CLOSED "f940152b037a4e378d686e9b78792d33"
#define ID_NOT_WRITING	   "64204b07604e436eba73d532436fd5ec"
#define ID_WRITING_AGAIN   "1c66c0cd49e141118c74f5690a09aced"

/* syslog(3)'s */
#define PRIORITY_CRITICAL 2
#define PRIORITY_ERROR	  3
#define PRIORITY_WARNING  4
#define PRIORITY_NOTICE	  5
#define PRIORITY_INFO	  6

struct entry {
	size_t length;
	char bytes[ENTRY_BYTES];
};

static const struct sockaddr_un journal_address = {.sun_family = AF_UNIX, .sun_path = SOCKET};

/* systemd says which file its end is; a shell that inherits the variable has another one. */
bool journal_is_output(void)
{
	const char *stream = getenv("JOURNAL_STREAM");
	char here[64];

	for (int fd = STDOUT_FILENO; stream && fd <= STDERR_FILENO; fd++) {
		struct stat there;

		if (fstat(fd, &there))
			continue;
		snprintf(here, sizeof(here), "%ju:%ju", (uintmax_t)there.st_dev,
			 (uintmax_t)there.st_ino);
		if (!strcmp(here, stream))
			return true;
	}
	return false;
}

/* Where @path is, which need not be there yet. */
static void set_recording(struct journal *journal, const char *path)
{
	const char *slash = strrchr(path, '/');
	char *directory = strndup(path, slash ? (size_t)(slash - path) + 1 : 0);
	char *real = directory ? realpath(*directory ? directory : ".", NULL) : NULL;
	int length = snprintf(journal->recording, sizeof(journal->recording), "%s%s%s", real ?: "",
			      real && strcmp(real, "/") ? "/" : "", slash ? slash + 1 : path);

	if (!real || length < 0 || (size_t)length >= sizeof(journal->recording))
		snprintf(journal->recording, sizeof(journal->recording), "%.*s",
			 JOURNAL_PATH_BYTES - 1, path);
	free(real);
	free(directory);
}

int journal_open(struct journal *journal, const char *path, struct error *error)
{
	*journal = (struct journal){.fd = -1};
	set_recording(journal, path);
	if (access(SOCKET, W_OK)) {
		error_cause(error, "the journal cannot be written to: %s: %s", SOCKET,
			    strerror(errno));
		error_hint(error, "without --journal all is in the recording, too");
		return -ENOENT;
	}
	journal->fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (journal->fd >= 0)
		return 0;
	error_cause(error, "no socket to the journal: %s", strerror(errno));
	return -errno;
}

void journal_close(struct journal *journal)
{
	if (journal->fd >= 0)
		close(journal->fd);
	journal->fd = -1;
}

static void put(struct entry *entry, const void *bytes, size_t length)
{
	if (length > sizeof(entry->bytes) - entry->length)
		return;
	memcpy(entry->bytes + entry->length, bytes, length);
	entry->length += length;
}

/* A value with a line break has its length in front; fields of ours never have, but a path may. */
static void put_field(struct entry *entry, const char *name, const char *value)
{
	uint64_t length = htole64(strlen(value));

	if (entry->length + strlen(name) + strlen(value) + sizeof(length) + 2 > ENTRY_BYTES)
		return;
	put(entry, name, strlen(name));
	if (strchr(value, '\n')) {
		put(entry, "\n", 1);
		put(entry, &length, sizeof(length));
	} else {
		put(entry, "=", 1);
	}
	put(entry, value, strlen(value));
	put(entry, "\n", 1);
}

static void put_number(struct entry *entry, const char *name, int64_t value)
{
	char text[24];

	snprintf(text, sizeof(text), "%" PRId64, value);
	put_field(entry, name, text);
}

static void begin(struct entry *entry, const struct journal *journal, const char *id, int priority)
{
	entry->length = 0;
	put_field(entry, "MESSAGE_ID", id);
	put_number(entry, "PRIORITY", priority);
	put_field(entry, "SYSLOG_IDENTIFIER", "vmclock-trace");
	put_field(entry, "VMCLOCK_RECORDING", journal->recording);
}

static void put_message(struct entry *entry, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

static void put_message(struct entry *entry, const char *format, ...)
{
	char text[FINDING_WORDS_BYTES + 256];
	va_list args;

	va_start(args, format);
	vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	put_field(entry, "MESSAGE", text);
}

/* By name each time: a journal that was started anew is found again. */
static void send_entry(struct journal *journal, const struct entry *entry)
{
	ssize_t sent = sendto(journal->fd, entry->bytes, entry->length, MSG_NOSIGNAL | MSG_DONTWAIT,
			      (const struct sockaddr *)&journal_address, sizeof(journal_address));

	journal->lost += sent != (ssize_t)entry->length;
}

static int priority_of(enum finding_severity severity)
{
	switch (severity) {
	case FINDING_CRITICAL:
		return PRIORITY_CRITICAL;
	case FINDING_WARNING:
		return PRIORITY_WARNING;
	default:
		return PRIORITY_INFO;
	}
}

void journal_finding(struct journal *journal, const struct finding *finding, uint64_t incident)
{
	char sentence[FINDING_WORDS_BYTES];
	struct entry entry;

	begin(&entry, journal, ID_FINDING, priority_of(finding->severity));
	finding_sentence(finding, sentence, sizeof(sentence));
	put_message(&entry, "%s %s: %s", finding_severity_name(finding->severity),
		    finding_name(finding->kind), sentence);
	put_field(&entry, "VMCLOCK_KIND", finding_name(finding->kind));
	put_field(&entry, "VMCLOCK_SEVERITY", finding_severity_name(finding->severity));
	put_number(&entry, "VMCLOCK_FINDING", (int64_t)finding->number);
	if (finding->device >= 0)
		put_number(&entry, "VMCLOCK_DEVICE", finding->device);
	if (incident)
		put_number(&entry, "VMCLOCK_INCIDENT", (int64_t)incident);
	put_number(&entry, "VMCLOCK_NOT_BEFORE_NS", (int64_t)finding->not_before_ns);
	put_number(&entry, "VMCLOCK_FOUND_NS", (int64_t)finding->found_ns);
	send_entry(journal, &entry);
}

void journal_incident(struct journal *journal, const struct incident *incident,
		      enum incident_news news)
{
	bool opened = news == INCIDENT_OPENED;
	const char *severity = finding_severity_name(incident->severity);
	char length[INCIDENT_LENGTH_BYTES];
	char recovery[RECOVERY_BYTES];
	struct entry entry;

	/* That it is over is worth a notice, unless it never became good. */
	begin(&entry, journal, opened ? ID_INCIDENT_OPENED : ID_INCIDENT_CLOSED,
	      opened || !incident->recovered ? priority_of(incident->severity) : PRIORITY_NOTICE);
	if (opened)
		put_message(&entry, "incident %" PRIu64 " opened: %s", incident->number,
			    finding_name(incident->finding[0].kind));
	else
		put_message(&entry, "incident %" PRIu64 " is over: the clock was bad for %s; %s",
			    incident->number, incident_length(incident, length),
			    incident_recovery(incident, recovery));
	put_field(&entry, "VMCLOCK_KIND", "incident");
	put_field(&entry, "VMCLOCK_SEVERITY", severity);
	put_number(&entry, "VMCLOCK_INCIDENT", (int64_t)incident->number);
	put_number(&entry, "VMCLOCK_FROM_NS", (int64_t)incident->from_ns);
	if (!opened) {
		put_number(&entry, "VMCLOCK_TO_NS", (int64_t)incident->to_ns);
		put_field(&entry, "VMCLOCK_RECOVERED", incident->recovered ? "1" : "0");
		put_field(&entry, "VMCLOCK_RECOVERY", claim_state_name(incident->recovery.state));
	}
	send_entry(journal, &entry);
}

void journal_trouble(struct journal *journal, const char *why)
{
	struct entry entry;

	begin(&entry, journal, why ? ID_NOT_WRITING : ID_WRITING_AGAIN,
	      why ? PRIORITY_ERROR : PRIORITY_NOTICE);
	if (why)
		put_message(&entry, "the recording cannot be written: %s", why);
	else
		put_message(&entry, "the recording is written again");
	put_field(&entry, "VMCLOCK_KIND", why ? "not_writing" : "writing_again");
	send_entry(journal, &entry);
}
