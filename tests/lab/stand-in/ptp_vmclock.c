// SPDX-License-Identifier: GPL-2.0
/*
 * A stand-in for the vmclock driver on a kernel older than the first that has it, as a back-port
 * would be: the same names of functions and types, so that what hooks the driver by name finds it.
 * The kernel around it is what differs: system_counterval_t has no cs_id before 6.10, ptp_ioctl()
 * gets a struct posix_clock * before 6.7, there is no bpf_rdonly_cast() before 6.2.
 *
 * The page is at a fixed physical address, that of the lab's QEMU.
 */
#include <linux/io.h>
#include <linux/miscdevice.h>
#include <linux/mm.h>
#include <linux/fs.h>
#include <linux/module.h>
#include <linux/platform_device.h>
#include <linux/ptp_clock_kernel.h>
#include <linux/slab.h>
#include <linux/timekeeping.h>
#include <linux/math64.h>
#include <linux/uaccess.h>
#include <linux/version.h>

struct vmclock_abi {
	u32 magic;
	u32 size;
	u16 version;
	u8 counter_id;
	u8 time_type;
	u32 seq_count;
	u64 disruption_marker;
	u64 flags;
	u8 pad[2];
	u8 clock_status;
	u8 leap_second_smearing_hint;
	s16 tai_offset_sec;
	u8 leap_indicator;
	u8 counter_period_shift;
	u64 counter_value, counter_period_frac_sec, counter_period_esterror_rate_frac_sec,
		counter_period_maxerror_rate_frac_sec, time_sec, time_frac_sec,
		time_esterror_picosec, time_maxerror_picosec;
};

struct vmclock_state {
	struct resource res;
	struct vmclock_abi *clk;
	struct miscdevice miscdev;
	struct ptp_clock_info ptp_clock_info;
	struct ptp_clock *ptp_clock;
	enum clocksource_ids cs_id, sys_cs_id;
	int index;
	char *name;
};

static struct vmclock_state *the_state;
static unsigned long page_at = 0xfeffb000;
module_param(page_at, ulong, 0444);

/* As the compiler does where it changes how a function takes its arguments. */
#ifdef RENAMED
static noinline int
vmclock_get_crosststamp(struct vmclock_state *st, struct ptp_system_timestamp *sts,
			struct system_counterval_t *system_counter,
			struct timespec64 *tspec) asm("vmclock_get_crosststamp.isra.0");
#endif

/* noipa: else the compiler does it anyway. */
static noinline __attribute__((noipa)) int
vmclock_get_crosststamp(struct vmclock_state *st, struct ptp_system_timestamp *sts,
			struct system_counterval_t *system_counter, struct timespec64 *tspec)
{
	struct vmclock_abi *clk = st->clk;
	ktime_t until = ktime_add(ktime_get(), ms_to_ktime(100));

	for (;;) {
		u32 seq = READ_ONCE(clk->seq_count) & ~1u;
		unsigned __int128 t;
		u64 cycle;

		smp_rmb();
		if (READ_ONCE(clk->clock_status) == 4)
			return -EINVAL;
		if (sts)
			ptp_read_system_prets(sts);
		cycle = get_cycles();
		if (sts)
			ptp_read_system_postts(sts);
		t = (unsigned __int128)(cycle - clk->counter_value) * clk->counter_period_frac_sec;
		t >>= clk->counter_period_shift;
		t += clk->time_frac_sec;
		tspec->tv_sec = (s64)((u64)(t >> 64) + clk->time_sec);
		tspec->tv_nsec = mul_u64_u64_shr((u64)t, NSEC_PER_SEC, 64);
		if (system_counter)
			system_counter->cycles = cycle;
#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 10, 0)
		if (system_counter)
			system_counter->cs_id = CSID_X86_TSC;
#endif
		smp_rmb();
		if (READ_ONCE(clk->seq_count) == seq)
			return 0;
		if (ktime_after(ktime_get(), until))
			return -ETIMEDOUT;
	}
}

static int vm_get_time(ktime_t *time, struct system_counterval_t *counter, void *ctx)
{
	struct timespec64 ts;
	int ret = vmclock_get_crosststamp(ctx, NULL, counter, &ts);

	if (!ret)
		*time = timespec64_to_ktime(ts);
	return ret;
}

static int vm_cross(struct ptp_clock_info *ptp, struct system_device_crosststamp *stamp)
{
	return get_device_system_crosststamp(
		vm_get_time, container_of(ptp, struct vmclock_state, ptp_clock_info), NULL, stamp);
}

static int vm_gettimex(struct ptp_clock_info *ptp, struct timespec64 *ts,
		       struct ptp_system_timestamp *sts)
{
	return vmclock_get_crosststamp(container_of(ptp, struct vmclock_state, ptp_clock_info), sts,
				       NULL, ts);
}

static int vm_no_fine(struct ptp_clock_info *ptp, long x)
{
	return -EOPNOTSUPP;
}
static int vm_no_adj(struct ptp_clock_info *ptp, s64 x)
{
	return -EOPNOTSUPP;
}
static int vm_no_set(struct ptp_clock_info *ptp, const struct timespec64 *x)
{
	return -EOPNOTSUPP;
}
static int vm_no_enable(struct ptp_clock_info *ptp, struct ptp_clock_request *r, int on)
{
	return -EOPNOTSUPP;
}

static int vmclock_miscdev_mmap(struct file *fp, struct vm_area_struct *vma)
{
	struct vmclock_state *st = container_of(fp->private_data, struct vmclock_state, miscdev);

	if ((vma->vm_flags & (VM_READ | VM_WRITE)) != VM_READ)
		return -EROFS;
	if (vma->vm_end - vma->vm_start != PAGE_SIZE || vma->vm_pgoff)
		return -EINVAL;
	return io_remap_pfn_range(vma, vma->vm_start, st->res.start >> PAGE_SHIFT, PAGE_SIZE,
				  vma->vm_page_prot)
		       ? -EAGAIN
		       : 0;
}

static ssize_t vmclock_miscdev_read(struct file *fp, char __user *buf, size_t count, loff_t *ppos)
{
	struct vmclock_state *st = container_of(fp->private_data, struct vmclock_state, miscdev);

	return simple_read_from_buffer(buf, count, ppos, st->clk, PAGE_SIZE);
}

static const struct file_operations vmclock_miscdev_fops = {
	.owner = THIS_MODULE,
	.mmap = vmclock_miscdev_mmap,
	.read = vmclock_miscdev_read,
};

static int __init vm_init(void)
{
	struct vmclock_state *st = kzalloc(sizeof(*st), GFP_KERNEL);
	int ret;

	if (!st)
		return -ENOMEM;
	st->res.start = page_at;
	st->clk = memremap(page_at, PAGE_SIZE, MEMREMAP_WB);
	if (!st->clk || st->clk->magic != 0x4b4c4356) {
		pr_info("ptp_vmclock: no page at %#lx\n", page_at);
		return -ENODEV;
	}
	st->name = "vmclock0";
	st->miscdev = (struct miscdevice){
		.minor = MISC_DYNAMIC_MINOR, .name = st->name, .fops = &vmclock_miscdev_fops};
	ret = misc_register(&st->miscdev);
	if (ret)
		return ret;
	if (st->clk->counter_id <= 1) {
		st->ptp_clock_info = (struct ptp_clock_info){.owner = THIS_MODULE,
							     .adjfine = vm_no_fine,
							     .adjtime = vm_no_adj,
							     .gettimex64 = vm_gettimex,
							     .settime64 = vm_no_set,
							     .enable = vm_no_enable,
							     .getcrosststamp = vm_cross};
		strscpy(st->ptp_clock_info.name, st->name, sizeof(st->ptp_clock_info.name));
		st->ptp_clock = ptp_clock_register(&st->ptp_clock_info, NULL);
	}
	the_state = st;
	return 0;
}

static void __exit vm_exit(void)
{
	if (!IS_ERR_OR_NULL(the_state->ptp_clock))
		ptp_clock_unregister(the_state->ptp_clock);
	misc_deregister(&the_state->miscdev);
	memunmap(the_state->clk);
	kfree(the_state);
}

module_init(vm_init);
module_exit(vm_exit);
MODULE_LICENSE("GPL");
