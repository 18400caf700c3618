// SPDX-License-Identifier: GPL-2.0-or-later
#include "feed/message.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/text.h"
#include "judge/claim.h"

#define PROGRAM	       "vmclock-trace"
#define ARGUMENT_BYTES 64   /* as much of an argument as is shown */
#define MESSAGE_BYTES  8192 /* a path and what is said of it */

/* What begins each message: "vmclock-trace status". */
static char speaker[64] = PROGRAM;

/* A standard file that is closed would be taken by the next that is opened, and be written to. */
static void occupy_standard_files(void)
{
	for (int fd = STDIN_FILENO; fd <= STDERR_FILENO; fd++) {
		if (fcntl(fd, F_GETFD) < 0 && open("/dev/null", O_RDONLY) != fd)
			return;
	}
}

void message_begin(const struct command *command)
{
	occupy_standard_files();
	/* What a limit on the size of files forbids is a write that fails, and no sudden end. */
	signal(SIGXFSZ, SIG_IGN);
	snprintf(speaker, sizeof(speaker), "%s%s", command->is_program ? "" : PROGRAM " ",
		 command->name);
}

const char *message_speaker(void)
{
	return speaker;
}

/* The one place where anything of a message reaches a terminal, whatever names it holds. */
static void say(const char *who, const char *format, va_list args)
	__attribute__((format(printf, 2, 0)));

static void say(const char *who, const char *format, va_list args)
{
	char raw[MESSAGE_BYTES], shown[TEXT_DISPLAY_BYTES(MESSAGE_BYTES)];

	raw[0] = '\0';
	vsnprintf(raw, sizeof(raw), format, args);
	text_display(raw, strlen(raw), shown, sizeof(shown));
	fprintf(stderr, "%s: %s\n", who, shown);
}

void message_hint(const char *format, ...)
{
	va_list args;

	va_start(args, format);
	say("hint", format, args);
	va_end(args);
}

void message_error(const char *format, ...)
{
	va_list args;

	va_start(args, format);
	say(speaker, format, args);
	va_end(args);
}

void message_failure(const struct error *error)
{
	message_error("%s", error->cause);
	if (error->hint[0])
		message_hint("%s", error->hint);
}

void message_not_confined(int err)
{
	message_error("rights that are not needed could not be given up (%s); going on with them",
		      strerror(-err));
	if (err == -EMFILE || err == -ENFILE)
		message_hint(ERROR_FILES_HINT);
}

void message_stopped(uint64_t ns)
{
	char text[TEXT_NS_BYTES];

	text_ns_u64(ns, text, sizeof(text));
	if (ns)
		message_error("this program was stopped, and did not run for %s of that time: what "
			      "happened meanwhile may have been missed",
			      text);
}

int message_no_memory(void)
{
	message_error("out of memory");
	return EXIT_FAILED;
}

int message_damaged(const char *path, const char *why, const char *what)
{
	if (!*why)
		return EXIT_DONE;
	message_error("%s is damaged: %s; %s is of what could be saved", path, why, what);
	return EXIT_FAILED;
}

/* Has who reads the output gone away, as head(1) does? */
static bool is_reader_gone(void)
{
	struct pollfd out = {.fd = STDOUT_FILENO};

	return poll(&out, 1, 0) > 0 && (out.revents & POLLERR);
}

/* Of an earlier write that failed the cause is gone: one more has it too, or goes well (0). */
static int ask_again(void)
{
	return write(STDOUT_FILENO, "\n", 1) < 0 ? errno : 0;
}

int message_output(int code)
{
	int why;

	errno = 0;
	if (!fflush(stdout) && !ferror(stdout))
		return code;
	why = errno;
	if (is_reader_gone())
		return EXIT_NO_READER;
	if (!why)
		why = ask_again();
	if (why == EBADF)
		message_error("the output could not be written: standard output is closed");
	else if (why)
		message_error("the output could not be written: %s", strerror(why));
	else
		message_error("the output could not be written");
	return EXIT_FAILED;
}

/* What no finding has said. */
static void say_bad(const struct judge *judge)
{
	const struct clock_doubts *doubts = judge_clock_doubts(judge);
	char text[CLOCK_DOUBT_BYTES];

	if (page_doubt_is_unreliable(judge_page_doubt(judge)))
		message_error("the page says of itself that its clock is UNRELIABLE");
	if (judge_page_doubt(judge)->is_freerunning)
		message_error("the page says that its host has no source of time (FREERUNNING)");
	for (int i = 0; i < OBSERVED_CLOCKS; i++) {
		if (doubts->of[i].readings)
			message_error("%s", clock_doubt_text(doubts, (enum observed_clock)i, text));
	}
}

int message_verdict(enum finding_severity worst, const struct judge *judge,
		    const struct claim_span *recorded)
{
	struct claim claim = outcome_of(judge, worst, NULL).well;

	if (worst > FINDING_INFO)
		return EXIT_FINDING;
	if (claim.state == CLAIM_HOLDS)
		return EXIT_DONE;
	if (claim.state == CLAIM_FAILS) {
		if (!fflush(stdout))
			say_bad(judge);
		return EXIT_FINDING;
	}
	if (recorded && claim_well(recorded, false).state != CLAIM_HOLDS)
		return EXIT_DONE;
	/* After the summary; what is wrong with the output is message_output()'s. */
	if (!fflush(stdout))
		message_error("%s%s: %s is not known", claim_why_means(claim.why),
			      claim.why == CLAIM_LOST ? " (data_loss)" : "",
			      claim_why_leaves(claim.why));
	return EXIT_FAILED;
}

int message_usage_hint(void)
{
	message_hint("%s --help", speaker);
	return EXIT_USAGE;
}

static const char *shown(const char *argument, char *out, size_t bytes)
{
	text_display(argument, strnlen(argument, ARGUMENT_BYTES), out, bytes);
	return out;
}

int message_bad_argument(const char *option, const char *value, const char *wanted)
{
	char text[TEXT_DISPLAY_BYTES(ARGUMENT_BYTES)];

	message_error("%s '%s' is not %s", option, shown(value, text, sizeof(text)), wanted);
	return message_usage_hint();
}

int message_about(const char *what, const char *argument)
{
	char text[TEXT_DISPLAY_BYTES(ARGUMENT_BYTES)];

	message_error("%s '%s'", what, shown(argument, text, sizeof(text)));
	return message_usage_hint();
}
