// SPDX-License-Identifier: GPL-2.0-or-later
/* Attaches one pair of the programs of funclatency.bpf.c: funclatency floor|fentry|kprobe */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "bench/funclatency.skel.h"

static void stop(int signal_number)
{
	(void)signal_number; /* only there to interrupt the pause */
}

int main(int argc, char **argv)
{
	struct funclatency_bpf *bpf = funclatency_bpf__open();
	const char *pair = argc > 1 ? argv[1] : "";
	struct bpf_program *program = NULL;
	unsigned long long reads = 0;
	int chosen = 0;

	if (!bpf)
		return 1;
	while ((program = bpf_object__next_program(bpf->obj, program))) {
		bool of_pair = !strncmp(bpf_program__name(program), pair, strlen(pair));

		bpf_program__set_autoload(program, of_pair);
		chosen += of_pair;
	}
	if (chosen != 2) {
		fprintf(stderr, "usage: funclatency floor|fentry|kprobe\n");
		return 2;
	}
	signal(SIGINT, stop);
	if (funclatency_bpf__load(bpf) || funclatency_bpf__attach(bpf)) {
		fprintf(stderr, "funclatency: not attached: %s\n", strerror(errno));
		return 1;
	}
	pause();
	for (size_t slot = 0; slot < sizeof(bpf->bss->slots) / sizeof(bpf->bss->slots[0]); slot++)
		reads += bpf->bss->slots[slot];
	printf("%llu reads\n", reads);
	funclatency_bpf__destroy(bpf);
	return 0;
}
