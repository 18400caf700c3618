// SPDX-License-Identifier: GPL-2.0-or-later
#include "show/page_change_json.h"

#include "page/diff.h"
#include "show/json_add.h"

json_object *page_change_json(const struct page_change *change)
{
	json_object *line = new_line("page", change->time_ns);

	add_u64(line, "not_before_ns", change->last_same_ns);
	add_u64(line, "updates", change->updates);
	json_object_object_add(line, "changed",
			       page_json_field_names(page_diff(&change->before, &change->after)));
	json_object_object_add(line, "page", page_json_fields(&change->after));
	return line;
}
