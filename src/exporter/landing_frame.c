// SPDX-License-Identifier: GPL-2.0-or-later
#include "exporter/landing_frame.h"

#include <string.h>

#include "exporter/landing_style.h"
#include "show/html.h"

void landing_put_head(FILE *out, const char *first, const char *second, bool renew)
{
	fputs("<!DOCTYPE html>\n<html lang=\"en\">\n<meta charset=\"utf-8\">\n"
	      "<meta name=\"viewport\" content=\"width=device-width\">\n",
	      out);
	if (renew)
		fputs("<meta http-equiv=\"refresh\" content=\"15\">\n", out);
	fputs("<title>", out);
	html_puts(out, first);
	fprintf(out, ": %s</title>\n<style>%s</style>\n<body>\n", second, landing_style);
	/* What plots hatch with. */
	fputs("<svg width=\"0\" height=\"0\" style=\"position:absolute\" aria-hidden=\"true\">"
	      "<pattern id=\"hatch\" width=\"4\" height=\"4\" patternUnits=\"userSpaceOnUse\">"
	      "<path d=\"M0 4L4 0\" stroke-width=\".5\"/></pattern></svg>\n",
	      out);
}

const char *landing_level_style(enum landing_level level)
{
	static const char *const styles[] = {
		[LANDING_OK] = "ok",
		[LANDING_WARNING] = "warning",
		[LANDING_CRITICAL] = "critical",
		[LANDING_UNKNOWN] = "unknown",
	};

	return styles[level];
}

void landing_put_mark(FILE *out, const char *style)
{
	static const struct {
		const char *style, *shape;
	} marks[] = {
		{"ok", "<circle cx=\"12\" cy=\"12\" r=\"11\" fill=\"currentColor\"/>"
		       "<path d=\"M6 12l4 5 8-10\"/>"},
		{"warning",
		 "<path class=\"solid\" d=\"M12 1L24 23H0z\"/><path d=\"M12 8v8m0 2v3\"/>"},
		{"critical", "<path class=\"solid\" d=\"M7 0h10l7 7v10l-7 7H7l-7-7V7z\"/>"
			     "<path d=\"M7 7l10 10M17 7L7 17\"/>"},
		{"unknown", "<path class=\"solid\" d=\"M12 0l12 12-12 12L0 12z\"/>"
			    "<path class=\"thin\" d=\"M9 9.500a3 3 0 1 1 4.500 2.600q-1.500 "
			    "0.900-1.500 2.400m0 2v2.300\"/>"},
		{"info", "<circle cx=\"12\" cy=\"12\" r=\"9.500\" fill=\"none\" "
			 "stroke=\"currentColor\" stroke-width=\"3\"/>"},
	};

	for (size_t i = 0; i < sizeof(marks) / sizeof(marks[0]); i++) {
		if (!strcmp(marks[i].style, style))
			fprintf(out,
				"<svg class=\"mark %s\" viewBox=\"0 0 24 24\" "
				"aria-hidden=\"true\">%s</svg>",
				style, marks[i].shape);
	}
}
