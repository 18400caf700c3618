// SPDX-License-Identifier: GPL-2.0-or-later
#include "event/fact.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/parse.h"

static struct fact *find(struct fact_list *list, const char *name)
{
	for (size_t i = 0; i < list->facts; i++) {
		if (!strcmp(list->fact[i].name, name))
			return &list->fact[i];
	}
	return NULL;
}

void fact_set(struct fact_list *list, const char *name, const char *format, ...)
{
	struct fact *fact = find(list, name);
	va_list args;

	if (!fact && list->facts == FACTS)
		return;
	if (!fact)
		fact = &list->fact[list->facts++];
	snprintf(fact->name, sizeof(fact->name), "%s", name);
	va_start(args, format);
	vsnprintf(fact->value, sizeof(fact->value), format, args);
	va_end(args);
}

const char *fact_get(const struct fact_list *list, const char *name)
{
	const struct fact *fact = find((struct fact_list *)list, name);

	return fact ? fact->value : NULL;
}

uint64_t fact_get_u64(const struct fact_list *list, const char *name, uint64_t otherwise)
{
	const char *text = fact_get(list, name);
	uint64_t value;

	return text && !parse_u64(text, &value) ? value : otherwise;
}
