/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The user's calls around the choke point, and those of /dev/vmclockN itself. */
#ifndef VMCLOCK_TRACE_BPF_CALL_H
#define VMCLOCK_TRACE_BPF_CALL_H

static void call_begin(__u32 path, __u32 ioctl, __s32 device)
{
	struct in_flight *now = remember();

	if (!now)
		return;
	now->call_id = __sync_fetch_and_add(&next_call_id, 1) + 1;
	now->call_path = path;
	now->call_reads = 0;
	now->ioctl = ioctl;
	now->call_device = device;
	now->call_start_ns = bpf_ktime_get_ns();
}

/* The record of the call that ends now; 0 if none is under way, or there is no room. */
static struct wire_call *call_end(struct in_flight *now, long result)
{
	__u64 call_id = now->call_id;
	struct wire_call *call;

	now->call_id = 0;
	if (!call_id)
		return 0;
	call = event_reserve(sizeof(*call));
	if (!call)
		return 0;
	fill_header(&call->head, WIRE_CALL, now->call_path, now->call_start_ns);
	call->head.call_id = call_id;
	call->head.result = (__s32)result;
	call->head.device = now->call_device;
	call->ioctl = now->ioctl;
	call->reads = now->call_reads;
	call->n_samples = 0;
	call->page_state = WIRE_PAGE_ABSENT;
	return call;
}

/* PTP calls. */

/*
 * N if the clock behind a posix clock is vmclockN, else -1. The driver names it so. The cast makes
 * loads of what would be calls of bpf_probe_read_kernel(), whose cost this would mostly be.
 */
static __s32 vmclock_index(void *clk)
{
	struct ptp_clock *ptp = bpf_core_cast(clk - bpf_core_field_offset(struct ptp_clock, clock),
					      struct ptp_clock);
	const char *name = ptp->info->name;

	if (name[0] != 'v' || name[1] != 'm' || name[2] != 'c' || name[6] != 'k')
		return -1;
	if (name[7] < '0' || name[7] > '9')
		return -1;
	if (name[8] < '0' || name[8] > '9')
		return name[7] - '0';
	return (name[7] - '0') * 10 + name[8] - '0';
}

/* include/uapi/linux/ptp_clock.h: the request's number is its low byte, its type '=' the next. */
#define PTP_REQUEST_TYPE(cmd)	((cmd) >> 8 & 0xff)
#define PTP_REQUEST_NUMBER(cmd) ((cmd)&0xff)

static __u32 ioctl_path(__u32 cmd)
{
	if (PTP_REQUEST_TYPE(cmd) != '=')
		return WIRE_PATH_IOCTL_OTHER;
	switch (PTP_REQUEST_NUMBER(cmd)) {
	case 5: /* PTP_SYS_OFFSET */
	case 14:
		return WIRE_PATH_SYS_OFFSET;
	case 8: /* PTP_SYS_OFFSET_PRECISE */
	case 17:
		return WIRE_PATH_SYS_OFFSET_PRECISE;
	case 9: /* PTP_SYS_OFFSET_EXTENDED */
	case 18:
		return WIRE_PATH_SYS_OFFSET_EXTENDED;
	}
	return WIRE_PATH_IOCTL_OTHER;
}

/* args: context, cmd, arg */
ENTER(ioctl)
{
	struct posix_clock_context *context =
		bpf_core_cast((void *)args[0], struct posix_clock_context);
	__s32 device;

	if (!is_wanted())
		return;
	device = vmclock_index(context->clk);
	if (device >= 0)
		call_begin(ioctl_path((__u32)args[1]), (__u32)args[1], device);
}

EXIT(ioctl)
{
	struct wire_call *call = call_end(now, result);
	__u32 path = ioctl_path((__u32)args[1]);

	if (!call)
		return;
	/* n_samples is the first word of both structures. */
	if (path == WIRE_PATH_SYS_OFFSET || path == WIRE_PATH_SYS_OFFSET_EXTENDED)
		bpf_probe_read_user(&call->n_samples, sizeof(call->n_samples), (void *)args[2]);
	event_submit(call);
}

HOOK(ioctl, ptp_ioctl, 3, call_args)

/* args: clk, tp */
ENTER(gettime)
{
	__s32 device;

	if (!is_wanted())
		return;
	device = vmclock_index((void *)args[0]);
	if (device >= 0)
		call_begin(WIRE_PATH_CLOCK_GETTIME, 0, device);
}

EXIT(gettime)
{
	struct wire_call *call = call_end(now, result);

	if (call)
		event_submit(call);
}

HOOK(gettime, ptp_clock_gettime, 2, call_args)

/* /dev/vmclockN itself. */

static struct vmclock_state *state_of(struct file *file)
{
	void *private = BPF_CORE_READ(file, private_data);

	if (bpf_core_type_exists(struct vmclock_file_state))
		return BPF_CORE_READ((struct vmclock_file_state *)private, st);
	return private - bpf_core_field_offset(struct vmclock_state, miscdev);
}

static void dev_end(struct in_flight *now, struct file *file, long result)
{
	struct vmclock_state *st = state_of(file);
	bool failed_open = result < 0 && now->call_path == WIRE_PATH_DEV_OPEN;
	struct wire_call *call = call_end(now, result);

	if (!call)
		return;
	/* A file that could not be opened belongs to no device yet. */
	call->head.device = failed_open ? -1 : BPF_CORE_READ(st, index);
	if (now->call_path == WIRE_PATH_DEV_READ)
		call->page_state = copy_page(call->page, BPF_CORE_READ(st, clk), now->read_seq);
	event_submit(call);
}

/* args: file, buf, count, pos */
ENTER(dev_read)
{
	struct in_flight *now;

	if (!is_wanted())
		return;
	call_begin(WIRE_PATH_DEV_READ, 0, -1);
	now = recall();
	if (now && now->call_id)
		now->read_seq = BPF_CORE_READ(state_of((void *)args[0]), clk, seq_count);
}

EXIT(dev_read)
{
	dev_end(now, (void *)args[0], result);
}

HOOK(dev_read, vmclock_miscdev_read, 4, call_args)

/* args: file, vma */
ENTER(dev_mmap)
{
	if (is_wanted())
		call_begin(WIRE_PATH_DEV_MMAP, 0, -1);
}

EXIT(dev_mmap)
{
	dev_end(now, (void *)args[0], (int)result);
}

HOOK(dev_mmap, vmclock_miscdev_mmap, 2, call_args)

/* 7.0+: the driver opens for itself. args: inode, file */
ENTER(dev_open)
{
	if (is_wanted())
		call_begin(WIRE_PATH_DEV_OPEN, 0, -1);
}

EXIT(dev_open)
{
	dev_end(now, (void *)args[1], (int)result);
}

HOOK(dev_open, vmclock_miscdev_open, 2, call_args)

/*
 * Before 7.0 the misc layer opens for it, and for every other misc device: only afterwards do the
 * file's operations tell whose it was.
 */
ENTER(misc_open)
{
	if (is_wanted())
		call_begin(WIRE_PATH_DEV_OPEN, 0, -1);
}

EXIT(misc_open)
{
	struct file *file = (void *)args[1];
	struct module *owner = BPF_CORE_READ(file, f_op, owner);
	char name[12] = {};

	bpf_core_read_str(name, sizeof(name), &owner->name);
	if (!bpf_strncmp(name, sizeof(name), "ptp_vmclock"))
		dev_end(now, file, (int)result);
	else
		now->call_id = 0;
}

HOOK(misc_open, misc_open, 2, call_args)

#endif
