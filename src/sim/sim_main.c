// SPDX-License-Identifier: GPL-2.0-or-later
/* vmclock-sim: a vmclock page that does what a scenario says, for programs that read one. */
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/instant.h"
#include "base/confine.h"
#include "base/text.h"
#include "feed/message.h"
#include "feed/options.h"
#include "sim/player.h"
#include "version.h"

/* A thousandth to a million: slower or faster no counter's period fits. */
#define SPEED_MIN (PLAYER_SPEED_REAL / 1000)
#define SPEED_MAX (1000000ull * PLAYER_SPEED_REAL)

struct options {
	bool check;
	bool list_events;
	bool counter_given;
	bool fast;
	bool quiet;
	char **operands;
	struct player_options player;
};

static const struct command program;

static int refuse(const char *cause)
{
	message_error("%s", cause);
	return message_usage_hint();
}

/* Whether it goes together, and what follows. */
static int settle(struct options *options)
{
	bool plays = !options->check && !options->list_events;
	char **operand = options->operands;

	if (plays && !operand[1])
		return refuse("PAGEFILE is missing");
	if (!options->check && operand[plays ? 2 : 1])
		return refuse("there is one argument too many");
	if (options->fast && options->counter_given && options->player.real_counter)
		return refuse("--fast cannot be had on a real counter, which takes its time");
	if (options->fast) {
		options->player.speed = 0;
		options->player.real_counter = false;
	}
	options->player.path = operand[1];
	return MESSAGE_GO_ON;
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
			message_failure(&error);
			code = EXIT_FAILED;
		}
		scenario_free(&scenario);
	}
	return code;
}

int main(int argc, char **argv)
{
	struct options options = {0};
	struct error error = {.cause = ""};
	struct scenario scenario;
	int result;

	confine_system_calls(false);
	result = options_parse(&program, argc, argv, &options);
	if (result == MESSAGE_GO_ON)
		result = settle(&options);
	if (result != MESSAGE_GO_ON)
		return result;
	if (options.check)
		return check(options.operands);
	result = scenario_load(options.operands[0], &scenario, &error);
	if (!result && options.list_events)
		result = list_events(&scenario, &options, &error);
	else if (!result)
		result = play(&scenario, &options, &error);
	scenario_free(&scenario);
	if (result >= 0)
		return message_output(EXIT_DONE);
	message_failure(&error);
	return EXIT_FAILED;
}

static int put_version(const struct command_option *option, const char *text, void *value)
{
	(void)option;
	(void)text;
	(void)value;
	puts("vmclock-sim " VERSION);
	return message_output(EXIT_DONE);
}

static const char *counter_word(unsigned int i)
{
	static const char *const words[] = {[false] = "virtual", [true] = "real"};

	return i < 2 ? words[i] : NULL;
}

static const struct command_option option_table[] = {
	{"speed", 0, "X", OPTION_SPEED(struct options, player.speed), .min = SPEED_MIN,
	 .max = SPEED_MAX, .initial = "1", .help = "as many times faster than real time",
	 .doc = "From 0.001 to 1000000. The clock in the page runs as much faster."},
	{"fast", 0, OPTION_FLAG(struct options, fast), .excludes = "speed",
	 .help = "do not wait at all; the counter is virtual then",
	 .doc = "What is left is the page as it is at the end."},
	{"counter", 0, "WHICH", OPTION_WORD(struct options, player.real_counter),
	 .word = counter_word, OPTION_GIVEN(struct options, counter_given), .initial = "real",
	 .help = "real: this CPU's own, which nothing can disturb: a migration moves the "
		 "marker and leaves the counter; virtual: the scenario's, for readers that "
		 "bring their own values",
	 .doc = "What a scenario does to the counter (*value*, *rate*, *jump*, *drift*) is "
		"left out of a real one, and a migration moves the marker, the generation and "
		"the time. A virtual one is for readers such as *vmclock-trace status "
		"--counter*."},
	{"now", 0, OPTION_FLAG(struct options, player.start_now),
	 .help = "begin at this machine's time instead of the scenario's"},
	{"seed", 0, "N", OPTION_NUMBER(struct options, player.seed),
	 OPTION_GIVEN(struct options, player.has_seed), .help = "another seed than the scenario's",
	 .doc = "The same seed gives the same page."},
	{"remove", 0, OPTION_FLAG(struct options, player.remove),
	 .help = "remove PAGEFILE at the end; else it stays as it was last",
	 .doc = "As a clock that is no longer updated."},
	{"quiet", 'q', OPTION_FLAG(struct options, quiet), .help = "do not print what happens"},
	{"check", 0, OPTION_FLAG(struct options, check),
	 .help = "only say whether the scenarios are right",
	 .doc = "Nothing is printed if they are, else file, line, cause and hint of each that "
		"is not."},
	{"list-events", 0, OPTION_FLAG(struct options, list_events), .excludes = "check",
	 .help = "print all that will happen, with its times, and play nothing"},
	{"version", 'V', .parse = put_version, .help = "show the version"},
	{.argument = "SCENARIO", OPTION_OPERANDS(struct options, operands), .required = true},
	{0},
};

static const struct command_exit exits[] = {
	{EXIT_DONE, "played to the end or to a signal; with --check, all scenarios are right"},
	{EXIT_FAILED, "a scenario is wrong, or a file cannot be read or made"},
	{0},
};

static const struct command program = {
	.name = "vmclock-sim",
	.is_program = true,
	.usage = "[options] SCENARIO PAGEFILE\n"
		 "--check SCENARIO...\n"
		 "--list-events SCENARIO",
	.about = "Play a scenario into a vmclock page in a file that other programs map: live "
		 "migration, host clock steps, leap seconds, a hypervisor that hangs or lies. "
		 "The page is written as a hypervisor writes it, on this machine's own counter, "
		 "so that a reader sees a live clock.\n\n"
		 "PAGEFILE may be mem:ADDRESS, a page of this machine's memory by its physical "
		 "address: for root in a test guest, whose driver then serves what is played.\n\n"
		 "SIGINT, SIGTERM and SIGHUP end it early, which is no failure.",
	.options = option_table,
	.exits = exits,
	.examples =
		"vmclock-sim --now tests/scenarios/migrate.scenario /dev/shm/vmclock0 &\n"
		"vmclock-trace status --device /dev/shm/vmclock0\n"
		"printf 'end 1h\\nat 10s step +5ms\\n' | vmclock-sim --now - /dev/shm/vmclock0\n"
		"vmclock-sim --list-events tests/scenarios/leap-positive.scenario\n",
};
