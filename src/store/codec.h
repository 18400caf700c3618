/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What of an event is special to its type, as bytes of a recording and back. Wire is not disk: the
 * order of the fields is laid down in one table, of which vmclock-trace-recording(5) is made.
 *
 * Each number is a LEB128 varint (signed ones zigzag), each fixed text its length and its bytes, a
 * run of numbers its members in order. Zeros at the end are left out, so bytes that end early leave
 * the rest 0, fields may be appended to a type, and an old recording reads as it did.
 */
#ifndef VMCLOCK_TRACE_STORE_CODEC_H
#define VMCLOCK_TRACE_STORE_CODEC_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "event/event.h"

/* Enough for any event. */
#define CODEC_BYTES 1024

/* The detail of @event into @out. Returns its length, 0 where the type has none. */
size_t codec_encode(const struct event *event, uint8_t out[CODEC_BYTES]);

/*
 * The other way, into @event, whose type is set and whose detail is zeros. The bytes are hostile:
 * -EINVAL for what codec_encode() cannot have written (a value past its field, an enumeration past
 * its end, bytes too many or cut within a number); the detail is then in part filled.
 */
int codec_decode(const uint8_t *bytes, size_t length, struct event *event);

#define CODEC_FIELD_BYTES 64

/*
 * What the @i-th field is, for the manual: its @type of event, and in @out its name and kind, as
 * "sec (signed)". All of one type are in a row. False behind the last.
 */
bool codec_field_text(size_t i, enum event_type *type, char out[CODEC_FIELD_BYTES]);

#endif
