// SPDX-License-Identifier: GPL-2.0-or-later
#include "event/losses.h"

#include <stddef.h>

struct cause {
	const char *name;
	const char *label;
	const char *about;
	enum loss_effect effect;
	size_t offset;
};

#define CAUSE(member, effect, label, about)                                                        \
	[LOSS_##member] = {#member, label, about, effect, offsetof(struct event_losses, member)},
static const struct cause causes[LOSSES] = {EVENT_LOSSES(CAUSE)};

const char *event_loss_name(enum event_loss loss)
{
	return causes[loss].name;
}

const char *event_loss_label(enum event_loss loss)
{
	return causes[loss].label;
}

const char *event_loss_about(enum event_loss loss)
{
	return causes[loss].about;
}

enum loss_effect event_loss_effect(enum event_loss loss)
{
	return causes[loss].effect;
}

uint64_t event_loss_count(const struct event_losses *losses, enum event_loss loss)
{
	return *(const uint64_t *)((const char *)losses + causes[loss].offset);
}

uint64_t event_losses_total(const struct event_losses *losses)
{
	uint64_t total = 0;

	for (enum event_loss i = 0; i < LOSSES; i++)
		total += causes[i].effect == LOSS_OF_EVENT ? event_loss_count(losses, i) : 0;
	return total;
}

static uint64_t growth(uint64_t then, uint64_t now)
{
	return now < then ? now : now - then;
}

struct event_losses event_losses_since(const struct event_losses *then,
				       const struct event_losses *now)
{
	return (struct event_losses){
#define GROWTH(name, effect, label, about) .name = growth(then->name, now->name),
		EVENT_LOSSES(GROWTH)};
}
