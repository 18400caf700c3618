/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What a command accepts is one table, at the end of its own file. Parsing, --help, completions for
 * shells and the manual's OPTIONS are made from it, so that they cannot differ.
 */
#ifndef VMCLOCK_TRACE_FEED_OPTIONS_H
#define VMCLOCK_TRACE_FEED_OPTIONS_H

#include <stddef.h>
#include <stdint.h>

#include "feed/command.h"
#include "show/terminal.h"

/* What a shell may offer for a value. */
enum completion {
	COMPLETE_NOTHING,
	COMPLETE_FILE,
	COMPLETE_DEVICE,  /* a vmclock, or a file that holds a page */
	COMPLETE_WORD,	  /* one of the option's words, */
	COMPLETE_WORDS,	  /* or several with commas between them */
	COMPLETE_PROCESS, /* a process id */
	COMPLETE_THREAD,  /* the name of a thread */
	COMPLETE_CGROUP,
	COMPLETE_COMMAND, /* a program, and what it takes */
	COMPLETIONS,
};

/* How much of the command line an option or operand takes. */
enum option_extent {
	OPTION_ONE,	     /* one argument, or none */
	OPTION_ALL_OPERANDS, /* and all operands behind it */
	OPTION_ALL_THE_REST, /* and all that follows, options of another command among it */
};

/* An option; or, without a name, an operand. */
struct command_option {
	const char *name;     /* without the dashes */
	char letter;	      /* 0: it has none; the same letter means the same in all commands */
	const char *argument; /* what its value is called; NULL: it takes none */
	const char *alias;    /* another name that is understood and not shown; NULL: none */
	/*
	 * Put it into @value, a member of the command's structure. MESSAGE_GO_ON; or an exit code:
	 * what is wrong has then been said, or all been done. NULL where it takes more than one.
	 */
	int (*parse)(const struct command_option *option, const char *text, void *value);
	enum option_extent extent;
	enum completion completion;
	size_t offset;	   /* of the member, */
	size_t bytes;	   /* and its size */
	size_t given;	   /* where a bool is set if the option is, less 1; 0: nowhere */
	uint64_t min, max; /* of numbers, sizes and times in ns; max 0: none */
	const struct json_schema *schema;    /* what it prints */
	const char *(*word)(unsigned int i); /* of the words that it takes; NULL behind the last */
	bool required;
	bool for_programs;     /* what is printed with it is no text for people */
	const char *initial;   /* the value without the option; NULL: the member stays as it is */
	const char *otherwise; /* what holds without the option, where that is no value */
	const char *needs;     /* it is understood only beside this option */
	const char *excludes;  /* it contradicts these, with blanks between them */
	const char *help;      /* for --help; in the manual the first sentence */
	const char *doc;       /* what the manual says beside that, as scdoc(5); NULL: nothing */
};

/* Kinds of values, for the macros below. */
int option_flag(const struct command_option *option, const char *text, void *value);
int option_text(const struct command_option *option, const char *text, void *value);
int option_number(const struct command_option *option, const char *text, void *value);
int option_bytes(const struct command_option *option, const char *text, void *value);
int option_duration(const struct command_option *option, const char *text, void *value);
int option_speed(const struct command_option *option, const char *text, void *value);
int option_word(const struct command_option *option, const char *text, void *value);
int option_schema(const struct command_option *option, const char *text, void *value);

#define OPTION_AT(structure, member)                                                               \
	.offset = offsetof(structure, member), .bytes = sizeof(((structure *)0)->member)

/* 0, and no program where the member is not of that type. */
#define OPTION_IS(structure, member, type)                                                         \
	(0 * sizeof(char[__builtin_types_compatible_p(__typeof__(((structure *)0)->member), type)  \
				 ? 1                                                               \
				 : -1]))

#define OPTION_OF(structure, member, kind, member_type)                                            \
	.parse = (kind), .bytes = sizeof(((structure *)0)->member),                                \
	.offset = offsetof(structure, member) + OPTION_IS(structure, member, member_type)

/* What goes where: into a member of the command's structure, which the macro checks. */
#define OPTION_FLAG(structure, member) OPTION_OF(structure, member, option_flag, bool)
#define OPTION_TEXT(structure, member) OPTION_OF(structure, member, option_text, const char *)
#define OPTION_FILE(structure, member) OPTION_TEXT(structure, member), .completion = COMPLETE_FILE
#define OPTION_OPERANDS(structure, member)                                                         \
	.extent = OPTION_ALL_OPERANDS, .completion = COMPLETE_FILE,                                \
	OPTION_OF(structure, member, NULL, char **)
#define OPTION_COMMAND_LINE(structure, member)                                                     \
	.extent = OPTION_ALL_THE_REST, .completion = COMPLETE_COMMAND,                             \
	OPTION_OF(structure, member, NULL, char **)
/* Into members of 4 or 8 bytes; words, as their number, into an enum or a bool. */
#define OPTION_NUMBER(structure, member)   .parse = option_number, OPTION_AT(structure, member)
#define OPTION_BYTES(structure, member)	   .parse = option_bytes, OPTION_AT(structure, member)
#define OPTION_DURATION(structure, member) .parse = option_duration, OPTION_AT(structure, member)
/* As many times as fast as it is: billionths. */
#define OPTION_SPEED(structure, member) .parse = option_speed, OPTION_AT(structure, member)
#define OPTION_WORD(structure, member)                                                             \
	.parse = option_word, OPTION_AT(structure, member), .completion = COMPLETE_WORD
/* Beside one of those: is it given? */
#define OPTION_GIVEN(structure, member)                                                            \
	.given = 1 + offsetof(structure, member) + OPTION_IS(structure, member, bool)

/* What the manual says of times. */
#define OPTION_TIME_DOC                                                                            \
	"A number with a unit of ns, us, ms, s, m, h or d; without one it is seconds."

/* The page that is sampled, in every table that has one. */
#define OPTION_PAGE(structure, member)                                                             \
	"device", 0, "PATH", OPTION_TEXT(structure, member),                                       \
		.completion = COMPLETE_DEVICE,                                                     \
		.help = "a vmclock device, or a file that holds a page",                           \
		.otherwise = "the first /dev/vmclock*",                                            \
		.doc = "The first is that of the lowest number. A file holds the bytes of a "      \
		       "page, such as *vmclock-sim*(1) writes."

/* What the user knows of other PTP clocks: a struct reference_options. */
int option_references(const struct command_option *option, const char *text, void *value);
#define OPTION_REFERENCES(structure, member)                                                       \
	"phc", 0, "LIST",                                                                          \
		.parse = option_references, OPTION_AT(structure, member),                          \
		.help = "what is known of other PTP clocks, as ptp0=utc or ptp0=tai,10us: its "    \
			"scale and its bound; several with ; between them",                        \
		.doc = "The scale of a network card's clock is not known by its name, and it "     \
		       "gives no bound: who sets it knows. _+-10us_ is the same as _10us_."

/* The kernel's types, of commands that hook it. */
#define OPTION_BTF(structure, member)                                                              \
	"btf", 0, "FILE", OPTION_FILE(structure, member),                                          \
		.help = "the kernel's types, where it does not show them itself",                  \
		.doc = "fentry needs the kernel's own: with a file, hooks are kprobes at best."

/* How long a command goes on that would else go on for ever. */
#define OPTION_LIMIT(structure, member)                                                            \
	"duration", 'd', "T", OPTION_DURATION(structure, member),                                  \
		.min = 1, .help = "stop after T: 500ms, 10s, 2m, 1h", .doc = OPTION_TIME_DOC

/* What is printed for programs. */
#define OPTION_JSON(structure, member, says)                                                       \
	"json", 'j', OPTION_FLAG(structure, member), .for_programs = true, .help = says,           \
						     .doc = "See *vmclock-trace-json*(5)."

#define OPTION_COLOUR_HELP                                                                         \
	"colour: auto (where a terminal has it, and NO_COLOR is not set), always, never"
#define OPTION_COLOUR_DOC "Nothing is said by colour alone: each level has a word too."

/*
 * In the table of each command that prints text for people: lines are then as wide as the terminal
 * (show/terminal.h), and coloured; unless an option is given that is for programs.
 */
int option_colour(const struct command_option *option, const char *text, void *value);
/* What was given to that. */
enum colour_when option_colour_when(void);
#define OPTION_COLOUR                                                                              \
	"color", 0, "WHEN", .parse = option_colour, .completion = COMPLETE_WORD,                   \
			    .word = colour_when_word, .initial = "auto",                           \
			    .help = OPTION_COLOUR_HELP, .doc = OPTION_COLOUR_DOC

/* Print @of, a struct json_schema, and end. */
#define OPTION_SCHEMA(of)                                                                          \
	"schema", .parse = option_schema, .schema = of,                                            \
		  .help = "print the JSON Schema of what --json prints, and exit"

/*
 * Read the arguments of @command into @values, the structure that its table is made for: first all
 * initial values, then what was given. MESSAGE_GO_ON; or an exit code: what is wrong has then been
 * said, or --help been shown.
 */
int options_parse(const struct command *command, int argc, char **argv, void *values);

/* "--name", or of an operand what it is called: @out. */
const char *option_title(const struct command_option *option, char *out, size_t bytes);

/* "--option 'text' is not @wanted", for a type's own parse(). Returns EXIT_USAGE. */
int option_refuse(const struct command_option *option, const char *text, const char *wanted);

/* Of options and operands: up to the empty one that ends the table. */
static inline bool option_is_end(const struct command_option *option)
{
	return !option->name && !option->argument;
}

#endif
