// SPDX-License-Identifier: GPL-2.0-or-later
#include "bundle/bundle_view.h"

#include <string.h>

#include "show/json_add.h"
#include "show/json_objects.h"
#include "record/record_view.h"
#include "show/text_shown.h"
#include "store/recording.h"

#define HOST_SCHEMA   "vmclock-trace/host/1"
#define BUNDLE_SCHEMA "vmclock-trace/bundle/1"
#define VERIFY_SCHEMA "vmclock-trace/verify/2"

static const char *const states[] = {
	[BUNDLE_OK] = "ok",
	[BUNDLE_WRONG] = "fail",
	[BUNDLE_NOT_COMPARED] = "skip",
};

static const struct json_table host_table = {.name = "host",
					     .doc = "The file host.json in a bundle.",
					     .keys = (const struct json_key[]){
						     JSON_SCHEMA_KEY(HOST_SCHEMA),
						     JSON_FACTS_KEY(0),
						     {0},
					     }};

static const struct json_table entry_table = {
	.doc = "A file in it.",
	.keys = (const struct json_key[]){
		{"name", JSON_STRING, "Its name."},
		{"bytes", JSON_U64, "Its size.", .unit = "bytes"},
		{"sha256", JSON_STRING, "Its SHA-256."},
		{0},
	}};

static const struct json_table bundle_table = {
	.name = "bundle",
	.doc = "The bundle that was made.",
	.keys = (const struct json_key[]){
		JSON_SCHEMA_KEY(BUNDLE_SCHEMA),
		{"file", JSON_STRING, "Its path."},
		{"directory", JSON_STRING, "The directory in it."},
		{"bytes", JSON_U64, "Its size.", .unit = "bytes"},
		{"sha256", JSON_STRING, "Its SHA-256."},
		{"redacted", JSON_BOOL, "Names were replaced."},
		{"files", JSON_OBJECT, "What is in it.", JSON_LIST, .of = &entry_table},
		JSON_FACTS_KEY(0),
		{0},
	}};

const struct json_schema bundle_schema = {
	.name = BUNDLE_SCHEMA,
	.doc = "What vmclock-trace bundle --json prints, and host.json in a bundle.",
	.tables = (const struct json_table *const[]){&bundle_table, &host_table, NULL},
};

static const struct json_table verify_table = {
	.name = "verify",
	.doc = "What was checked of a bundle.",
	.keys = (const struct json_key[]){
		JSON_SCHEMA_KEY(VERIFY_SCHEMA),
		{"file", JSON_STRING, "Its path."},
		{"sha256", JSON_STRING, "Its SHA-256."},
		{"directory", JSON_STRING, "The directory in it. Null: not known.", JSON_NULL},
		{"level", JSON_STRING,
		 "`critical`: something is wrong, and the exit status is 1. `unknown`: this "
		 "machine could not check all of it, exit status 1. `warning`: nothing is wrong, "
		 "but not all could be compared.",
		 .values = JSON_LEVELS},
		{"verdict", JSON_TEXT, "The answer in a sentence."},
		{"checks", JSON_OBJECT,
		 "In order, by the names that vmclock-trace-verify(1) lists. `fail`: it is wrong. "
		 "`skip`: it could not be compared.",
		 JSON_LIST, .of = &json_check},
		JSON_FACTS_KEY(JSON_NULL),
		{0},
	}};

const struct json_schema verify_schema = {
	.name = VERIFY_SCHEMA,
	.doc = "What vmclock-trace verify --json prints: one object.",
	.tables = (const struct json_table *const[]){&verify_table, NULL},
};

void bundle_put_host(FILE *out, const struct fact_list *facts)
{
	json_object *json = json_new(&host_table);

	add_text(json, "schema", HOST_SCHEMA);
	add_json(json, "facts", record_facts_json(facts));
	put_line(out, &bundle_schema, json);
}

/* Facts about the bundle; nothing where the recording has none. */
static void put_own_facts(FILE *out, const struct fact_list *facts)
{
	for (size_t i = 0; i < facts->facts; i++) {
		const struct fact *fact = &facts->fact[i];

		if (strncmp(fact->name, "bundle", 6) && strcmp(fact->name, "redacted"))
			continue;
		fputs("  ", out);
		text_put_shown(out, fact->name);
		fprintf(out, "%*s", (int)(strlen(fact->name) < 20 ? 20 - strlen(fact->name) : 1),
			"");
		text_put_shown(out, fact->value);
		fputc('\n', out);
	}
}

void bundle_put_readme(FILE *out, const struct fact_list *facts, const char *since,
		       const char *until)
{
	fputs("What happened to the clock of a virtual machine: a bundle of vmclock-trace\n\n"
	      "  report.html       begin here, in any browser: it fetches nothing and runs "
	      "nothing\n"
	      "  report.txt        the same for a ticket\n"
	      "  report.json       the same for programs, see vmclock-trace-json(5)\n"
	      "  recording.sqlite  the evidence, an SQLite database: vmclock-trace-recording(5)\n"
	      "  host.json         what is known of the machine and of how it was watched\n"
	      "  MANIFEST.sha256   SHA-256 of each of these files\n\n"
	      "Is it whole? Unpacked, in this directory:\n\n"
	      "  sha256sum -c MANIFEST.sha256\n\n"
	      "Does it prove what it says? The archive itself, anywhere vmclock-trace is:\n\n"
	      "  vmclock-trace verify FILE.tar.gz\n\n"
	      "checks every byte, judges the events of the recording again and makes the reports\n"
	      "anew. By hand:\n\n"
	      "  vmclock-trace replay recording.sqlite\n"
	      "  vmclock-trace report",
	      out);
	if (since)
		fprintf(out, " --since %s", since);
	if (until)
		fprintf(out, " --until %s", until);
	fputs(" recording.sqlite\n"
	      "  sqlite3 -readonly recording.sqlite 'SELECT * FROM timeline LIMIT 20'\n\n"
	      "Nothing in it is signed: whoever can alter the archive can make another that is as\n"
	      "whole. Compare its SHA-256 with the one that its maker told you by another way, or\n"
	      "have it signed (gpg --detach-sign FILE.tar.gz) and check that (gpg --verify).\n\n"
	      "What it is made of:\n\n",
	      out);
	put_own_facts(out, facts);
	if (!fact_get(facts, "redacted"))
		fputs("\nNames of processes, cgroups and the host are in it as they were.\n", out);
}

/* --- What was made */

void bundle_put_text(FILE *out, const struct bundle_made *made)
{
	static const char *const told[] = {"bundle_of", "bundle_cut", "bundle_findings"};
	static const char *const heads[] = {"of", "cut", "found"};
	const char *redacted = fact_get(made->facts, "redacted");
	char size[RECORD_SIZE_BYTES];

	record_size_text(made->bytes, size);
	fputs("made      ", out);
	text_put_shown(out, made->file);
	fprintf(out, ", %s\nsha256    %s\n", size, made->sha256);
	for (size_t i = 0; i < sizeof(told) / sizeof(told[0]); i++) {
		fprintf(out, "%-10s", heads[i]);
		text_put_shown(out, fact_get(made->facts, told[i]) ?: "");
		fputc('\n', out);
	}
	if (!fact_get(made->facts, "end_monotonic_ns"))
		fprintf(out, "end       missing: the recording was not closed%s\n",
			fact_get(made->facts, RECORDING_FACT_LOG) ? ", and its log (the file -wal) "
								    "is missing"
								  : "");
	fprintf(out, "names     %s%s\n",
		redacted ? "replaced: " : "as they are: --redact replaces them", redacted ?: "");
	fputs("next      whoever gets it opens report.html, and runs: vmclock-trace verify FILE\n",
	      out);
}

static json_object *json_entries(const struct bundle_made *made)
{
	json_object *files = json_object_new_array();

	for (size_t i = 0; i < made->entries; i++) {
		json_object *file = json_new(&entry_table);

		add_text(file, "name", made->entry[i].name);
		add_u64(file, "bytes", made->entry[i].bytes);
		add_text(file, "sha256", made->entry[i].sha256);
		json_object_array_add(files, file);
	}
	return files;
}

void bundle_put_json(FILE *out, const struct bundle_made *made)
{
	json_object *json = json_new(&bundle_table);

	add_text(json, "schema", BUNDLE_SCHEMA);
	add_text(json, "file", made->file);
	add_text(json, "directory", made->directory);
	add_u64(json, "bytes", made->bytes);
	add_text(json, "sha256", made->sha256);
	add_bool(json, "redacted", fact_get(made->facts, "redacted"));
	add_json(json, "files", json_entries(made));
	add_json(json, "facts", record_facts_json(made->facts));
	put_line(out, &bundle_schema, json);
}

/* --- What was checked */

bool bundle_is_well(const struct bundle_checked *checked)
{
	for (size_t i = 0; i < checked->checks; i++) {
		if (checked->check[i].verdict == BUNDLE_WRONG)
			return false;
	}
	return true;
}

static const char *verify_verdict(const struct bundle_checked *checked)
{
	if (bundle_is_well(checked) && checked->unfinished)
		return "The rest could not be checked: whether it is as it was made is not known.";
	return bundle_is_well(checked)
		       ? "It is as it was made. Who made it is not checked: a bundle is not signed."
		       : "This bundle is NOT as vmclock-trace makes one: do not rely on it.";
}

void verify_put_text(FILE *out, const struct bundle_checked *checked)
{
	static const char *const heads[] = {"ok", "WRONG", "not compared"};

	text_put_shown(out, checked->file);
	fprintf(out, "\nsha256 %s\n\n", checked->sha256);
	for (size_t i = 0; i < checked->checks; i++)
		fprintf(out, "%-13s %-17s %s\n", heads[checked->check[i].verdict],
			checked->check[i].name, checked->check[i].text);
	fprintf(out, "\n%s\n", verify_verdict(checked));
}

/* As of the doctor, what was not compared is as bad as a warning. */
static const char *verify_level(const struct bundle_checked *checked)
{
	if (bundle_is_well(checked) && checked->unfinished)
		return "unknown";
	for (size_t i = 0; bundle_is_well(checked) && i < checked->checks; i++) {
		if (checked->check[i].verdict == BUNDLE_NOT_COMPARED)
			return "warning";
	}
	return bundle_is_well(checked) ? "ok" : "critical";
}

void verify_put_json(FILE *out, const struct bundle_checked *checked)
{
	json_object *json = json_new(&verify_table), *checks = json_object_new_array();

	add_text(json, "schema", VERIFY_SCHEMA);
	add_text(json, "file", checked->file);
	add_text(json, "sha256", checked->sha256);
	add_text(json, "directory", checked->directory);
	add_text(json, "level", verify_level(checked));
	add_text(json, "verdict", verify_verdict(checked));
	for (size_t i = 0; i < checked->checks; i++) {
		json_object *check = json_new(&json_check);

		add_text(check, "name", checked->check[i].name);
		add_text(check, "state", states[checked->check[i].verdict]);
		add_text(check, "why", checked->check[i].text);
		add_null(check, "hint");
		json_object_array_add(checks, check);
	}
	add_json(json, "checks", checks);
	add_json(json, "facts", checked->facts ? record_facts_json(checked->facts) : NULL);
	put_line(out, &verify_schema, json);
}
