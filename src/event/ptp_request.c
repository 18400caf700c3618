/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stddef.h>

#include "event/ptp_request.h"

/*
 * By number. Those from 21 on are in kernel trees of autumn 2026; the rest is in
 * include/uapi/linux/ptp_clock.h of 6.17.
 */
static const char *const names[] = {
	[1] = "PTP_CLOCK_GETCAPS",
	[2] = "PTP_EXTTS_REQUEST",
	[3] = "PTP_PEROUT_REQUEST",
	[4] = "PTP_ENABLE_PPS",
	[5] = "PTP_SYS_OFFSET",
	[6] = "PTP_PIN_GETFUNC",
	[7] = "PTP_PIN_SETFUNC",
	[8] = "PTP_SYS_OFFSET_PRECISE",
	[9] = "PTP_SYS_OFFSET_EXTENDED",
	[10] = "PTP_CLOCK_GETCAPS2",
	[11] = "PTP_EXTTS_REQUEST2",
	[12] = "PTP_PEROUT_REQUEST2",
	[13] = "PTP_ENABLE_PPS2",
	[14] = "PTP_SYS_OFFSET2",
	[15] = "PTP_PIN_GETFUNC2",
	[16] = "PTP_PIN_SETFUNC2",
	[17] = "PTP_SYS_OFFSET_PRECISE2",
	[18] = "PTP_SYS_OFFSET_EXTENDED2",
	[19] = "PTP_MASK_CLEAR_ALL",
	[20] = "PTP_MASK_EN_SINGLE",
	[21] = "PTP_SYS_OFFSET_PRECISE_CYCLES",
	[22] = "PTP_SYS_OFFSET_EXTENDED_CYCLES",
	[23] = "PTP_SYS_OFFSET_PRECISE_ATTRS",
	[24] = "PTP_SYS_OFFSET_EXTENDED_ATTRS",
};

#define REQUEST_TYPE(request)	((request) >> 8 & 0xff)
#define REQUEST_NUMBER(request) ((request)&0xff)

const char *ptp_request_name(uint32_t request)
{
	uint32_t number = REQUEST_NUMBER(request);

	if (REQUEST_TYPE(request) != '=' || number >= sizeof(names) / sizeof(names[0]))
		return NULL;
	return names[number];
}
