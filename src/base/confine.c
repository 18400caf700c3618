// SPDX-License-Identifier: GPL-2.0-or-later
#include "base/confine.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <libgen.h>
#include <linux/landlock.h>
#include <pwd.h>
#include <seccomp.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

/*
 * By name: some are of one architecture only, or newer than the library, which then does not know
 * them. What the C library tries first and can do without (clone3) is told to be missing.
 */
static const char *const ordinary[] = {
	/* memory */
	"brk", "madvise", "membarrier", "mincore", "mlock", "mmap", "mprotect", "mremap", "msync",
	"munlock", "munmap",
	/* this process and its threads */
	"arch_prctl", "capget", "capset", "clone", "exit", "exit_group", "futex", "futex_waitv",
	"get_robust_list", "getcpu", "getegid", "geteuid", "getgid", "getgroups", "getpgrp",
	"getpid", "getppid", "getpriority", "getrandom", "getresgid", "getresuid", "getrlimit",
	"getrusage", "gettid", "getuid", "prctl", "prlimit64", "rseq", "sched_getaffinity",
	"sched_getparam", "sched_getscheduler", "sched_yield", "seccomp", "set_robust_list",
	"set_tid_address", "setrlimit", "sysinfo", "umask", "uname", "wait4", "waitid",
	/* root may become less than it is: confine_user() */
	"setgroups", "setresgid", "setresuid",
	/* signals */
	"kill", "pause", "restart_syscall", "rt_sigaction", "rt_sigpending", "rt_sigprocmask",
	"rt_sigreturn", "rt_sigsuspend", "rt_sigtimedwait", "sigaltstack", "signalfd", "signalfd4",
	"tgkill", "tkill",
	/* time: adjtimex() reads what NTP has set, and without CAP_SYS_TIME can do no more */
	"adjtimex", "alarm", "clock_adjtime", "clock_getres", "clock_gettime", "clock_nanosleep",
	"gettimeofday", "nanosleep", "setitimer", "time", "timer_create", "timer_delete",
	"timer_gettime", "timer_settime", "timerfd_create", "timerfd_gettime", "timerfd_settime",
	"times",
	/* files */
	"access", "chdir", "close", "close_range", "copy_file_range", "creat", "dup", "dup2",
	"dup3", "faccessat", "faccessat2", "fadvise64", "fallocate", "fchdir", "fchmod", "fchown",
	"fcntl", "fdatasync", "fgetxattr", "flock", "fstat", "fstatfs", "fsync", "ftruncate",
	"getcwd", "getdents", "getdents64", "getxattr", "inotify_add_watch", "inotify_init",
	"inotify_init1", "inotify_rm_watch", "ioctl", "lgetxattr", "link", "linkat", "lseek",
	"lstat", "memfd_create", "mkdir", "mkdirat", "newfstatat", "open", "openat", "openat2",
	"pipe", "pipe2", "pread64", "preadv", "preadv2", "pwrite64", "pwritev", "pwritev2", "read",
	"readlink", "readlinkat", "readv", "rename", "renameat", "renameat2", "rmdir", "sendfile",
	"stat", "statfs", "statx", "symlink", "symlinkat", "sync_file_range", "unlink", "unlinkat",
	"utimensat", "write", "writev",
	/* waiting for several */
	"epoll_create", "epoll_create1", "epoll_ctl", "epoll_pwait", "epoll_pwait2", "epoll_wait",
	"eventfd", "eventfd2", "poll", "ppoll", "pselect6", "select",
	/* clients, and the service manager */
	"accept", "accept4", "bind", "connect", "getpeername", "getsockname", "getsockopt",
	"listen", "recvfrom", "recvmmsg", "recvmsg", "sendmmsg", "sendmsg", "sendto", "setsockopt",
	"shutdown", "socketpair"};

static const char *const hooks[] = {"bpf", "perf_event_open"};

static const int families[] = {AF_UNIX, AF_INET, AF_INET6, AF_NETLINK};

#define COUNT(array) (sizeof(array) / sizeof(*(array)))

int confine_refuse_new_privileges(void)
{
	return prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) ? -errno : 0;
}

static int allow(scmp_filter_ctx filter, const char *const *names, size_t count)
{
	int err = 0;

	for (size_t i = 0; i < count && !err; i++) {
		int call = seccomp_syscall_resolve_name(names[i]);

		if (call != __NR_SCMP_ERROR)
			err = seccomp_rule_add(filter, SCMP_ACT_ALLOW, call, 0);
	}
	return err;
}

static int allow_sockets(scmp_filter_ctx filter)
{
	int err = 0;

	for (size_t i = 0; i < COUNT(families) && !err; i++)
		err = seccomp_rule_add(filter, SCMP_ACT_ALLOW, SCMP_SYS(socket), 1,
				       SCMP_A0(SCMP_CMP_EQ, (scmp_datum_t)families[i]));
	return err;
}

static int list(scmp_filter_ctx filter, bool with_hooks)
{
	int err = allow(filter, ordinary, COUNT(ordinary));

	if (!err && with_hooks)
		err = allow(filter, hooks, COUNT(hooks));
	if (!err)
		err = allow_sockets(filter);
	if (!err)
		err = seccomp_rule_add(filter, SCMP_ACT_ERRNO(ENOSYS), SCMP_SYS(clone3), 0);
	return err;
}

/*
 * A sanitizer looks at its own process as a debugger does, and writes its report where it was told
 * to. Programs that have one are not confined.
 */
#if defined(__has_feature)
#define SANITIZED (__has_feature(address_sanitizer) || __has_feature(thread_sanitizer))
#elif defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define SANITIZED 1
#else
#define SANITIZED 0
#endif

/* Filters add up, and each costs with each call: this thread loads none twice. */
static _Thread_local enum {
	CONFINED_NOT,
	CONFINED_BUT_HOOKS,
	CONFINED
} confined;

/*
 * Making a filter takes less. libseccomp (2.5.4) frees what it has not made where memory ends in
 * the midst of it.
 */
#define FILTER_BYTES (1 << 20)

static bool has_memory(void)
{
	void *room = mmap(NULL, FILTER_BYTES, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS,
			  -1, 0);

	return room != MAP_FAILED && !munmap(room, FILTER_BYTES);
}

int confine_system_calls(bool with_hooks)
{
	scmp_filter_ctx filter;
	int err = confine_refuse_new_privileges();

	if (err || SANITIZED || confined >= (with_hooks ? CONFINED_BUT_HOOKS : CONFINED))
		return err;
	if (!has_memory())
		return -ENOMEM;
	filter = seccomp_init(SCMP_ACT_ERRNO(EPERM));
	if (!filter)
		return -ENOMEM;
	/* The kernel's own errno, and a tree: each call of the program goes through it. */
	seccomp_attr_set(filter, SCMP_FLTATR_API_SYSRAWRC, 1);
	seccomp_attr_set(filter, SCMP_FLTATR_CTL_OPTIMIZE, 2);
	err = list(filter, with_hooks);
	if (!err)
		err = seccomp_load(filter);
	if (!err)
		confined = with_hooks ? CONFINED_BUT_HOOKS : CONFINED;
	seccomp_release(filter);
	return err;
}

/* Linux's own for what has no user here, and nobody's everywhere. */
#define NOBODY 65534

struct user {
	uid_t uid;
	gid_t gid;
};

/* By the file itself: the C library's other ways load libraries, as a static program cannot. */
static struct user find_user(void)
{
	struct user nobody = {NOBODY, NOBODY}, own = {0};
	FILE *file = fopen("/etc/passwd", "re");
	const struct passwd *entry;

	while (file && (entry = fgetpwent(file))) {
		struct user user = {entry->pw_uid, entry->pw_gid};

		if (!strcmp(entry->pw_name, "vmclock-trace"))
			own = user;
		else if (!strcmp(entry->pw_name, "nobody"))
			nobody = user;
	}
	if (file)
		fclose(file);
	return own.uid ? own : nobody;
}

/* More groups than root is ever in. */
#define GROUPS_MOST 64

int confine_user(const char *path, int mode)
{
	gid_t groups[GROUPS_MOST], group = getegid();
	struct user user = find_user();
	int count;

	if (SANITIZED || getuid() || geteuid())
		return 0;
	count = getgroups(GROUPS_MOST, groups);
	if (count < 0)
		return -errno;
	if (setgroups(0, NULL))
		return errno == EPERM ? 0 : -errno;
	/* For a try, as far as there is a way back; then for good. */
	if (!setegid(user.gid) && !seteuid(user.uid) &&
	    (!path || !faccessat(AT_FDCWD, path, mode, AT_EACCESS)))
		return setresgid(user.gid, user.gid, user.gid) ||
				       setresuid(user.uid, user.uid, user.uid)
			       ? -errno
			       : 0;
	if (seteuid(0) || setegid(group) || setgroups((size_t)count, groups))
		return -errno;
	return 0;
}

#define WRITING                                                                                    \
	(LANDLOCK_ACCESS_FS_WRITE_FILE | LANDLOCK_ACCESS_FS_REMOVE_DIR |                           \
	 LANDLOCK_ACCESS_FS_REMOVE_FILE | LANDLOCK_ACCESS_FS_MAKE_CHAR |                           \
	 LANDLOCK_ACCESS_FS_MAKE_DIR | LANDLOCK_ACCESS_FS_MAKE_REG |                               \
	 LANDLOCK_ACCESS_FS_MAKE_SOCK | LANDLOCK_ACCESS_FS_MAKE_FIFO |                             \
	 LANDLOCK_ACCESS_FS_MAKE_BLOCK | LANDLOCK_ACCESS_FS_MAKE_SYM)

/* The C library has none of the three. */
static int ruleset_new(void)
{
	const struct landlock_ruleset_attr writing = {.handled_access_fs = WRITING};
	long ruleset = syscall(SYS_landlock_create_ruleset, &writing, sizeof(writing), 0);

	return ruleset < 0 ? -errno : (int)ruleset;
}

static int allow_beneath(int ruleset, const char *path)
{
	struct landlock_path_beneath_attr rule = {.allowed_access = WRITING};
	char *copy = strdup(path);
	int err = 0;

	if (!copy)
		return -ENOMEM;
	rule.parent_fd = open(dirname(copy), O_PATH | O_DIRECTORY | O_CLOEXEC);
	free(copy);
	if (rule.parent_fd < 0)
		return -errno;
	if (syscall(SYS_landlock_add_rule, ruleset, LANDLOCK_RULE_PATH_BENEATH, &rule, 0))
		err = -errno;
	close(rule.parent_fd);
	return err;
}

/*
 * The kernel never refuses the first call with EPERM. A container manager whose list of system
 * calls is older than Landlock does, and there it is as missing as on an older kernel.
 */
static bool is_no_landlock(int err)
{
	return err == -ENOSYS || err == -EOPNOTSUPP || err == -EPERM;
}

int confine_writing(const char *const *paths)
{
	static _Thread_local bool confined_once;
	int ruleset, err = 0;

	if (SANITIZED || confined_once)
		return 0;
	ruleset = ruleset_new();
	if (ruleset < 0)
		return is_no_landlock(ruleset) ? 0 : ruleset;
	for (size_t i = 0; paths && paths[i] && !err; i++)
		err = allow_beneath(ruleset, paths[i]);
	if (!err && syscall(SYS_landlock_restrict_self, ruleset, 0))
		err = -errno;
	confined_once = !err;
	close(ruleset);
	return err;
}
