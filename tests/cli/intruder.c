// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What could who has taken over a thread do? Makes a running thread make system calls, as a
 * debugger can, and says how each ends:
 *
 *	intruder THREAD CALL...
 *
 * CALL is the name of one; create=PATH: open that file, which is made, to write; or open=PATH: open
 * it to read. "CALL ERRNO" a line each, in the order given; 0 is success. The thread then goes on
 * as before.
 */
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ptrace.h>
#include <sys/syscall.h>
#include <sys/types.h>
#include <sys/uio.h>
#include <sys/user.h>
#include <sys/wait.h>

/* Harmless if they are let through: their arguments are wrong, or say what is so. */
static const struct call {
	const char *name;
	long number;
	unsigned long args[4];
} calls[] = {
	{"getpid", SYS_getpid, {0}},
	{"execve", SYS_execve, {0}},
	{"ptrace", SYS_ptrace, {~0ul}},
	{"process_vm_readv", SYS_process_vm_readv, {1}},
	{"mount", SYS_mount, {0}},
	{"init_module", SYS_init_module, {0}},
	{"clock_settime", SYS_clock_settime, {~0ul}},
	{"settimeofday", SYS_settimeofday, {8, 8}},
	{"unshare", SYS_unshare, {0}},
	{"keyctl", SYS_keyctl, {~0ul}},
	{"io_uring_setup", SYS_io_uring_setup, {0}},
	{"bpf", SYS_bpf, {~0ul}},
	{"perf_event_open", SYS_perf_event_open, {0}},
	{"packet_socket", SYS_socket, {17, 3}},
};

#define STACK_BYTES 8192 /* beyond what the thread uses of it */

#if defined(__x86_64__)
#define INSTRUCTION	  0x050f /* syscall */
#define INSTRUCTION_BYTES 2
#define PC		  rip
#define SP		  rsp

static void prepare(struct user_regs_struct *regs, const struct call *call)
{
	regs->rax = (unsigned long)call->number;
	regs->orig_rax = ~0ul; /* no call of its own is to be begun again now */
	regs->rdi = call->args[0];
	regs->rsi = call->args[1];
	regs->rdx = call->args[2];
	regs->r10 = call->args[3];
	regs->r8 = regs->r9 = 0;
}

static long result_of(const struct user_regs_struct *regs)
{
	return (long)regs->rax;
}
#elif defined(__aarch64__)
#define INSTRUCTION	  0xd4000001 /* svc #0 */
#define INSTRUCTION_BYTES 4
#define PC		  pc
#define SP		  sp

static void prepare(struct user_regs_struct *regs, const struct call *call)
{
	memset(regs->regs, 0, 6 * sizeof(regs->regs[0]));
	memcpy(regs->regs, call->args, sizeof(call->args));
	regs->regs[8] = (unsigned long)call->number;
}

static long result_of(const struct user_regs_struct *regs)
{
	return (long)regs->regs[0];
}
#endif

static void fail(const char *what)
{
	fprintf(stderr, "intruder: %s: %s\n", what, strerror(errno));
	exit(1);
}

static void get(pid_t thread, struct user_regs_struct *regs)
{
	struct iovec place = {regs, sizeof(*regs)};

	if (ptrace(PTRACE_GETREGSET, thread, 1 /* NT_PRSTATUS */, &place))
		fail("registers");
}

static void set(pid_t thread, struct user_regs_struct *regs)
{
	struct iovec place = {regs, sizeof(*regs)};

	if (ptrace(PTRACE_SETREGSET, thread, 1, &place))
		fail("registers");
}

static void stopped(pid_t thread)
{
	int status;

	if (waitpid(thread, &status, __WALL) < 0 || !WIFSTOPPED(status))
		fail("it does not stop");
}

static long make(pid_t thread, const struct call *call, const struct user_regs_struct *before)
{
	struct user_regs_struct regs = *before;

	prepare(&regs, call);
	regs.PC -= INSTRUCTION_BYTES;
	set(thread, &regs);
	if (ptrace(PTRACE_SINGLESTEP, thread, 0, 0))
		fail("step");
	stopped(thread);
	get(thread, &regs);
	return result_of(&regs);
}

/* @path, put onto the thread's stack. */
static struct call open_of(pid_t thread, const char *path, unsigned long flags,
			   const struct user_regs_struct *before)
{
	unsigned long place = (before->SP - STACK_BYTES) & ~15ul;
	char text[STACK_BYTES / 2] = "";

	strncpy(text, path, sizeof(text) - 1);
	for (size_t i = 0; i <= strlen(path); i += sizeof(long)) {
		long word;

		memcpy(&word, text + i, sizeof(word));
		if (ptrace(PTRACE_POKEDATA, thread, place + i, word))
			fail("its stack");
	}
	return (struct call){
		.number = SYS_openat,
		.args = {(unsigned long)AT_FDCWD, place, flags, 0600},
	};
}

static struct call find(pid_t thread, const char *name, const struct user_regs_struct *before)
{
	if (!strncmp(name, "create=", 7))
		return open_of(thread, name + 7, O_WRONLY | O_CREAT | O_EXCL, before);
	if (!strncmp(name, "open=", 5))
		return open_of(thread, name + 5, O_RDONLY, before);
	for (size_t i = 0; i < sizeof(calls) / sizeof(calls[0]); i++)
		if (!strcmp(calls[i].name, name))
			return calls[i];
	errno = EINVAL;
	fail(name);
	return calls[0];
}

/* Stop it where it waits in a system call: the instruction for one is just behind it. */
static void stop_in_call(pid_t thread, struct user_regs_struct *regs)
{
	unsigned long mask = (1ul << (8 * INSTRUCTION_BYTES)) - 1;

	for (;;) {
		if (ptrace(PTRACE_INTERRUPT, thread, 0, 0))
			fail("interrupt");
		stopped(thread);
		get(thread, regs);
		if ((ptrace(PTRACE_PEEKTEXT, thread, regs->PC - INSTRUCTION_BYTES, 0) & mask) ==
		    INSTRUCTION)
			return;
		ptrace(PTRACE_CONT, thread, 0, 0);
		sched_yield();
	}
}

int main(int argc, char **argv)
{
	pid_t thread = argc > 2 ? atoi(argv[1]) : 0;
	struct user_regs_struct before;

	if (!thread || ptrace(PTRACE_SEIZE, thread, 0, 0))
		fail("attach");
	stop_in_call(thread, &before);
	for (int i = 2; i < argc; i++) {
		struct call call = find(thread, argv[i], &before);
		long result = make(thread, &call, &before);

		printf("%s %ld\n", argv[i], result < 0 ? -result : 0);
	}
	set(thread, &before);
	ptrace(PTRACE_DETACH, thread, 0, 0);
	return 0;
}
