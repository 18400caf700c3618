// SPDX-License-Identifier: GPL-2.0-or-later
#include "observe/clock_checks.h"

#include <errno.h>
#include <limits.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/text.h"
#include "observe/clockbound.h"
#include "observe/firmware.h"
#include "observe/host_clock.h"

static void say(struct check *check, const char *name, enum check_state state, const char *format,
		...) __attribute__((format(printf, 4, 5)));

static void say(struct check *check, const char *name, enum check_state state, const char *format,
		...)
{
	va_list args;

	va_start(args, format);
	vsnprintf(check->text, sizeof(check->text), format, args);
	va_end(args);
	check->name = name;
	check->state = state;
}

/* Why it is not known, and no more. */
static void say_unknown(struct check *check, const char *name, const char *what, int result)
{
	say(check, name, CHECK_SKIP, "%s is not known: %s", what, strerror(-result));
}

static void check_firmware(const struct clock_places *places, struct check *check)
{
	char how[FIRMWARE_HOW_BYTES];
	int result = firmware_has(places->sysfs, FIRMWARE_VMCLOCK, how);

	if (result < 0)
		say_unknown(check, "vmclock", "whether it is listed by ACPI or device tree",
			    result);
	else if (result)
		say(check, "vmclock", CHECK_OK, "offered by the hypervisor (%s)", how);
	else
		say(check, "vmclock", CHECK_OK,
		    "not listed by ACPI (HID AMZNC10C, CID VMCLOCK) or device tree");
}

static void check_kvmclock(struct check *check)
{
	char source[64] = "";

	int result = host_clock_source(source, sizeof(source));

	if (result)
		say_unknown(check, "kvmclock", "whether it is in use", result);
	else if (!strcmp(source, "kvm-clock"))
		say(check, "kvmclock", CHECK_OK,
		    "in use: PTP_SYS_OFFSET_PRECISE of vmclock converts the counter to it");
	else
		say(check, "kvmclock", CHECK_OK, "not in use");
}

static void check_virtio_rtc(const struct clock_places *places,
			     const struct reference_clocks *clocks, struct check *check)
{
	bool has_clock = false;
	int offered = firmware_has_virtio_rtc(places->sysfs);

	for (size_t i = 0; i < clocks->count; i++)
		has_clock |= clocks->clock[i].reference.kind == REFERENCE_VIRTIO_RTC;
	if (has_clock) {
		say(check, "virtio_rtc", CHECK_OK, "offered, and has a PTP clock");
	} else if (offered < 0) {
		say_unknown(check, "virtio_rtc", "whether it is offered", offered);
	} else if (offered) {
		say(check, "virtio_rtc", CHECK_WARN, "offered, and its driver has no PTP clock");
		snprintf(check->hint, sizeof(check->hint),
			 "sudo modprobe virtio_rtc (Linux 6.16 and later, CONFIG_VIRTIO_RTC)");
	} else {
		say(check, "virtio_rtc", CHECK_OK, "not offered");
	}
}

static void check_vmgenid(const struct clock_places *places, struct check *check)
{
	char how[FIRMWARE_HOW_BYTES];
	int result = firmware_has(places->sysfs, FIRMWARE_VMGENID, how);

	if (result < 0)
		say_unknown(check, "vmgenid", "whether it is listed by ACPI or device tree",
			    result);
	else if (result)
		say(check, "vmgenid", CHECK_OK, "offered by the hypervisor (%s)", how);
	else
		say(check, "vmgenid", CHECK_OK,
		    "not listed: the kernel's random numbers are not renewed by a restore");
}

/* "/dev/ptp0 (KVM virtual PTP, on UTC by name): the host's clock, which claims no bound" */
static void check_clocks(const struct reference_clocks *clocks, struct check *check)
{
	size_t used = 0;

	say(check, "ptp_clocks", CHECK_OK, "none");
	for (size_t i = 0; i < clocks->count && used < sizeof(check->text); i++) {
		const struct reference_clock *clock = &clocks->clock[i];
		char name[TEXT_DISPLAY_BYTES(REFERENCE_NAME_BYTES)];

		text_display(clock->reference.name,
			     strnlen(clock->reference.name, REFERENCE_NAME_BYTES), name,
			     sizeof(name));
		used += (size_t)snprintf(check->text + used, sizeof(check->text) - used,
					 "%s%s (%s): %s", i ? "; " : "", clock->path, name,
					 reference_kind_means(clock->reference.kind));
	}
}

bool chrony_line(const struct reference_clock *clock, char text[CHRONY_LINE_BYTES])
{
	const char *tai = clock->scale == SCALE_TAI ? " tai" : "";

	/* One whose scale is not known would be followed 37 s off. */
	if (clock->scale == SCALE_UNKNOWN)
		return false;
	snprintf(text, CHRONY_LINE_BYTES, "refclock PHC %s poll 0 dpoll -2%s refid %s", clock->path,
		 tai, clock->reference.kind == REFERENCE_KVM ? "KVM" : "PHC");
	return true;
}

/* A bound goes before a host's clock that claims none. */
static const struct reference_clock *best_of(const struct reference_clocks *clocks)
{
	const struct reference_clock *best = NULL;

	for (size_t i = 0; i < clocks->count; i++) {
		const struct reference_clock *clock = &clocks->clock[i];
		bool better = clock->reference.kind == REFERENCE_ENA &&
			      (!best || best->reference.kind != REFERENCE_ENA);

		if (clock->scale != SCALE_UNKNOWN && (!best || better))
			best = clock;
	}
	return best;
}

static void check_chrony(const struct reference_clocks *clocks, struct check *check)
{
	const struct reference_clock *best = best_of(clocks);
	char line[CHRONY_LINE_BYTES];

	for (size_t i = 0; i < clocks->count; i++) {
		if (clocks->clock[i].reference.kind == REFERENCE_VMCLOCK) {
			say(check, "chrony", CHECK_OK,
			    "the page's clock %s can be a refclock: add `tai` to its line where "
			    "'vmclock-trace status' says that it is on TAI",
			    clocks->clock[i].path);
			snprintf(check->hint, sizeof(check->hint),
				 "refclock PHC %s poll 0 dpoll -2 refid VMCL",
				 clocks->clock[i].path);
			return;
		}
	}
	if (!best || !chrony_line(best, line)) {
		say(check, "chrony", CHECK_OK, "no PTP clock here whose scale is known: use NTP");
		return;
	}
	say(check, "chrony", CHECK_OK, "this line in chrony.conf makes it follow %s", best->path);
	snprintf(check->hint, sizeof(check->hint), "%s", line);
}

/* A claim that is there and cannot be read is not as none. */
static void check_clockbound(const struct clock_places *places, struct check *check)
{
	struct clockbound claim;
	int result = clockbound_read(places->clockbound, &claim);

	if (!result)
		say(check, "clockbound", CHECK_OK, "in shared memory, by protocol %u",
		    claim.version);
	else if (result == -ENOENT)
		say(check, "clockbound", CHECK_OK, "not there");
	else if (result == -EPROTONOSUPPORT)
		say(check, "clockbound", CHECK_WARN,
		    "there, of a protocol that is not known here (1 to 3 are): what it claims is "
		    "not compared");
	else
		say(check, "clockbound", CHECK_WARN,
		    "there, and cannot be read: %s; what it claims is not compared",
		    strerror(-result));
}

/* A host that publishes its own clock as a page has it under this name. Else it is no news. */
static bool check_host_page(const struct clock_places *places, struct check *check)
{
	char path[PATH_MAX];

	snprintf(path, sizeof(path), "%s/vmclock_host", places->dev);
	if (access(path, F_OK))
		return false;
	say(check, "vmclock_host", CHECK_OK,
	    "this machine publishes its own clock for its guests: --device /dev/vmclock_host reads "
	    "its page");
	return true;
}

size_t clock_checks(const struct clock_places *places, struct check checks[CLOCK_CHECKS])
{
	struct reference_clocks clocks;
	size_t count = 0;

	memset(checks, 0, CLOCK_CHECKS * sizeof(checks[0]));
	reference_clocks_list(places->class, NULL, true, &clocks);
	check_firmware(places, &checks[count++]);
	check_clocks(&clocks, &checks[count++]);
	check_chrony(&clocks, &checks[count++]);
	check_kvmclock(&checks[count++]);
	check_virtio_rtc(places, &clocks, &checks[count++]);
	check_vmgenid(places, &checks[count++]);
	check_clockbound(places, &checks[count++]);
	count += check_host_page(places, &checks[count]);
	return count;
}
