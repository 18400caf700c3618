/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Why the kernel refuses a BPF program or a hook: from what libbpf and the verifier say, the errno,
 * and what the kernel shows of itself. Nothing here is guessed from a version.
 */
#ifndef VMCLOCK_TRACE_OBSERVE_KERNEL_REFUSAL_H
#define VMCLOCK_TRACE_OBSERVE_KERNEL_REFUSAL_H

#include <stdbool.h>

#include "base/error.h"
#include "event/hook.h"

/* Listen to libbpf from here on, and forget what it said before. */
void kernel_refusal_listen(void);

/* The program that libbpf named first as the one that fails, static; "": it named none. */
const char *kernel_refusal_program(void);

/* Did libbpf fail, with @result, for too many open files, whatever that is? Not if it is 0. */
bool kernel_refusal_is_for_files(int result);

/* Is the kernel locked down so far that no BPF program may read its memory? */
bool kernel_is_locked_down(void);

/* Has this kernel kprobes, as far as this process can see and use them? */
bool kernel_has_kprobes(void);

/*
 * Why @attach_type cannot be had: @result is the errno of loading or attaching. Writes one phrase
 * and returns the reason.
 */
enum hook_reason kernel_refusal_of_hook(enum hook_attach_type attach_type, int result,
					char why[HOOK_WHY_BYTES]);

/* Why nothing could be loaded, with the cure for this user, into @error. Returns @result. */
int kernel_refusal_of_all(struct error *error, int result);

#endif
