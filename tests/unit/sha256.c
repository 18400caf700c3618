// SPDX-License-Identifier: GPL-2.0-or-later
/* base/sha256.h, by the examples of FIPS 180-4 and the lengths at which a block ends. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/sha256.h"

static void is(const char *text, size_t bytes, const char *expected)
{
	char hex[SHA256_HEX_BYTES];

	sha256_hex(text, bytes, hex);
	assert_string_equal(hex, expected);
}

static void examples(void **state)
{
	static const char two[] = "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq";

	(void)state;
	is("", 0, "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
	is("abc", 3, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
	is(two, strlen(two), "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1");
}

static void block_ends(void **state)
{
	static char as[1000];

	(void)state;
	memset(as, 'a', sizeof(as));
	is(as, 55, "9f4390f8d30c2dd92ec9f095b65e2b9ae9b0a925a5258e241c9f1e910f734318");
	is(as, 56, "b35439a4ac6f0948b6d6f9e3c6af0f5f590ce20f1bde7090ef7970686ec6738a");
	is(as, 64, "ffe054fe7ae0cb6dc65c3af9b61d5209f439851db43d0ba5997337df154668eb");
	is(as, 1000, "41edece42d63e8d9bf515a9ba6932e1c20cbc9f5a5d134645adb5db1b9737ea3");
}

/* In pieces of each length it is the same. */
static void pieces(void **state)
{
	static char as[1000];
	char hex[SHA256_HEX_BYTES];
	struct sha256 sum;

	(void)state;
	memset(as, 'a', sizeof(as));
	for (size_t piece = 1; piece < 200; piece++) {
		sha256_begin(&sum);
		for (size_t at = 0; at < sizeof(as); at += piece)
			sha256_add(&sum, as + at,
				   piece < sizeof(as) - at ? piece : sizeof(as) - at);
		sha256_end(&sum, hex);
		assert_string_equal(
			hex, "41edece42d63e8d9bf515a9ba6932e1c20cbc9f5a5d134645adb5db1b9737ea3");
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(examples),
		cmocka_unit_test(block_ends),
		cmocka_unit_test(pieces),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
