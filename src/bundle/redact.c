// SPDX-License-Identifier: GPL-2.0-or-later
#include "bundle/redact.h"

#include <ctype.h>
#include <errno.h>
#include <search.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/parse.h"

#define HIDDEN "(redacted)"

/* Between the words of a sentence. */
#define BETWEEN " \t\n'\"(),;:="

/* Shorter than this a host's name is found in too many words that have nothing to do with it. */
#define NAME_LEAST 3

const char redact_rule[] =
	"names of processes but those of clock daemons, cgroups, the host, its boot and machine "
	"ids, paths of files; numbers of processes and cgroups, times, kernel and CPU stay";

/* As the kernel has them: 15 bytes at most. */
static const char *const daemons[] = {
	"chronyd", "ntpd",     "systemd-timesyn", "ptp4l",	 "phc2sys",
	"ts2phc",  "openntpd", "clockbound",	  "clockboundd", "ntpd-rs-main",
};

struct name {
	unsigned int number;
	char pseudonym[20];
	char text[]; /* the key */
};

struct redactor {
	void *readers; /* trees of names: what was once given out stays */
	void *cgroups;
	unsigned int reader_count;
	unsigned int cgroup_count;
};

struct redactor *redactor_new(void)
{
	return calloc(1, sizeof(struct redactor));
}

void redactor_free(struct redactor *redactor)
{
	if (!redactor)
		return;
	tdestroy(redactor->readers, free);
	tdestroy(redactor->cgroups, free);
	free(redactor);
}

static int by_text(const void *a, const void *b)
{
	return strcmp(((const struct name *)a)->text, ((const struct name *)b)->text);
}

/* What @text is called in @names, from now on if it was not yet; NULL without memory. */
static const char *pseudonym(void **names, unsigned int *count, const char *kind, const char *text)
{
	struct name *name = calloc(1, sizeof(*name) + strlen(text) + 1);
	struct name **there;

	if (!name)
		return NULL;
	strcpy(name->text, text);
	there = tsearch(name, names, by_text);
	if (!there || *there != name)
		free(name);
	else
		snprintf(name->pseudonym, sizeof(name->pseudonym), "%s-%u", kind, ++*count);
	return there ? (*there)->pseudonym : NULL;
}

static bool is_clock_daemon(const char *comm)
{
	for (size_t i = 0; i < sizeof(daemons) / sizeof(daemons[0]); i++) {
		if (!strcmp(comm, daemons[i]))
			return true;
	}
	return false;
}

static int redact_reader(struct redactor *redactor, struct event_reader *who)
{
	char comm[EVENT_COMM_BYTES + 1] = {0};
	const char *name;

	memcpy(comm, who->comm, EVENT_COMM_BYTES);
	if (!*comm || is_clock_daemon(comm))
		return 0;
	name = pseudonym(&redactor->readers, &redactor->reader_count, "reader", comm);
	if (!name)
		return -ENOMEM;
	memset(who->comm, 0, sizeof(who->comm));
	memcpy(who->comm, name, strnlen(name, sizeof(who->comm)));
	return 0;
}

int redactor_event(struct redactor *redactor, struct event *event)
{
	char text[sizeof(event->hooks.failed) + 1] = {0}, shown[sizeof(event->hooks.failed)];

	if (redact_reader(redactor, &event->who))
		return -ENOMEM;
	if (event->type == EVENT_HOOKS) {
		memcpy(text, event->hooks.failed, sizeof(event->hooks.failed));
		redact_text(text, shown, sizeof(shown));
		memset(event->hooks.failed, 0, sizeof(event->hooks.failed));
		memcpy(event->hooks.failed, shown, strlen(shown));
	}
	return 0;
}

const char *redactor_cgroup(struct redactor *redactor, const char *path)
{
	if (!*path)
		return "";
	return pseudonym(&redactor->cgroups, &redactor->cgroup_count, "cgroup", path);
}

/* "/dev/vmclock0" and no more; with what may come behind it in a sentence. */
static bool is_clock_device(const char *path)
{
	static const char *const devices[] = {"/dev/vmclock", "/dev/ptp"};

	for (size_t i = 0; i < sizeof(devices) / sizeof(devices[0]); i++) {
		size_t length = strlen(devices[i]), digits;

		if (strncmp(path, devices[i], length))
			continue;
		digits = strspn(path + length, "0123456789");
		if (digits && !strcspn(path + length + digits, BETWEEN))
			return true;
	}
	return false;
}

/* A directory that every machine has, without user names in it. */
static bool is_common_path(const char *path)
{
	static const char *const common[] = {"/sys/kernel/", "/sys/module/",
					     "/sys/class/",  "/sys/devices/system/",
					     "/proc/sys/",   "/proc/kallsyms"};

	if (is_clock_device(path))
		return true;
	for (size_t i = 0; i < sizeof(common) / sizeof(common[0]); i++) {
		if (!strncmp(path, common[i], strlen(common[i])))
			return !strstr(path, "/..");
	}
	return false;
}

/* The first word of @text that may be the path of a user's file; NULL: there is none. */
static const char *private_path(const char *text)
{
	for (text += strspn(text, BETWEEN); *text; text += strspn(text, BETWEEN)) {
		size_t length = strcspn(text, BETWEEN);

		if (memchr(text, '/', length) && !is_common_path(text))
			return text;
		text += length;
	}
	return NULL;
}

void redact_text(const char *text, char *out, size_t bytes)
{
	const char *path = private_path(text), *colon = strchr(text, ':');

	if (!path)
		snprintf(out, bytes, "%s", text);
	else if (colon && colon < path) /* the end of a path is not known: keep what is before it */
		snprintf(out, bytes, "%.*s: " HIDDEN, (int)(colon - text), text);
	else
		snprintf(out, bytes, HIDDEN);
}

/* --- Facts */

enum rule {
	HIDE, /* all that is not listed */
	KEEP, /* written by this program or by the kernel, and of no one */
	TEXT, /* the same, with paths in it perhaps */
	NUMBER,
	PAGE,
	PATH,
	HOST,
	BOOT,
	MACHINE,
};

static enum rule rule_of(const char *name)
{
	static const struct {
		const char *name;
		enum rule rule;
	} rules[] = {
		{"tool", KEEP},
		{"kernel", KEEP},
		{"kernel_build_id", KEEP},
		{"driver", KEEP},
		{"clocksource", KEEP},
		{"hypervisor", KEEP},
		{"cpu", KEEP},
		{"time_daemons", KEEP},
		{"thinning", KEEP},
		{"bounds", KEEP},
		{"ring", KEEP},
		{"doubts", KEEP},
		{"start_monotonic_ns", NUMBER},
		{"start_realtime_ns", NUMBER},
		{"end_monotonic_ns", NUMBER},
		{"events_judged", NUMBER},
		{"events_stored", NUMBER},
		{"events_cut", NUMBER},
		{"windows_cut", NUMBER},
		{"findings_cut", NUMBER},
		{"rows_lost", NUMBER},
		{"journal_lost", NUMBER},
		{"synced_ns", NUMBER},
		{"page", PAGE},
		{"uses", TEXT},
		{"mappers", TEXT},
		{"device", PATH},
		{"host", HOST},
		{"boot_id", BOOT},
		{"machine_id_sha256", MACHINE},
	};

	for (size_t i = 0; i < sizeof(rules) / sizeof(rules[0]); i++) {
		if (!strcmp(name, rules[i].name))
			return rules[i].rule;
	}
	return strncmp(name, "hook ", 5) ? HIDE : TEXT;
}

/* A name that this program can have given: others are not let through either. */
static bool is_plain(const char *name)
{
	for (; *name; name++) {
		if (!isalnum((unsigned char)*name) && !strchr("_ .", *name))
			return false;
	}
	return true;
}

static const char *path_shown(const char *path)
{
	return is_clock_device(path) && !strpbrk(path, BETWEEN) ? path : "path-1";
}

/* Does @value hold one of the names that are replaced elsewhere? */
static bool names_someone(const struct fact_list *facts, const char *value)
{
	static const char *const names[] = {"host", "boot_id", "machine_id_sha256"};

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		const char *name = fact_get(facts, names[i]);

		if (name && strlen(name) >= NAME_LEAST && strstr(value, name))
			return true;
	}
	return false;
}

/* "DEVICE, sampled every ...", or "none: " and why, which may name what was looked for. */
static void redact_page(const struct fact_list *facts, const char *value, char *out)
{
	const char *device = fact_get(facts, "device") ?: "";
	char rest[FACT_VALUE_BYTES];

	if (*device && !strncmp(value, device, strlen(device))) {
		redact_text(value + strlen(device), rest, sizeof(rest));
		snprintf(out, FACT_VALUE_BYTES, "%.60s%.180s", path_shown(device), rest);
	} else if (!strncmp(value, "none", 4)) {
		snprintf(out, FACT_VALUE_BYTES, "none: " HIDDEN);
	} else {
		redact_text(value, out, FACT_VALUE_BYTES);
	}
}

static void redact_value(const struct fact_list *facts, const struct fact *fact, char *out)
{
	enum rule rule = rule_of(fact->name);
	const char *value = HIDDEN;
	uint64_t number;

	if (rule == KEEP || (rule == NUMBER && !parse_u64(fact->value, &number)))
		value = fact->value;
	else if (rule == PATH)
		value = path_shown(fact->value);
	else if (rule == HOST)
		value = "host-1";
	else if (rule == BOOT)
		value = "boot-1";
	else if (rule == MACHINE)
		value = "machine-1";
	snprintf(out, FACT_VALUE_BYTES, "%s", value);
	if (rule == TEXT)
		redact_text(fact->value, out, FACT_VALUE_BYTES);
	else if (rule == PAGE)
		redact_page(facts, fact->value, out);
	if (rule != NUMBER && names_someone(facts, out))
		snprintf(out, FACT_VALUE_BYTES, HIDDEN);
}

void redact_facts(const struct fact_list *facts, struct fact_list *out)
{
	char value[FACT_VALUE_BYTES];

	for (size_t i = 0; i < facts->facts; i++) {
		if (!is_plain(facts->fact[i].name))
			continue;
		redact_value(facts, &facts->fact[i], value);
		fact_set(out, facts->fact[i].name, "%s", value);
	}
}
