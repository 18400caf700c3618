// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Every tests/scenarios/NAME.scenario through the detector: exactly what NAME.expected says.
 *
 *	scenario_library			all of them
 *	scenario_library --print NAME...	what is found now, as the file would have it
 */
#include <glob.h>
#include <libgen.h>

#include "scenario_findings.h"
#include "seeds.h"

#define PATH_BYTES 512
#define LINE_BYTES 512
#define WORDS_MAX  16

static struct found_list list;

static void path_of(char path[PATH_BYTES], const char *name, const char *suffix)
{
	static char source[] = __FILE__;
	static const char *directory;

	if (!directory)
		directory = dirname(source);
	snprintf(path, PATH_BYTES, "%s/../scenarios/%s%s", directory, name, suffix);
}

/* NAME=VALUE[~BY] as expected against NAME=VALUE[~BY] as found; without ~ it is text. */
static bool word_fits(const char *want, const char *got)
{
	const char *want_value = strchr(want, '='), *got_value = strchr(got, '=');
	const char *by = strchr(want, '~');
	int64_t apart;

	if (!want_value || !got_value || !by)
		return strcmp(want, got) == 0;
	if (want_value - want != got_value - got ||
	    strncmp(want, got, (size_t)(want_value - want)) != 0)
		return false;
	apart = strtoll(want_value + 1, NULL, 10) - strtoll(got_value + 1, NULL, 10);
	return llabs(apart) <= strtoll(by + 1, NULL, 10);
}

static int split(char *line, char **words)
{
	char *rest = line, *word;
	int count = 0;

	line[strcspn(line, "#\n")] = '\0';
	while (count < WORDS_MAX && (word = strtok_r(rest, " ", &rest)))
		words[count++] = word;
	return count;
}

static bool line_fits(char *want, const struct found *found)
{
	char got[LINE_BYTES], *want_words[WORDS_MAX], *got_words[WORDS_MAX];
	FILE *memory = fmemopen(got, sizeof(got), "w");
	int count = split(want, want_words);

	print_found(memory, found);
	fclose(memory);
	if (split(got, got_words) != count)
		return false;
	for (int i = 0; i < count; i++) {
		if (!word_fits(want_words[i], got_words[i]))
			return false;
	}
	return true;
}

static void load(const char *name, struct scenario *scenario)
{
	struct error error = {.cause = ""};
	char path[PATH_BYTES];

	path_of(path, name, ".scenario");
	if (scenario_load(path, scenario, &error))
		fail_msg("%s (%s)", error.cause, error.hint);
}

/* Does the list hold just what the file says? What does not fit is printed. */
static bool matches(const char *name)
{
	char path[PATH_BYTES], line[LINE_BYTES], copy[LINE_BYTES], *words[WORDS_MAX];
	size_t next = 0;
	bool good = true;
	FILE *file;

	path_of(path, name, ".expected");
	file = fopen(path, "re");
	if (!file)
		fail_msg("%s: there is no such file", path);
	while (fgets(line, sizeof(line), file)) {
		strcpy(copy, line);
		if (split(copy, words) == 0)
			continue;
		strcpy(copy, line);
		if (next < list.count && line_fits(copy, &list.found[next])) {
			next++;
			continue;
		}
		printf("%s: not found: %s", name, line);
		good = false;
	}
	fclose(file);
	for (; next < list.count; next++) {
		printf("%s: found, not expected: ", name);
		print_found(stdout, &list.found[next]);
		good = false;
	}
	return good;
}

static void each_is_as_expected(void **state)
{
	char pattern[PATH_BYTES];
	int wrong = 0;
	glob_t files;

	(void)state;
	path_of(pattern, "*", ".scenario");
	assert_int_equal(glob(pattern, 0, NULL, &files), 0);
	for (size_t i = 0; i < files.gl_pathc; i += LIBRARY_STEP) {
		char *name = basename(files.gl_pathv[i]);
		struct scenario scenario;

		name[strlen(name) - strlen(".scenario")] = '\0';
		load(name, &scenario);
		find_all(&scenario, 0, &list);
		wrong += !matches(name);
		scenario_free(&scenario);
	}
	assert_true(files.gl_pathc >= 40);
	globfree(&files);
	assert_int_equal(wrong, 0);
}

static int print(char **names)
{
	for (; *names; names++) {
		struct scenario scenario;

		load(*names, &scenario);
		find_all(&scenario, 0, &list);
		for (size_t i = 0; i < list.count; i++)
			print_found(stdout, &list.found[i]);
		scenario_free(&scenario);
	}
	return 0;
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_is_as_expected),
	};

	if (argc > 1 && strcmp(argv[1], "--print") == 0)
		return print(argv + 2);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
