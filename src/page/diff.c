// SPDX-License-Identifier: GPL-2.0-or-later
#include "page/diff.h"

#include <string.h>

_Static_assert(PAGE_FIELDS <= 32, "page_field_set has a bit for each field");

page_field_set page_diff(const struct page *before, const struct page *after)
{
	page_field_set changed = 0;

	if (before->length == after->length &&
	    !memcmp(before->bytes, after->bytes, sizeof(before->bytes)))
		return 0;
	/* page_get() gives 0 for what is not there, and 0 may be a value: ask for both. */
	for (enum page_field field = 0; field < PAGE_FIELDS; field++) {
		if (page_has(before, field) != page_has(after, field) ||
		    page_get(before, field) != page_get(after, field))
			changed |= PAGE_FIELD_BIT(field);
	}
	return changed;
}
