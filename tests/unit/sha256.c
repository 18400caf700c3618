// SPDX-License-Identifier: GPL-2.0-or-later
/* base/sha256.h, by the examples of FIPS 180-4, in one piece and in several. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/sha256.h"

static void is(const char *text, const char *expected)
{
	char hex[SHA256_HEX_BYTES];
	struct sha256_ctx sum;

	sha256_hex(text, strlen(text), hex);
	assert_string_equal(hex, expected);
	sha256_init(&sum);
	for (const char *at = text; *at; at++)
		sha256_update(&sum, 1, (const uint8_t *)at);
	sha256_end(&sum, hex);
	assert_string_equal(hex, expected);
	/* Begun anew. */
	sha256_update(&sum, strlen(text), (const uint8_t *)text);
	sha256_end(&sum, hex);
	assert_string_equal(hex, expected);
}

static void examples(void **state)
{
	(void)state;
	is("", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
	is("abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
	is("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
	   "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(examples),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
