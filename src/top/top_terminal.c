// SPDX-License-Identifier: GPL-2.0-or-later
#include "top/top_terminal.h"

#include <errno.h>
#include <langinfo.h>
#include <locale.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/ioctl.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include "show/level.h"
#include "top/top_terminfo.h"

struct top_terminal {
	struct top_canvas canvas;
	SCREEN *screen;
	int input;   /* of the terminal */
	int resized; /* a signalfd of SIGWINCH */
	int poll;    /* an epoll of both */
	bool is_gone;
	sigset_t mask_before;
};

/* Those of the levels, on the background that the terminal has. */
static bool start_colours(void)
{
	if (!has_colors() || start_color() == ERR)
		return false;
	use_default_colors();
	for (short level = 0; level < LEVELS; level++) {
		if (init_pair((short)(1 + level), level_colour((enum level)level), -1) == ERR)
			return false;
	}
	return true;
}

static void set_size(struct top_terminal *terminal)
{
	terminal->canvas.window = stdscr;
	getmaxyx(stdscr, terminal->canvas.rows, terminal->canvas.columns);
}

/* Other sizes come by a descriptor, like all else that is waited for. */
static int open_events(struct top_terminal *terminal)
{
	struct epoll_event key = {.events = EPOLLIN, .data.fd = terminal->input}, size = key;
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, SIGWINCH);
	sigprocmask(SIG_BLOCK, &set, &terminal->mask_before);
	terminal->resized = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
	terminal->poll = epoll_create1(EPOLL_CLOEXEC);
	size.data.fd = terminal->resized;
	if (terminal->resized < 0 || terminal->poll < 0 ||
	    epoll_ctl(terminal->poll, EPOLL_CTL_ADD, terminal->input, &key) ||
	    epoll_ctl(terminal->poll, EPOLL_CTL_ADD, terminal->resized, &size))
		return -errno;
	return 0;
}

static void close_events(struct top_terminal *terminal)
{
	if (terminal->poll >= 0)
		close(terminal->poll);
	if (terminal->resized >= 0)
		close(terminal->resized);
	sigprocmask(SIG_SETMASK, &terminal->mask_before, NULL);
}

static int open_screen(struct top_terminal *terminal, FILE *out, FILE *in, enum colour_when colour,
		       struct error *error)
{
	const char *name = getenv("TERM");

	setlocale(LC_CTYPE, "");
	/* newterm() asks for the same, and leaks where the answer is no. */
	if (top_terminfo_is_known(fileno(out)))
		terminal->screen = newterm(NULL, out, in);
	if (!terminal->screen) {
		error_cause(error, "the terminal '%s' is not known here", name ?: "");
		error_hint(error, "TERM=vt100 is what most terminals understand; vmclock-trace "
				  "watch needs none");
		return -EINVAL;
	}
	set_term(terminal->screen);
	cbreak();
	noecho();
	nonl();
	curs_set(0);
	keypad(stdscr, TRUE);
	nodelay(stdscr, TRUE);
	set_escdelay(100);
	terminal->canvas.is_utf8 = !strcmp(nl_langinfo(CODESET), "UTF-8");
	terminal->canvas.has_colour = colour_is_wanted(colour) && start_colours();
	set_size(terminal);
	return 0;
}

int top_terminal_open(FILE *out, FILE *in, enum colour_when colour,
		      struct top_terminal **out_terminal, struct error *error)
{
	struct top_terminal *terminal;
	int err;

	if (!isatty(fileno(out)) || !isatty(fileno(in))) {
		error_cause(error, "the standard %s is no terminal",
			    isatty(fileno(out)) ? "input" : "output");
		error_hint(error,
			   "vmclock-trace watch prints lines, and --json those for programs");
		return -ENOTTY;
	}
	terminal = calloc(1, sizeof(*terminal));
	if (!terminal)
		return error_no_memory(error);
	terminal->input = fileno(in);
	err = open_events(terminal);
	if (err)
		error_cause(error, "cannot wait for the terminal: %s", strerror(-err));
	else
		err = open_screen(terminal, out, in, colour, error);
	if (err) {
		top_terminal_close(terminal);
		return err;
	}
	*out_terminal = terminal;
	return 0;
}

void top_terminal_close(struct top_terminal *terminal)
{
	if (!terminal)
		return;
	if (terminal->screen) {
		endwin();
		delscreen(terminal->screen);
	}
	close_events(terminal);
	free(terminal);
}

int top_terminal_fd(const struct top_terminal *terminal)
{
	return terminal->poll;
}

const struct top_canvas *top_terminal_canvas(const struct top_terminal *terminal)
{
	return &terminal->canvas;
}

void top_terminal_show(const struct top_terminal *terminal)
{
	(void)terminal;
	wnoutrefresh(stdscr);
	doupdate();
}

/* True: it has another size. */
static bool take_size(struct top_terminal *terminal)
{
	struct signalfd_siginfo info;
	struct winsize size;
	bool came = false;

	while (read(terminal->resized, &info, sizeof(info)) == sizeof(info))
		came = true;
	if (!came || ioctl(terminal->input, TIOCGWINSZ, &size) || !size.ws_row || !size.ws_col)
		return false;
	resizeterm(size.ws_row, size.ws_col);
	set_size(terminal);
	return true;
}

/* A terminal that has hung up is readable for ever, and has no key. */
static void check_gone(struct top_terminal *terminal)
{
	struct epoll_event ready[2];
	int count = epoll_wait(terminal->poll, ready, 2, 0);

	for (int i = 0; i < count; i++)
		terminal->is_gone |= (ready[i].events & (EPOLLHUP | EPOLLERR)) != 0;
}

int top_terminal_key(struct top_terminal *terminal)
{
	int key;

	if (take_size(terminal))
		return KEY_RESIZE;
	key = wgetch(stdscr);
	if (key == ERR)
		check_gone(terminal);
	return key;
}

bool top_terminal_is_gone(const struct top_terminal *terminal)
{
	return terminal->is_gone;
}
