/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a machine is, as far as it matters for what its clocks do. */
#ifndef VMCLOCK_TRACE_OBSERVE_HOST_FACTS_H
#define VMCLOCK_TRACE_OBSERVE_HOST_FACTS_H

#include "event/fact.h"

/*
 * Add to @facts, each as far as it can be found out: host, kernel, kernel_build_id, driver,
 * clocksource, hypervisor, cpu, time_daemons, boot_id, and machine_id_sha256, for the id itself is
 * not to be told.
 */
void host_facts(struct fact_list *facts);

#endif
