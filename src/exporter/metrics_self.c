// SPDX-License-Identifier: GPL-2.0-or-later
#include "exporter/metrics_parts.h"
#include "version.h"

static void write_hooks(struct metrics_writer *out, const struct metrics_driver *driver)
{
	uint64_t by[HOOK_ABSENT + 1] = {0}, missing[HOOK_REASON_COUNT] = {0}, wanted = 0;

	for (size_t i = 0; i < driver->hooks; i++) {
		wanted += driver->hook[i].attach_type != HOOK_ABSENT ||
			  hook_is_missing(&driver->hook[i]);
		by[driver->hook[i].attach_type]++;
		if (hook_is_missing(&driver->hook[i]))
			missing[driver->hook[i].reason]++;
	}
	metric_begin(out, METRIC_GAUGE, "vmclock_exporter_hooks_wanted", NULL,
		     "Kernel functions that are to be hooked; 0: none were asked for.");
	metric_u64(out, NULL, wanted);
	metric_begin(out, METRIC_GAUGE, "vmclock_exporter_hooks_attached", NULL,
		     "Those that are, by the way they are hooked.");
	metric_u64(out, LABELS("by", "fentry"), by[HOOK_FENTRY]);
	metric_u64(out, LABELS("by", "kprobe"), by[HOOK_KPROBE]);
	metric_begin(out, METRIC_GAUGE, "vmclock_exporter_hooks_missing", NULL,
		     "Those that are not, by reason.");
	for (enum hook_reason reason = HOOK_NO_DRIVER; reason < HOOK_REASON_COUNT; reason++)
		metric_u64(out, LABELS("reason", hook_reason_name(reason)), missing[reason]);
	metric_begin(out, METRIC_GAUGE, "vmclock_exporter_hook_missing", NULL,
		     "1 for each function that could not be hooked.");
	for (size_t i = 0; i < driver->hooks; i++) {
		if (hook_is_missing(&driver->hook[i]))
			metric_u64(out, LABELS("function", driver->hook[i].function), 1);
	}
}

static void write_release(struct metrics_writer *out, const struct metrics_driver *driver)
{
	metric_begin(out, METRIC_COUNTER, "vmclock_exporter_driver_let_go", NULL,
		     "Times the driver was released for an unload; uses are not seen "
		     "until it is hooked again.");
	metric_u64(out, NULL, driver->release);
}

static void write_losses(struct metrics_writer *out, const struct event_losses *losses)
{
	metric_begin(out, METRIC_COUNTER, "vmclock_exporter_losses", NULL,
		     "What the hooks could not tell, or not in full, by cause.");
	for (enum event_loss i = 0; i < LOSSES; i++)
		metric_u64(out, LABELS("cause", event_loss_name(i)), event_loss_count(losses, i));
}

static void write_probes(struct metrics_writer *out, const struct metrics_driver *driver)
{
	if (!driver->probe_runs)
		return;
	metric_begin(out, METRIC_COUNTER, "vmclock_exporter_probe_runs", NULL,
		     "Runs of our programs in the kernel.");
	metric_u64(out, NULL, driver->probe_runs);
	metric_begin(out, METRIC_COUNTER, "vmclock_exporter_probe_run_seconds", "seconds",
		     "Time that these runs took from those who read the clock.");
	metric_seconds_u64(out, NULL, driver->probe_ns);
}

static void write_samples(struct metrics_writer *out, const struct metrics_page *page)
{
	metric_begin(out, METRIC_COUNTER, "vmclock_exporter_looks", NULL, "Samples of the page.");
	metric_u64(out, NULL, page->samples);
	metric_begin(out, METRIC_GAUGE, "vmclock_exporter_look_period_seconds", "seconds",
		     "How often the page is sampled where no notification comes.");
	metric_seconds_u64(out, NULL, page->period_ns);
	if (page->sample_cost_ns) {
		metric_begin(out, METRIC_GAUGE, "vmclock_exporter_look_cost_seconds", "seconds",
			     "How long a sample takes, as measured at the start.");
		metric_seconds_u64(out, NULL, page->sample_cost_ns);
	}
	metric_begin(out, METRIC_GAUGE, "vmclock_exporter_look_gap_max_seconds", "seconds",
		     "The longest time between two samples: so long nothing was seen.");
	metric_seconds_u64(out, NULL, page->worst_gap_ns);
	if (page->sampled_ns) {
		metric_begin(out, METRIC_GAUGE, "vmclock_exporter_look_timestamp_seconds",
			     "seconds", "When the page was last sampled.");
		metric_seconds_u64(out, NULL, page->sampled_ns);
	}
}

static void write_http(struct metrics_writer *out, const struct metrics_self *self)
{
	static const char *const codes[] = {NULL, NULL, "2xx", "3xx", "4xx", "5xx"};

	metric_begin(out, METRIC_SUMMARY, "vmclock_exporter_scrape_duration_seconds", "seconds",
		     "How long the text of a scrape took to make, of all but this one.");
	metric_summary(out, self->scrapes, self->scrape_ns);
	metric_begin(out, METRIC_COUNTER, "vmclock_exporter_http_responses", NULL,
		     "Answers to HTTP requests, by their status.");
	for (int i = 2; i < 6; i++)
		metric_u64(out, LABELS("code", codes[i]), self->responses[i]);
	metric_begin(out, METRIC_GAUGE, "vmclock_exporter_http_connections", NULL,
		     "Clients that are connected.");
	metric_u64(out, NULL, self->connections);
	metric_begin(out, METRIC_COUNTER, "vmclock_exporter_http_connections_cut", NULL,
		     "Clients that were cut off: too slow, or in the way of others.");
	metric_u64(out, LABELS("cause", "late"), self->connections_late);
	metric_u64(out, LABELS("cause", "crowded"), self->connections_crowded);
	metric_begin(out, METRIC_COUNTER, "vmclock_exporter_web_config_failures", NULL,
		     "Web configurations that were wrong, so that the one before stayed.");
	metric_u64(out, NULL, self->reload_failures);
}

void metrics_write_self(struct metrics_writer *out, const struct metrics_snapshot *snapshot,
			const struct metrics_self *self)
{
	metric_begin(out, METRIC_INFO, "vmclock_exporter_build", NULL, "The program.");
	metric_info(out, LABELS("version", VERSION));
	write_hooks(out, &snapshot->driver);
	if (snapshot->driver.seen) {
		write_release(out, &snapshot->driver);
		write_losses(out, &snapshot->driver.losses);
		write_probes(out, &snapshot->driver);
	}
	write_samples(out, &snapshot->page);
	metric_begin(out, METRIC_COUNTER, "vmclock_exporter_cpu_seconds", "seconds",
		     "CPU time of this program.");
	metric_seconds_u64(out, NULL, self->cpu_ns);
	metric_begin(out, METRIC_GAUGE, "vmclock_exporter_resident_memory_bytes", "bytes",
		     "Memory of this program.");
	metric_u64(out, NULL, self->resident_bytes);
	metric_begin(out, METRIC_GAUGE, "vmclock_exporter_start_timestamp_seconds", "seconds",
		     "When this program started.");
	metric_seconds_u64(out, NULL, self->started_at_ns);
	if (self->serves)
		write_http(out, self);
}
