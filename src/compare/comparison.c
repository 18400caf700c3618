// SPDX-License-Identifier: GPL-2.0-or-later
#include "compare/comparison.h"

#include <stddef.h>

#include "event/event.h"

const char *phc_method_name(enum phc_method method)
{
	switch (method) {
	case PHC_GETTIME:
		return event_path_name(PATH_CLOCK_GETTIME);
	case PHC_SYS_OFFSET:
		return event_path_name(PATH_SYS_OFFSET);
	case PHC_SYS_OFFSET_EXTENDED:
		return event_path_name(PATH_SYS_OFFSET_EXTENDED);
	case PHC_SYS_OFFSET_PRECISE:
		return event_path_name(PATH_SYS_OFFSET_PRECISE);
	case PHC_METHODS:
		break;
	}
	return event_path_name(PATH_UNKNOWN);
}

const char *compared_between_name(enum compared_between between)
{
	switch (between) {
	case BETWEEN_COUNTERS:
		return "counter";
	case BETWEEN_REALTIME:
		return "CLOCK_REALTIME";
	case BETWEEN_RAW:
		return "CLOCK_MONOTONIC_RAW";
	case BETWEEN_SAME_COUNTER:
		return "same counter";
	}
	return "unknown";
}

const char *compared_clock_name(enum compared_clock clock, const char *phc_path)
{
	switch (clock) {
	case COMPARED_PAGE:
		return "page";
	case COMPARED_PHC:
		return phc_path;
	case COMPARED_REALTIME:
		return "CLOCK_REALTIME";
	case COMPARED_MONOTONIC:
		return "CLOCK_MONOTONIC";
	case COMPARED_MONOTONIC_RAW:
		return "CLOCK_MONOTONIC_RAW";
	}
	return "unknown";
}

const char *contradiction_code(enum contradiction_kind kind)
{
	switch (kind) {
	case CONTRADICTION_BOUNDS:
		return "bounds_disjoint";
	case CONTRADICTION_PHC:
		return "phc_outside_page";
	case CONTRADICTION_DRIVER:
		return "driver_differs";
	case CONTRADICTION_STEP:
		return "host_step";
	case CONTRADICTION_CLOCKS:
		return "clocks_disagree";
	case CONTRADICTIONS:
		break;
	}
	return "unknown";
}

const char *clock_pair_why(const struct clock_pair *pair)
{
	switch (pair->state) {
	case PAIR_MEASURED:
		return NULL;
	case PAIR_FAILED:
		return event_result_cause(pair->result);
	case PAIR_REFUSED:
		return "the page's status is UNRELIABLE, so the driver refuses";
	case PAIR_NO_PAGE:
		return "the page tells no time";
	case PAIR_NO_SCALE:
		return "no scale in common";
	case PAIR_TOO_FAR:
		return "more than 292 years apart";
	case PAIR_STEPPED:
		return "the clock around it was set back during each try";
	}
	return "unknown";
}
