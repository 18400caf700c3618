// SPDX-License-Identifier: GPL-2.0-or-later
#include "top/top_screen.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "show/finding_words.h"
#include "top/top_words.h"

/* With fewer rows there are no empty ones. */
#define AIRY_ROWS 20

/* So many rows are for what is always there: losses and keys. */
#define FOOT_ROWS 2

/* How many lines a finding may take. */
#define FINDING_ROWS 3

/* Where a row begins, and what is left for it. */
struct place {
	const struct top_canvas *canvas;
	const struct top_picture *picture;
	int y;
	int end; /* the first row that is not its own */
};

/* Columns of a table, from the left: x moves on. */
static void cell(const struct place *place, int *x, int columns, bool right, attr_t attributes,
		 const char *text)
{
	if (right)
		top_put_right(place->canvas, place->y, *x, columns, attributes, text);
	else
		top_put(place->canvas, place->y, *x, columns, attributes, text);
	*x += columns + 1;
}

static void gap(struct place *place)
{
	if (place->canvas->rows >= AIRY_ROWS)
		place->y++;
}

/* --- The answer */

static void draw_answer(struct place *place)
{
	const struct top_picture *picture = place->picture;
	const struct top_canvas *canvas = place->canvas;
	enum level level = top_level_of(picture->state);
	attr_t attributes = top_attributes(canvas, level) | A_BOLD;
	char text[TOP_SENTENCE_BYTES];

	top_put(canvas, place->y, 0, 1, attributes, top_symbol(canvas, level));
	top_now_sentence(picture->state, text, sizeof(text));
	place->y += top_put_wrapped(canvas, place->y, canvas->rows >= 8 ? 2 : 1, 2, 2, attributes,
				    text);
	if (place->y >= place->end || canvas->rows < 12)
		return;
	top_since_sentence(picture->state, text, sizeof(text));
	place->y += top_put_wrapped(canvas, place->y, canvas->rows >= AIRY_ROWS ? 2 : 1, 2, 2,
				    A_NORMAL, text);
}

static void draw_subject(struct place *place)
{
	const struct top_picture *picture = place->picture;
	const struct top_state *state = picture->state;
	char text[TOP_SENTENCE_BYTES], now[TOP_TIME_BYTES];
	int64_t utc_ns;
	bool has_utc = top_state_utc(state, state->now_ns, &utc_ns);

	if (place->y >= place->end)
		return;
	top_time(has_utc, utc_ns, true, now);
	snprintf(text, sizeof(text), "%s%s%s%s  %.255s", picture->is_paused ? "PAUSED  " : "", now,
		 picture->progress ? "  " : "", picture->progress ?: "", picture->subject);
	top_put(place->canvas, place->y++, 2, place->canvas->columns - 2,
		picture->is_paused ? A_REVERSE : A_DIM, text);
}

/* --- Clocks */

/* 0: there is no room for that column. */
struct clock_columns {
	int name, error, direction, bound, bars, claims, by;
};

static struct clock_columns clock_columns_of(int columns)
{
	struct clock_columns wide = {28, 9, 7, 10, 60, 10, 0};
	struct clock_columns middle = {28, 9, 7, 10, 30, 10, 0};
	struct clock_columns usual = {16, 9, 7, 10, 20, 0, 0};
	struct clock_columns narrow = {14, 8, 6, 9, 0, 0, 0};
	struct clock_columns of = columns >= 150   ? wide
				  : columns >= 110 ? middle
				  : columns >= 70  ? usual
						   : narrow;

	if (of.bars)
		of.by = columns - (of.name + of.error + of.direction + of.bound + of.bars + 5 +
				   (of.claims ? of.claims + 1 : 0));
	return of;
}

static void draw_clock_head(struct place *place, const struct clock_columns *of)
{
	char bars[32];
	int x = 0;

	snprintf(bars, sizeof(bars), "LAST %d s", TOP_HISTORY_SECONDS);
	cell(place, &x, of->name, false, A_BOLD, "CLOCK");
	cell(place, &x, of->error, true, A_BOLD, "ERROR");
	cell(place, &x, of->direction, false, A_BOLD, "");
	cell(place, &x, of->bound, false, A_BOLD, "BOUND");
	if (of->bars)
		cell(place, &x, of->bars, false, A_BOLD, bars);
	if (of->claims)
		cell(place, &x, of->claims, false, A_BOLD, "CLAIMS");
	if (of->by)
		cell(place, &x, of->by, false, A_BOLD, "BY");
	place->y++;
}

static void draw_clock(struct place *place, const struct clock_columns *of,
		       const struct top_row *row, const struct top_history *history)
{
	enum {
		MOST = 60
	};
	uint64_t now_ns = place->picture->state->now_ns;
	bool is_page = !*row->direction;
	int bar[MOST], x = 0;

	if (place->y >= place->end)
		return;
	cell(place, &x, of->name, false, A_NORMAL, row->name);
	if (!row->known) {
		top_put(place->canvas, place->y++, x, place->canvas->columns - x, A_DIM, row->why);
		return;
	}
	if (is_page) {
		cell(place, &x, of->error + 1 + of->direction, false, A_NORMAL, row->error);
	} else {
		cell(place, &x, of->error, true, A_BOLD, row->error);
		cell(place, &x, of->direction, false, A_NORMAL, row->direction);
	}
	cell(place, &x, of->bound, false, A_NORMAL, row->bound);
	if (of->bars) {
		top_history_bars(history, now_ns, row->floor_ns, (unsigned int)of->bars, bar);
		top_put_bars(place->canvas, place->y, x, of->bars, bar);
		x += of->bars + 1;
	}
	if (of->claims)
		cell(place, &x, of->claims, false, A_NORMAL, row->claims);
	if (of->by)
		cell(place, &x, of->by, false, A_NORMAL, row->by);
	place->y++;
}

static void draw_clocks(struct place *place)
{
	const struct top_state *state = place->picture->state;
	struct clock_columns of = clock_columns_of(place->canvas->columns);
	struct top_row row;

	if (place->y + 1 >= place->end)
		return;
	draw_clock_head(place, &of);
	top_page_row(state, &row);
	draw_clock(place, &of, &row, &state->page_history);
	for (size_t i = 0; i < state->clocks; i++) {
		top_clock_row(state, &state->clock[i], &row);
		draw_clock(place, &of, &row, &state->clock[i].history);
	}
}

/* --- Readers */

struct reader_columns {
	int name, pid, uses, slowest, error, failed, path;
};

static struct reader_columns reader_columns_of(int columns)
{
	struct reader_columns usual = {15, 7, 7, 8, 8, 7, 0}, narrow = {12, 0, 7, 8, 0, 7, 0};
	struct reader_columns of = columns >= 70 ? usual : narrow;

	if (of.pid)
		of.path = columns -
			  (of.name + of.pid + of.uses + of.slowest + of.error + of.failed + 6);
	return of;
}

/* "USES/S", with a mark where it is sorted by that. */
static void sorted_head(const struct place *place, int *x, int columns, enum top_sort sort,
			const char *name)
{
	bool is_sorted = place->picture->sort == sort;
	char text[32];

	snprintf(text, sizeof(text), "%s%s", name,
		 !is_sorted		  ? ""
		 : place->canvas->is_utf8 ? "▼"
					  : "v");
	cell(place, x, columns, true, is_sorted ? A_BOLD | A_UNDERLINE : A_BOLD, text);
}

static void draw_reader_head(struct place *place, const struct reader_columns *of)
{
	int x = 0;

	cell(place, &x, of->name, false, A_BOLD, "READER");
	if (of->pid)
		cell(place, &x, of->pid, true, A_BOLD, "PID");
	sorted_head(place, &x, of->uses, TOP_BY_USES, "USES/S");
	sorted_head(place, &x, of->slowest, TOP_BY_LATENCY, "SLOWEST");
	if (of->error)
		sorted_head(place, &x, of->error, TOP_BY_ERROR, "ERROR");
	sorted_head(place, &x, of->failed, TOP_BY_FAILURES, "FAILED");
	if (of->path)
		cell(place, &x, of->path, false, A_BOLD, "PATH");
	place->y++;
}

static void name_reader(const struct top_reader *reader, char *out, size_t bytes)
{
	if (reader->who.pid || *reader->who.comm)
		text_display(reader->who.comm, strnlen(reader->who.comm, EVENT_COMM_BYTES), out,
			     bytes);
	else
		snprintf(out, bytes, "(others)");
}

static void rate_text(double rate, char *out, size_t bytes)
{
	if (rate >= 1e6)
		snprintf(out, bytes, "%.3gM", rate / 1e6);
	else
		snprintf(out, bytes, "%.*f", rate < 10 ? 1 : 0, rate);
}

static void path_text(const struct top_reader *reader, char *out, size_t bytes)
{
	unsigned int paths = top_reader_paths(reader);
	const char *path = event_path_name(top_reader_path(reader));

	const char *maps = reader->maps ? "; maps the page" : "";

	if (!paths)
		snprintf(out, bytes, "maps the page: its reads are not visible");
	else if (paths > 1)
		snprintf(out, bytes, "%s, +%u%s", path, paths - 1, maps);
	else
		snprintf(out, bytes, "%s%s", path, maps);
}

static void draw_reader(struct place *place, const struct reader_columns *of,
			const struct top_reader *reader)
{
	const struct top_state *state = place->picture->state;
	char text[TEXT_DISPLAY_BYTES(EVENT_COMM_BYTES)], number[TOP_NS_BYTES];
	int x = 0;

	name_reader(reader, text, sizeof(text));
	cell(place, &x, of->name, false, A_NORMAL, text);
	snprintf(number, sizeof(number), "%" PRIu32, reader->who.pid);
	if (of->pid)
		cell(place, &x, of->pid, true, A_NORMAL, reader->who.pid ? number : "-");
	rate_text(top_reader_rate(&state->readers, reader, state->now_ns), number, sizeof(number));
	cell(place, &x, of->uses, true, A_NORMAL, top_reader_paths(reader) ? number : "-");
	cell(place, &x, of->slowest, true, A_NORMAL,
	     reader->is_measured ? top_ns((int64_t)reader->slowest_ns, false, number) : "-");
	if (of->error)
		cell(place, &x, of->error, true, A_NORMAL,
		     reader->has_error ? top_ns(reader->error.lo_ns / 2 + reader->error.hi_ns / 2,
						true, number)
				       : "-");
	snprintf(number, sizeof(number), "%" PRIu64, reader->failures);
	cell(place, &x, of->failed, true, reader->failures ? A_BOLD : A_NORMAL, number);
	path_text(reader, text, sizeof(text));
	if (of->path)
		cell(place, &x, of->path, false, A_NORMAL, text);
	place->y++;
}

static void draw_readers(struct place *place)
{
	const struct top_picture *picture = place->picture;
	const struct top_state *state = picture->state;
	struct reader_columns of = reader_columns_of(place->canvas->columns);
	char text[TOP_UNSEEN_BYTES + 64];
	size_t order[TOP_READERS];
	const int most = 4;

	if (place->y >= place->end)
		return;
	if (!state->readers.readers) {
		snprintf(text, sizeof(text), "READERS  %s%s",
			 state->uses_are_seen ? "nobody has used the clock yet" : "not seen: ",
			 state->uses_are_seen ? "" : state->unseen);
		place->y +=
			top_put_wrapped(place->canvas, place->y,
					most < place->end - place->y ? most : place->end - place->y,
					0, 9, A_NORMAL, text);
		return;
	}
	draw_reader_head(place, &of);
	top_readers_sort(&state->readers, picture->sort, state->now_ns, order);
	for (size_t i = picture->scroll; i < state->readers.readers && place->y < place->end; i++)
		draw_reader(place, &of, &state->readers.reader[order[i]]);
}

/* --- Findings */

static void draw_finding(struct place *place, const struct top_finding *found)
{
	enum level level = top_level_of_severity(found->finding.severity);
	const struct top_canvas *canvas = place->canvas;
	char when[TOP_TIME_BYTES], sentence[FINDING_WORDS_BYTES];
	char text[FINDING_WORDS_BYTES + 64];
	int rows = place->end - place->y, x = 0;

	top_time(found->has_utc, found->utc_ns, canvas->columns >= 110, when);
	cell(place, &x, (int)strlen(when), false, A_NORMAL, when);
	cell(place, &x, 1, false, top_attributes(canvas, level), top_symbol(canvas, level));
	finding_sentence(&found->finding, sentence, sizeof(sentence));
	snprintf(text, sizeof(text), "%s: %s", finding_name(found->finding.kind), sentence);
	place->y += top_put_wrapped(canvas, place->y, rows < FINDING_ROWS ? rows : FINDING_ROWS, x,
				    canvas->columns < 60 ? 2 : x, A_NORMAL, text);
}

static void draw_findings(struct place *place)
{
	const struct top_state *state = place->picture->state;

	if (place->y >= place->end)
		return;
	if (place->canvas->rows >= 14)
		top_put(place->canvas, place->y++, 0, place->canvas->columns, A_BOLD,
			state->findings ? "LAST FINDINGS" : "NO FINDING SEEN");
	for (size_t i = 0; i < state->findings && place->y < place->end; i++)
		draw_finding(place, &state->finding[i]);
}

/* --- The last lines */

static void draw_foot(const struct top_canvas *canvas, const struct top_picture *picture)
{
	static const char *const live[] = {
		"q quit  p pause  sort: u uses  l latency  e error  f failures  up/down scroll",
		"q quit p pause sort:u,l,e,f up/down", "q quit p pause u l e f sort", "q quit"};
	static const char *const played[] = {
		"q quit  space pause  left/right 10 s  home/end  sort: u uses  l latency  e error  "
		"f failures",
		"q quit  space pause  left/right 10 s  home end  sort: u l e f",
		"q quit space pause <-/-> 10s u,l,e,f", "q quit"};
	const char *const *keys = picture->progress ? played : live;
	char text[TOP_UNSEEN_BYTES + 512];
	int y = canvas->rows - FOOT_ROWS;

	top_losses_sentence(picture->state, text, sizeof(text));
	top_put(canvas, y, 0, canvas->columns, A_DIM, text);
	while ((int)strlen(*keys) > canvas->columns && strcmp(*keys, "q quit"))
		keys++;
	mvwhline(canvas->window, y + 1, 0, ' ' | A_REVERSE, canvas->columns);
	top_put(canvas, y + 1, 0, canvas->columns, A_REVERSE, *keys);
}

/* How many of @rows, which clocks have left, are for readers. */
static int reader_rows(const struct top_state *state, int rows)
{
	int wanted = state->readers.readers ? 1 + (int)state->readers.readers
		     : state->uses_are_seen ? 1
					    : 4;
	/* Findings get a third at least, and all where there is little. */
	int most = rows - (rows + 2) / 3;

	if (rows < 6)
		return 0;
	return wanted < most || !state->findings ? wanted : most;
}

void top_screen_draw(const struct top_canvas *canvas, const struct top_picture *picture)
{
	const struct top_state *state = picture->state;
	int end = canvas->rows > FOOT_ROWS ? canvas->rows - FOOT_ROWS : canvas->rows;
	struct place place = {canvas, picture, 0, end};

	werase(canvas->window);
	draw_answer(&place);
	draw_subject(&place);
	gap(&place);
	place.end = end - (canvas->rows < AIRY_ROWS && state->findings ? 1 : 0);
	draw_clocks(&place);
	gap(&place);
	place.end = place.y + reader_rows(state, end - place.y);
	if (place.end > end)
		place.end = end;
	if (place.y < place.end) {
		draw_readers(&place);
		gap(&place);
	}
	place.end = end;
	draw_findings(&place);
	if (canvas->rows > FOOT_ROWS)
		draw_foot(canvas, picture);
}
