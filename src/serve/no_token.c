// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Stands for each function of p11-kit in a static exporter, see Makefile: there is no token. GnuTLS
 * calls one only for a key that is named by a pkcs11: URL, which nothing here does.
 */
void *no_token(void);

void *no_token(void)
{
	return 0;
}
