/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Can this kernel have the vmclock driver at all? As its configuration says, where shown. */
#ifndef VMCLOCK_TRACE_OBSERVE_DRIVER_CONFIG_H
#define VMCLOCK_TRACE_OBSERVE_DRIVER_CONFIG_H

#include <stddef.h>

enum driver_config {
	DRIVER_CONFIG_UNKNOWN, /* no configuration is shown */
	DRIVER_CONFIG_NOT_BUILT,
	DRIVER_CONFIG_MODULE,
	DRIVER_CONFIG_BUILT_IN,
};

/* What the configuration at @path says, packed by gzip or not. */
enum driver_config driver_config_read(const char *path);

/* How to get the driver where @config, which @path says, is so: an instruction into @text. */
#define DRIVER_HINT_BYTES 200
void driver_hint_by(enum driver_config config, const char *path, char text[DRIVER_HINT_BYTES]);

/*
 * How to get the driver, for who has none: an instruction into @text. Asks /proc/config.gz and
 * /boot/config-RELEASE.
 */
void driver_hint(char text[DRIVER_HINT_BYTES]);

#endif
