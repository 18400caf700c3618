// SPDX-License-Identifier: GPL-2.0-or-later
#include "bundle/bundle_view.h"

#include <inttypes.h>
#include <string.h>

#include "show/json_add.h"
#include "record/record_view.h"
#include "show/text_shown.h"

static const char *const verdicts[] = {
	[BUNDLE_OK] = "ok",
	[BUNDLE_WRONG] = "wrong",
	[BUNDLE_NOT_COMPARED] = "not_compared",
};

void bundle_put_host(FILE *out, const struct fact_list *facts)
{
	json_object *json = json_object_new_object();

	add_text(json, "schema", "vmclock-trace/host/1");
	json_object_object_add(json, "facts", record_facts_json(facts));
	put_line(out, json);
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
	fprintf(out, "names     %s%s\n",
		redacted ? "replaced: " : "as they are: --redact replaces them", redacted ?: "");
	fputs("next      whoever gets it opens report.html, and runs: vmclock-trace verify FILE\n",
	      out);
}

static json_object *json_entries(const struct bundle_made *made)
{
	json_object *files = json_object_new_array();

	for (size_t i = 0; i < made->entries; i++) {
		json_object *file = json_object_new_object();

		add_text(file, "name", made->entry[i].name);
		add_u64(file, "bytes", made->entry[i].bytes);
		add_text(file, "sha256", made->entry[i].sha256);
		json_object_array_add(files, file);
	}
	return files;
}

void bundle_put_json(FILE *out, const struct bundle_made *made)
{
	json_object *json = json_object_new_object();

	add_text(json, "schema", "vmclock-trace/bundle/1");
	add_text(json, "file", made->file);
	add_text(json, "directory", made->directory);
	add_u64(json, "bytes", made->bytes);
	add_text(json, "sha256", made->sha256);
	add_bool(json, "redacted", fact_get(made->facts, "redacted"));
	json_object_object_add(json, "files", json_entries(made));
	json_object_object_add(json, "facts", record_facts_json(made->facts));
	put_line(out, json);
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

void verify_put_text(FILE *out, const struct bundle_checked *checked)
{
	static const char *const heads[] = {"ok", "WRONG", "not compared"};

	text_put_shown(out, checked->file);
	fprintf(out, "\nsha256 %s\n\n", checked->sha256);
	for (size_t i = 0; i < checked->checks; i++)
		fprintf(out, "%-13s %-17s %s\n", heads[checked->check[i].verdict],
			checked->check[i].name, checked->check[i].text);
	fprintf(out, "\n%s\n",
		bundle_is_well(checked)
			? "All is well. Who made it is not checked: a bundle is not signed."
			: "This bundle is NOT as vmclock-trace makes one: do not rely on it.");
}

void verify_put_json(FILE *out, const struct bundle_checked *checked)
{
	json_object *json = json_object_new_object(), *checks = json_object_new_array();

	add_text(json, "schema", "vmclock-trace/verify/1");
	add_text(json, "file", checked->file);
	add_text(json, "sha256", checked->sha256);
	add_text(json, "directory", checked->directory);
	add_bool(json, "ok", bundle_is_well(checked));
	for (size_t i = 0; i < checked->checks; i++) {
		json_object *check = json_object_new_object();

		add_text(check, "check", checked->check[i].name);
		add_text(check, "result", verdicts[checked->check[i].verdict]);
		add_text(check, "text", checked->check[i].text);
		json_object_array_add(checks, check);
	}
	json_object_object_add(json, "checks", checks);
	json_object_object_add(json, "facts",
			       checked->facts ? record_facts_json(checked->facts) : NULL);
	put_line(out, json);
}
