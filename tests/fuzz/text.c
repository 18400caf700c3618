// SPDX-License-Identifier: GPL-2.0-or-later
/* What people type, and names of others that reach a screen, a table or a page. */
#include "fuzz.h"

#include "base/error.h"
#include "base/parse.h"
#include "base/text.h"
#include "report/csv.h"
#include "report/report_source.h"
#include "scenario/value.h"
#include "serve/accept.h"
#include "show/html.h"

static void parse(const char *text)
{
	struct report_moment moment;
	uint64_t number;
	int64_t ns;

	parse_u64(text, &number);
	if (!parse_u64_within(text, 1, 99, &number))
		CHECK(number >= 1 && number <= 99);
	parse_duration_ns(text, &ns);
	parse_bytes(text, &number);
	value_signed_ns(text, &ns);
	value_ppb(text, &ns);
	value_hz(text, &number);
	value_utc_sec(text, &ns);
	report_moment(text, &moment);
	CHECK(accept_quality(text, "text/plain", "0.0.4") <= ACCEPT_BEST);
	CHECK(accept_quality(text, "gzip", NULL) <= ACCEPT_BEST);
}

/* No byte of it may command a terminal, and all of it must be UTF-8. */
static void show(const char *text, size_t size, size_t room)
{
	char *out = malloc(room + 1);
	size_t length;

	CHECK(out);
	length = text_utf8(text, size, out, room);
	if (room)
		CHECK(text_is_utf8(out, length));
	text_display(text, size, out, room);
	for (size_t i = 0; room && out[i]; i++)
		CHECK((uint8_t)out[i] >= 0x20 && out[i] != 0x7f);
	free(out);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	size_t room = fuzz_byte(&data, &size);
	struct csv_row row = {.out = fuzz_nowhere()};
	struct error error;
	char *text = malloc(size + 1);

	CHECK(text);
	memcpy(text, data, size);
	text[size] = '\0';
	parse(text);
	show(text, size, room);
	csv_text(&row, text, size);
	csv_string(&row, text);
	csv_end(&row);
	html_put(fuzz_nowhere(), text, size);
	html_printf(fuzz_nowhere(), "%s", text);
	error_cause(&error, "%s", text);
	error_hint(&error, "%s", text);
	free(text);
	return 0;
}
