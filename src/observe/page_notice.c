// SPDX-License-Identifier: GPL-2.0-or-later
#include "observe/page_notice.h"

#include <errno.h>
#include <poll.h>
#include <unistd.h>

#include "page/abi.h"

/* All that poll() has to say of the device. */
static int poll_now(const struct page_reader *reader)
{
	struct pollfd fd = {.fd = page_reader_fd(reader), .events = POLLIN | POLLOUT};

	return poll(&fd, 1, 0) < 0 ? POLLERR : fd.revents;
}

const char *page_notice_missing(const struct page_reader *reader)
{
	int events;

	if (!page_reader_is_device(reader))
		return "a plain file notifies nobody";
	if (page_notice_rearm(reader))
		return "the device cannot be read";
	events = poll_now(reader);
	if (events & (POLLHUP | POLLERR | POLLNVAL))
		return "the hypervisor sends no notifications";
	if (events & POLLOUT)
		return "this kernel's driver cannot wait for them (Linux 7.0 and later can)";
	return NULL;
}

int page_notice_rearm(const struct page_reader *reader)
{
	uint8_t bytes[VMCLOCK_ABI_BYTES];
	ssize_t got = pread(page_reader_fd(reader), bytes, sizeof(bytes), 0);

	return got < 0 ? -errno : 0;
}
