// SPDX-License-Identifier: GPL-2.0-or-later
/* vmclock-sim: a vmclock page that does what a scenario says, for programs that read one. */
#include <errno.h>
#include <getopt.h>
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/instant.h"
#include "base/parse.h"
#include "base/text.h"
#include "feed/command.h"
#include "sim/player.h"
#include "version.h"

#define PROGRAM	  "vmclock-sim"
#define SPEED_MAX (1000000ull * PLAYER_SPEED_REAL)
#define GO_ON	  (-1) /* no exit code: there is something to do */

enum what {
	PLAY,
	CHECK,
	LIST_EVENTS
};

struct options {
	enum what what;
	bool counter_given;
	bool speed_given;
	bool fast;
	bool quiet;
	const char *scenario;
	struct player_options player;
};

static const char help[] =
	"usage: vmclock-sim [options] SCENARIO PAGEFILE\n"
	"       vmclock-sim --check SCENARIO...\n"
	"       vmclock-sim --list-events SCENARIO\n"
	"\n"
	"Play a scenario into a vmclock page in a file that other programs map: live migration,\n"
	"host clock steps, leap seconds, a hypervisor that hangs or lies. The page is written as\n"
	"a hypervisor writes it, on this machine's own counter, so that a reader sees a live "
	"clock.\n"
	"\n"
	"      --speed X        as many times faster than real time (default 1)\n"
	"      --fast           do not wait at all; the counter is virtual then\n"
	"      --counter WHICH  real: this CPU's own, which nothing can disturb: a migration "
	"moves\n"
	"                       the marker and leaves the counter (default)\n"
	"                       virtual: the scenario's, for readers that bring their own values\n"
	"      --now            begin at this machine's time instead of the scenario's\n"
	"      --seed N         another seed than the scenario's\n"
	"      --remove         remove PAGEFILE at the end; else it stays as it was last\n"
	"  -q, --quiet          do not print what happens\n"
	"      --check          only say whether the scenarios are right\n"
	"      --list-events    print all that will happen, with its times, and play nothing\n"
	"  -h, --help           show this\n"
	"      --version        show the version\n"
	"\n"
	"PAGEFILE may be mem:ADDRESS, a page of this machine's memory by its physical address: for "
	"root\n"
	"in a test guest, whose driver then serves what is played.\n"
	"\n"
	"SIGINT and SIGTERM end it early, which is no failure.\n"
	"\n"
	"exit status: 0 played to the end or to a signal; with --check: all are right\n"
	"             1 a scenario is wrong, or a file cannot be read or made; 2 usage\n"
	"\n"
	"examples:\n"
	"  vmclock-sim --now tests/scenarios/migrate.scenario /dev/shm/vmclock0 &\n"
	"  vmclock-trace status --device /dev/shm/vmclock0\n"
	"  printf 'end 1h\\nat 10s step +5ms\\n' | vmclock-sim --now - /dev/shm/vmclock0\n"
	"  vmclock-sim --list-events tests/scenarios/leap-positive.scenario\n";

static void say_failure(const struct error *error)
{
	fprintf(stderr, PROGRAM ": %s\n", error->cause);
	if (error->hint[0])
		fprintf(stderr, "hint: %s\n", error->hint);
}

static int say_usage(const char *cause, const char *hint)
{
	fprintf(stderr, PROGRAM ": %s\nhint: %s\n", cause, hint);
	return EXIT_USAGE;
}

/* A number with a fraction, in billionths, as a duration in seconds is in nanoseconds. */
static int parse_speed(const char *text, uint64_t *speed)
{
	size_t length = strlen(text);
	int64_t billionths;

	if (length == 0 || text[length - 1] < '0' || text[length - 1] > '9' ||
	    parse_duration_ns(text, &billionths))
		return -EINVAL;
	/* A thousandth to a million: slower or faster no counter's period fits. */
	if (billionths < PLAYER_SPEED_REAL / 1000 || (uint64_t)billionths > SPEED_MAX)
		return -ERANGE;
	*speed = (uint64_t)billionths;
	return 0;
}

static int parse_counter(const char *text, bool *real)
{
	*real = strcmp(text, "real") == 0;
	return *real || strcmp(text, "virtual") == 0 ? 0 : -EINVAL;
}

static int parse_option(int option, struct options *options)
{
	switch (option) {
	case 'S':
		options->speed_given = true;
		if (parse_speed(optarg, &options->player.speed))
			return say_usage("--speed is no number from 0.001 to 1000000",
					 "vmclock-sim --speed 10 SCENARIO PAGEFILE");
		return GO_ON;
	case 'F':
		options->fast = true;
		return GO_ON;
	case 'C':
		options->counter_given = true;
		if (parse_counter(optarg, &options->player.real_counter))
			return say_usage("--counter is neither real nor virtual",
					 "leave it out for this CPU's own counter");
		return GO_ON;
	case 's':
		options->player.has_seed = true;
		if (parse_u64(optarg, &options->player.seed))
			return say_usage("--seed is no number of 64 bits", "--seed 42");
		return GO_ON;
	case 'N':
		options->player.start_now = true;
		return GO_ON;
	case 'R':
		options->player.remove = true;
		return GO_ON;
	case 'q':
		options->quiet = true;
		return GO_ON;
	case 'c':
		options->what = CHECK;
		return GO_ON;
	case 'l':
		options->what = LIST_EVENTS;
		return GO_ON;
	case 'h':
		fputs(help, stdout);
		return EXIT_DONE;
	case 'V':
		puts(PROGRAM " " VERSION);
		return EXIT_DONE;
	default:
		fputs("hint: vmclock-sim --help\n", stderr);
		return EXIT_USAGE;
	}
}

/* What is left after the options, and whether it goes together. */
static int check_options(int argc, char **argv, struct options *options)
{
	int wanted = options->what == PLAY ? 2 : 1;

	if (argc < wanted)
		return say_usage(options->what == PLAY ? "a scenario and a page file are wanted"
						       : "a scenario is wanted",
				 "vmclock-sim --help");
	if (argc > wanted && options->what != CHECK)
		return say_usage("there is one argument too many", "vmclock-sim --help");
	if (options->fast && options->speed_given)
		return say_usage("--fast and --speed exclude each other", "leave one of them out");
	if (options->fast && options->counter_given && options->player.real_counter)
		return say_usage("--fast cannot be had on a real counter, which takes its time",
				 "add --counter virtual, or use --speed");
	if (options->fast) {
		options->player.speed = 0;
		options->player.real_counter = false;
	}
	options->scenario = argv[0];
	options->player.path = argv[1];
	return GO_ON;
}

static int parse_options(int argc, char **argv, struct options *options)
{
	static const struct option table[] = {
		{"speed", required_argument, NULL, 'S'},   {"fast", no_argument, NULL, 'F'},
		{"counter", required_argument, NULL, 'C'}, {"seed", required_argument, NULL, 's'},
		{"now", no_argument, NULL, 'N'},	   {"remove", no_argument, NULL, 'R'},
		{"quiet", no_argument, NULL, 'q'},	   {"check", no_argument, NULL, 'c'},
		{"list-events", no_argument, NULL, 'l'},   {"help", no_argument, NULL, 'h'},
		{"version", no_argument, NULL, 'V'},	   {0},
	};
	int option, code = GO_ON;

	while (code == GO_ON && (option = getopt_long(argc, argv, "qh", table, NULL)) != -1)
		code = parse_option(option, options);
	return code == GO_ON ? check_options(argc - optind, argv + optind, options) : code;
}

/* A line of the scenario, or what follows from one; not each renewal. */
static void print_step(const struct simulation_step *step, void *arg)
{
	const struct options *options = arg;

	if (options->quiet || (!step->line && !strcmp(step->what, "renewed")) ||
	    (!step->line && !strcmp(step->what, "nothing to renew")))
		return;
	printf("%" PRId64 ".%09" PRId64 " s  ", step->at_ns / NSEC_PER_SEC,
	       step->at_ns % NSEC_PER_SEC);
	if (step->line)
		printf("line %u: %s\n", step->line, step->what);
	else
		printf("%s\n", step->what);
	fflush(stdout);
}

static void print_begin(const struct player_begin *begin, void *arg)
{
	const struct options *options = arg;
	char at[INSTANT_ISO_BYTES], path[TEXT_DISPLAY_BYTES(256)];

	if (options->quiet)
		return;
	instant_format_utc((struct instant){.sec = begin->start_utc_sec}, at, sizeof(at));
	text_display(options->player.path, strnlen(options->player.path, 256), path, sizeof(path));
	printf("%s: from %s on, %s counter of %" PRIu64 ".%06" PRIu64 " MHz\n", path, at,
	       options->player.real_counter ? "this CPU's" : "a virtual",
	       begin->counter_hz / 1000000, begin->counter_hz % 1000000);
	fflush(stdout);
}

static int list_events(const struct scenario *scenario, struct options *options,
		       struct error *error)
{
	struct simulation_options sim = {.has_seed = options->player.has_seed,
					 .seed = options->player.seed};
	struct simulation *simulation;
	struct simulation_step step;
	int err = simulation_new(scenario, &sim, &simulation);

	if (err) {
		error_cause(error, "%s", strerror(-err));
		return err;
	}
	while (simulation_step(simulation, &step))
		print_step(&step, options);
	step = (struct simulation_step){.at_ns = simulation_end_ns(simulation), .what = "end"};
	print_step(&step, options);
	simulation_free(simulation);
	return 0;
}

static int play(const struct scenario *scenario, struct options *options, struct error *error)
{
	sigset_t stop;

	sigemptyset(&stop);
	sigaddset(&stop, SIGINT);
	sigaddset(&stop, SIGTERM);
	sigaddset(&stop, SIGHUP);
	sigprocmask(SIG_BLOCK, &stop, NULL);
	options->player.stop = &stop;
	return player_run(scenario, &options->player, print_begin, print_step, options, error);
}

/* All that are wrong are named, not only the first. */
static int check(char **paths)
{
	struct error error = {.cause = ""};
	struct scenario scenario;
	int code = EXIT_DONE;

	for (; *paths; paths++) {
		if (scenario_load(*paths, &scenario, &error)) {
			say_failure(&error);
			code = EXIT_FAILED;
		}
		scenario_free(&scenario);
	}
	return code;
}

int main(int argc, char **argv)
{
	struct options options = {.player = {.real_counter = true, .speed = PLAYER_SPEED_REAL}};
	struct error error = {.cause = ""};
	struct scenario scenario;
	int result = parse_options(argc, argv, &options);

	if (result != GO_ON)
		return result;
	if (options.what == CHECK)
		return check(argv + optind);
	result = scenario_load(options.scenario, &scenario, &error);
	if (!result && options.what == LIST_EVENTS)
		result = list_events(&scenario, &options, &error);
	else if (!result)
		result = play(&scenario, &options, &error);
	scenario_free(&scenario);
	if (result >= 0)
		return EXIT_DONE;
	say_failure(&error);
	return EXIT_FAILED;
}
