// SPDX-License-Identifier: GPL-2.0-or-later
#include "bundle/bundle_key.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "show/finding_json.h"
#include "show/incident_view.h"
#include "show/json_add.h"

static void begin(struct bundle_keys *keys)
{
	if (keys->begun)
		return;
	sha256_init(&keys->finding);
	sha256_init(&keys->incident);
	keys->begun = true;
}

/* Its end included, so that two texts are never one. */
static void add(struct sha256_ctx *sum, json_object *json)
{
	const char *line = json_line(json);

	sha256_update(sum, strlen(line) + 1, (const uint8_t *)line);
	json_object_put(json);
}

int bundle_key_finding(struct bundle_keys *keys, const struct finding *finding)
{
	struct finding bare = *finding;

	begin(keys);
	bare.number = 0;
	memset(bare.event.who.comm, 0, sizeof(bare.event.who.comm));
	add(&keys->finding, finding_json(&bare));
	return 0;
}

int bundle_key_incident(struct bundle_keys *keys, const struct incident *incident)
{
	struct incident *bare = malloc(sizeof(*bare));

	begin(keys);
	if (!bare)
		return -ENOMEM;
	*bare = *incident;
	bare->number = 0;
	for (size_t i = 0; i < bare->readers; i++)
		memset(bare->reader[i].who.comm, 0, sizeof(bare->reader[i].who.comm));
	add(&keys->incident, incident_json(bare));
	free(bare);
	return 0;
}

bool bundle_keys_same(struct bundle_keys *a, struct bundle_keys *b)
{
	char hex[4][SHA256_HEX_BYTES];

	begin(a);
	begin(b);
	sha256_end(&a->finding, hex[0]);
	sha256_end(&b->finding, hex[1]);
	sha256_end(&a->incident, hex[2]);
	sha256_end(&b->incident, hex[3]);
	return !strcmp(hex[0], hex[1]) && !strcmp(hex[2], hex[3]);
}
