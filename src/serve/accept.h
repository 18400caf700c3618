/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a client would like to get: the headers Accept and Accept-Encoding. Pure. */
#ifndef VMCLOCK_TRACE_SERVE_ACCEPT_H
#define VMCLOCK_TRACE_SERVE_ACCEPT_H

/* A quality of 1. */
#define ACCEPT_BEST 1000

/*
 * How much a client with @header (NULL: it did not say, so all is welcome) wants @offer, a media
 * type ("text/plain") or a coding ("gzip"), in thousandths: 0 is not at all. The most specific
 * item counts: "text/plain" before a "text/" wildcard before the wildcard for all. An item that
 * asks for another version than @version is none; NULL: versions do not matter. What is
 * malformed is passed over.
 */
unsigned int accept_quality(const char *header, const char *offer, const char *version);

#endif
