// SPDX-License-Identifier: GPL-2.0-or-later
#include "report/report_tiles.h"

#include "show/html.h"

static const struct {
	const char *mark, *class;
} marks[] = {
	[CLAIM_UNKNOWN] = {"?", "unknown"},
	[CLAIM_HOLDS] = {"&#x2713;", "ok"},
	[CLAIM_FAILS] = {"&#x25B2;", "critical"},
};

static void put_tile(FILE *out, enum verdict_figure figure, const struct verdict_line *line)
{
	fprintf(out, "<div class=\"tile %s\"><span class=\"soft\">%s</span><strong>%s ",
		marks[line->well].class, verdict_figure_words(figure), marks[line->well].mark);
	html_puts(out, line->value);
	fputs("</strong><small>", out);
	html_puts(out, line->note);
	fputs("</small></div>\n", out);
}

void report_put_tiles(FILE *out, const struct verdict_line line[VERDICT_FIGURES], bool small)
{
	fprintf(out, "<div class=\"tiles%s\">\n", small ? " small" : "");
	for (int i = 0; i < VERDICT_FIGURES; i++)
		put_tile(out, (enum verdict_figure)i, &line[i]);
	fputs("</div>\n", out);
}
