// SPDX-License-Identifier: GPL-2.0-or-later
#include "event/event.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/text.h"

static const char *const path_names[EVENT_PATHS] = {
#define EVENT_PATH_NAME(name, text) [PATH_##name] = text,
	EVENT_PATH_LIST(EVENT_PATH_NAME)
#undef EVENT_PATH_NAME
};

static const struct {
	const char *name;
	const char *about;
} types[EVENT_TYPES] = {
#define EVENT_TYPE_TEXTS(constant, name, about) {name, about},
	EVENT_TYPE_LIST(EVENT_TYPE_TEXTS)
#undef EVENT_TYPE_TEXTS
};

static const char *const clock_names[OBSERVED_CLOCKS] = {
	[OBSERVED_REALTIME] = "CLOCK_REALTIME",	  [OBSERVED_PHC] = "PTP clock",
	[OBSERVED_PHC_OTHER] = "other PTP clock", [OBSERVED_CLOCKBOUND] = "ClockBound",
	[OBSERVED_OTHER] = "other clock",
};

const char *event_type_name(enum event_type type)
{
	return (unsigned int)type < EVENT_TYPES ? types[type].name : "unknown";
}

const char *event_type_about(enum event_type type)
{
	return types[type].about;
}

const char *mapper_news_name(enum mapper_news news)
{
	static const char *const names[MAPPER_NEWS] = {"there", "came", "unmapped", "exited",
						       "gone"};

	return (unsigned int)news < MAPPER_NEWS ? names[news] : "unknown";
}

const char *event_device_name(bool is_phc, int32_t device, char out[EVENT_DEVICE_BYTES])
{
	if (device < 0)
		return NULL;
	snprintf(out, EVENT_DEVICE_BYTES, "%s%" PRId32, is_phc ? "ptp" : "vmclock", device);
	return out;
}

const char *hooks_news_name(enum hooks_news news)
{
	return news == HOOKS_RELEASED ? "let_go" : news == HOOKS_AGAIN ? "again" : "driver";
}

const char *clock_change_name(enum clock_change_how how)
{
#define NAME(constant, name) name,
	static const char *const names[CLOCK_CHANGES] = {EVENT_CLOCK_CHANGES(NAME)};

	return (unsigned int)how < CLOCK_CHANGES ? names[how] : "unknown";
}

const char *observed_clock_name(enum observed_clock clock)
{
	return (unsigned int)clock < OBSERVED_CLOCKS ? clock_names[clock] : "unknown";
}

const char *event_path_name(enum event_path path)
{
	return (unsigned int)path < EVENT_PATHS ? path_names[path] : "unknown";
}

const char *event_page_state_name(enum event_page_state state)
{
	switch (state) {
	case EVENT_PAGE_STABLE:
		return "stable";
	case EVENT_PAGE_MOVED:
		return "moved";
	case EVENT_PAGE_TORN:
		return "torn";
	case EVENT_PAGE_ABSENT:
		break;
	}
	return NULL;
}

const char *event_result_name(int32_t result)
{
	const char *name = result > INT32_MIN ? strerrorname_np(-result) : NULL;

	return name ? name : "error";
}

/* What each error means in drivers/ptp/ptp_vmclock.c and drivers/ptp/ptp_chardev.c. */
const char *event_result_cause(int32_t result)
{
	switch (-(int64_t)result) {
	case EINVAL:
		return "clock unreliable, TSC unstable, scale not convertible, or a bad request";
	case ETIMEDOUT:
		return "page stayed in update for 100 ms";
	case ENODEV:
		return "the kernel cannot relate the driver's counter to the system clock";
	case EOPNOTSUPP:
		return "not supported by this clock";
	case EFAULT:
		return "bad user buffer";
	case EROFS:
		return "page can only be mapped read-only";
	case ENOTTY:
		return "no such request";
	case ENOMEM:
		return "out of memory";
	}
	return "see errno(3)";
}

static const struct {
	const char *text;
	const char *about;
} causes[EVENT_CAUSES] = {
#define EVENT_CAUSE_TEXTS(constant, text, about) {text, about},
	EVENT_CAUSE_LIST(EVENT_CAUSE_TEXTS)
#undef EVENT_CAUSE_TEXTS
};

const char *event_cause_about(enum event_cause cause)
{
	return causes[cause].about;
}

const char *event_cause_text(enum event_cause cause, int32_t result, const char *source,
			     char out[EVENT_CAUSE_BYTES])
{
	char shown[TEXT_DISPLAY_BYTES(EVENT_SOURCE_BYTES)];

	if (cause == CAUSE_OTHER_COUNTER && source[0]) {
		text_display(source, strnlen(source, EVENT_SOURCE_BYTES), shown, sizeof(shown));
		snprintf(out, EVENT_CAUSE_BYTES,
			 "the system clock runs on %s, not the page's "
			 "counter",
			 shown);
		return out;
	}
	if ((unsigned int)cause < EVENT_CAUSES && causes[cause].text)
		return causes[cause].text;
	return result == -EINVAL ? "a bad request" : event_result_cause(result);
}

const char *event_failure_text(const struct event *event, char out[EVENT_CAUSE_BYTES])
{
	bool is_read = event->type == EVENT_READ;
	enum event_cause cause = is_read ? event->read.cause : event->call.cause;
	const char *source = is_read ? "" : event->call.source;

	/* An observer that does not ask why leaves the page in force to say so. */
	if (cause == CAUSE_BY_RESULT && is_read && event->result == -EINVAL &&
	    event->page_state == EVENT_PAGE_STABLE &&
	    page_get(&event->page, PAGE_CLOCK_STATUS) == VMCLOCK_STATUS_UNRELIABLE)
		return causes[CAUSE_UNRELIABLE].text;
	/* A call that came to the clock may have failed because of it. */
	if (cause == CAUSE_BY_RESULT && (is_read || event->call.reads))
		return event_result_cause(event->result);
	return event_cause_text(cause, event->result, source, out);
}
