# SPDX-License-Identifier: GPL-2.0-or-later
#
#   make               build/vmclock-trace and the programs beside it
#   make demo          the main job, end to end, in a guest (installs what is missing)
#   make check         the tests (installs what is missing), what runs here under sanitizers; the last
#                      line is `N passed, N failed`
#   make check-quick   those that need no guest and are not slow
#   make check-long    those that take long and seldom change: every kernel, many repetitions
#   make check-matrix  of these, every kernel that Debian lists; writes docs/kernels.md
#   make lint          the house rules that a machine can check
#   make fuzz          hostile bytes for TIME seconds (120) in all, under sanitizers (tests/fuzz)
#   make bench         figures, as ratios within one run
#   make man-html      the manual for a browser, in build/man/html (needs mandoc)
#   make install       below PREFIX (/usr/local), under DESTDIR; `make uninstall` removes it again
#   make deb           Debian packages of the last commit, in build/deb
#   make rpm           the same as RPM, in build/rpm
#   make dist          what is released of it, with checksums and an SPDX list, in build/dist
#   make check-packages  each is installed, upgraded and removed in a bare root (tests/package)
#   make clean         remove build/
#
#   make image         build/image.tar: what STATIC=1 makes as an OCI image (contrib/image)
#
#   make STATIC=1      also build/static/: each program as one file, which needs nothing of the
#                      machine that it is copied to
#   make V=1           show the commands
#   make ARCH=arm64    cross-build build/arm64/vmclock-trace against tests/lab/sysroot

NAME := vmclock-trace
# The newest release; a tree that git knows says how far it is from there.
RELEASE := 0.1.0
GIT := $(if $(wildcard .git),git,false)
VERSION := $(or $(file <.version),$(patsubst v%,%,$(shell $(GIT) describe --match 'v[0-9]*' --dirty=+dirty 2>/dev/null)),\
	$(RELEASE)$(addprefix +g,$(shell $(GIT) describe --always --exclude '*' --dirty=+dirty 2>/dev/null)))
HOST_ARCH := $(patsubst aarch64,arm64,$(patsubst x86_64,amd64,$(shell uname -m)))
ARCH ?= $(HOST_ARCH)

OUT := build$(if $(filter-out $(HOST_ARCH),$(ARCH)),/$(ARCH))
BPF_TARGET_amd64 := x86
BPF_TARGET_arm64 := arm64

ifneq ($(ARCH),$(HOST_ARCH))
TRIPLET_amd64 := x86_64-linux-gnu
TRIPLET_arm64 := aarch64-linux-gnu
CC := $(TRIPLET_$(ARCH))-gcc
SYSROOT := $(shell tests/lab/sysroot $(ARCH))
CC += --sysroot=$(SYSROOT)
endif

CLANG ?= clang
LLVM_STRIP ?= llvm-strip
BPFTOOL ?= $(or $(shell command -v bpftool || ls /usr/sbin/bpftool 2>/dev/null),bpftool)
CFLAGS ?= -O2 -g
override CFLAGS += -std=gnu11 -Wall -Wextra -Wshadow -Wstrict-prototypes -Wmissing-prototypes \
	-Wno-missing-field-initializers
# Built hard: what the compiler has of it for this machine.
has = $(shell echo 'int main(void) { return 0; }' | $(CC) -Werror $(1) -x c -o /dev/null - 2>/dev/null && echo '$(1)')
HARD := $(foreach flag,-fstack-protector-strong -fstack-clash-protection \
	$(if $(filter amd64,$(ARCH)),-fcf-protection=full) \
	$(if $(filter arm64,$(ARCH)),-mbranch-protection=standard),$(call has,$(flag)))
override CFLAGS += $(HARD) -fPIE
override LDFLAGS += -pie -Wl,-z,relro,-z,now,-z,noexecstack
# Checked calls of the C library need an optimizer, and hide from sanitizers what they look at.
override CPPFLAGS += $(if $(filter -O0 -O,$(CFLAGS))$(findstring -fsanitize,$(CFLAGS)),,-U_FORTIFY_SOURCE -D_FORTIFY_SOURCE=2)
override CPPFLAGS += -Isrc -I$(OUT) -D_GNU_SOURCE
# What only few commands need is linked in: a tracer should not have to load it at its start. SHARED=1
# is for distributions, which mend a library in one place.
few = $(if $(SHARED),-l$(1),-l:lib$(1).a)
LDLIBS := -lbpf -lelf -lz -ljson-c -lcap $(call few,seccomp) -lsqlite3 $(call few,protobuf-c) $(call few,nettle) \
	$(call few,ncursesw) $(call few,tinfo) -lpthread -lm
# What only the exporter needs.
SERVE_LDLIBS := -lmicrohttpd -lgnutls -lyaml -lcrypt -lpthread -lm

SRC := $(sort $(wildcard src/*/*.c))
OBJ := $(SRC:src/%.c=$(OUT)/obj/%.o)
# What only bundle and verify need.
BUNDLE_LDLIBS := -larchive $(call few,seccomp) $(call few,nettle) -lz -ljson-c -lsqlite3 -lpthread -lm
MAINS := $(patsubst %,$(OUT)/obj/%.o,main/main main/manual_main exporter/exporter_main bundle/bundle_main sim/sim_main)
# All but main(), for the programs and for the tests.
LIBRARY := $(OUT)/libvmclock-trace.a
PROGRAM := $(OUT)/$(NAME)
EXPORTER := $(PROGRAM)-exporter
BUNDLER := $(PROGRAM)-bundle
SIMULATOR := $(OUT)/vmclock-sim
# Makes manual pages of their sources, on this machine also for another.
MANUAL := build/manual
UNITS := $(patsubst tests/unit/%.c,$(OUT)/unit/%,$(sort $(wildcard tests/unit/*.c)))
BENCHES := $(patsubst %,$(OUT)/bench/%,page_read funclatency record)
MAN := $(patsubst man/%.scd,$(OUT)/man/%,$(wildcard man/*.scd))
# Programs that shells complete, and for which shells.
COMPLETED := $(NAME) $(NAME)-exporter $(NAME)-bundle vmclock-sim
COMPLETIONS := $(foreach shell,bash zsh fish,$(addprefix $(OUT)/completions/,$(addsuffix .$(shell),$(COMPLETED))))

# What is undefined ends the program at once. Events of any bytes are given to the judge: bools too.
SANITIZE := -O1 -g -fno-omit-frame-pointer -fsanitize=address,undefined -fno-sanitize=bool \
	-fno-sanitize-recover=undefined -fsanitize=fuzzer-no-link
SANITIZED := build/fuzz
# Units that start threads, or test what does. Of page_seqlock the writer races, as a hypervisor does;
# store_power has the threads of store_recording, and a hundred rounds.
THREADED := $(filter-out page_seqlock store_power,$(patsubst tests/unit/%.c,%,\
	$(shell grep -lE 'pthread_create|recorder_|basic_auth_' tests/unit/*.c)))
FUZZERS := $(patsubst tests/fuzz/%.c,$(OUT)/fuzz/%,$(sort $(wildcard tests/fuzz/*.c)))
# Large pieces of memory are not mapped anew for each input: tests/fuzz/fuzz_pool.h.
FUZZ_POOL := -Wl,--wrap=malloc,--wrap=calloc,--wrap=free
# As OSS-Fuzz gives it, or that of clang.
LIB_FUZZING_ENGINE ?= -fsanitize=fuzzer
TIME ?= 120

PREFIX ?= /usr/local
BIN_DIR = $(DESTDIR)$(PREFIX)/bin
MAN_DIR = $(DESTDIR)$(PREFIX)/share/man
DOC_DIR = $(DESTDIR)$(PREFIX)/share/doc/$(NAME)
UNIT_DIR = $(DESTDIR)$(PREFIX)/lib/systemd/system
UDEV_DIR = $(DESTDIR)$(PREFIX)/lib/udev/rules.d
SYSUSERS_DIR = $(DESTDIR)$(PREFIX)/lib/sysusers.d
# Read from there whatever PREFIX is.
DEFAULT_DIR = $(DESTDIR)/etc/default
SHARE_DIR = $(DESTDIR)$(PREFIX)/share
PROGRAMS := $(PROGRAM) $(EXPORTER) $(BUNDLER) $(SIMULATOR)
STATICS := $(addprefix $(OUT)/static/,$(notdir $(PROGRAMS)))
CROSS := $(if $(filter-out $(HOST_ARCH),$(ARCH)),$(TRIPLET_$(ARCH))-)
# Of p11-kit, which GnuTLS asks for keys in hardware tokens, Debian has no static library: each of its
# functions is then one that has none.
P11_KIT = -Wl,-u,no_token $(shell $(CROSS)nm "`$(CC) -print-file-name=libgnutls.a`" 2>/dev/null | \
	sed -n 's/.* U \(p11_kit_[a-z_]*\)$$/-Wl,--defsym=\1=no_token/p' | sort -u)
# What the libraries of each program need themselves.
STATIC_LDLIBS_$(NAME) := $(LDLIBS)
STATIC_LDLIBS_$(NAME)-bundle := $(BUNDLE_LDLIBS)
STATIC_LDLIBS_$(NAME)-exporter = $(LDLIBS) $(SERVE_LDLIBS) $(P11_KIT) -lhogweed -lnettle -lgmp -ltasn1 -lidn2 -lunistring
STATIC_LDLIBS_vmclock-sim := -lseccomp

# `make V=1` shows the commands.
Q := $(if $(V),,@)
say = $(if $(V),,@echo "  $(1)	$(2)")

.DELETE_ON_ERROR:
.SECONDARY: # keep the BPF object: it is looked at
.PHONY: all help units lab man man-html completions demo check check-quick check-long check-matrix lint format fuzz fuzzers
.PHONY: sanitized race-checked bench install uninstall clean dist deb rpm image check-packages

all: $(PROGRAMS) $(if $(filter 1,$(STATIC)),$(STATICS))

help:
	@sed -n 's/^#   //p' Makefile

# Written anew where it is another: what includes it is compiled again.
$(shell mkdir -p $(OUT) && echo '#define VERSION "$(VERSION)"' | cmp -s - $(OUT)/version.h || \
	echo '#define VERSION "$(VERSION)"' > $(OUT)/version.h)


$(PROGRAM): $(OUT)/obj/main/main.o $(LIBRARY)
	$(call say,link,$@)
	$(Q)$(CC) $(CFLAGS) $(LDFLAGS) -o $@ $^ $(LDLIBS)

$(EXPORTER): $(OUT)/obj/exporter/exporter_main.o $(LIBRARY)
	$(call say,link,$@)
	$(Q)$(CC) $(CFLAGS) $(LDFLAGS) -o $@ $^ $(LDLIBS) $(SERVE_LDLIBS)

$(BUNDLER): $(OUT)/obj/bundle/bundle_main.o $(LIBRARY)
	$(call say,link,$@)
	$(Q)$(CC) $(CFLAGS) $(LDFLAGS) -o $@ $^ $(BUNDLE_LDLIBS)

$(OUT)/manual: $(OUT)/obj/main/manual_main.o $(LIBRARY)
	$(call say,link,$@)
	$(Q)$(CC) $(CFLAGS) $(LDFLAGS) -o $@ $^ $(LDLIBS) $(BUNDLE_LDLIBS)

ifneq ($(ARCH),$(HOST_ARCH))
$(MANUAL):
	$(Q)$(MAKE) --no-print-directory ARCH=$(HOST_ARCH) all $@
endif

# No shared library: it needs no kernel, no root and no device.
$(SIMULATOR): $(OUT)/obj/sim/sim_main.o $(LIBRARY)
	$(call say,link,$@)
	$(Q)$(CC) $(CFLAGS) $(LDFLAGS) -o $@ $^ $(call few,seccomp)

# One file that needs no library of the machine that it runs on. The linker warns of what a library
# would load at run time: SQLite its extensions, GnuTLS and getaddrinfo() what knows users and hosts.
$(OUT)/static/%: $(LIBRARY)
	@mkdir -p $(@D)
	$(call say,static,$@)
	$(Q)$(CC) $(CFLAGS) $(LDFLAGS) -static-pie -Wl,--gc-sections -o $@ $(filter %.o,$^) $(LIBRARY) \
		$(STATIC_LDLIBS_$(@F)) 2> $@.log || { cat $@.log; false; }
	$(Q)! grep -v 'in function\|statically linked applications' $@.log
	$(Q)rm $@.log
	$(Q)$(CROSS)strip $@

$(OUT)/static/$(NAME): $(OUT)/obj/main/main.o
$(OUT)/static/$(NAME)-bundle: $(OUT)/obj/bundle/bundle_main.o
$(OUT)/static/$(NAME)-exporter: $(OUT)/obj/exporter/exporter_main.o
$(OUT)/static/vmclock-sim: $(OUT)/obj/sim/sim_main.o

$(LIBRARY): $(filter-out $(MAINS),$(OBJ)) $(OUT)/obj/perfetto.pb-c.o
	$(Q)rm -f $@ && $(AR) rcs $@ $^

$(OUT)/obj/%.o: src/%.c
	@mkdir -p $(@D)
	$(call say,cc,$@)
	$(Q)$(CC) $(CPPFLAGS) $(CFLAGS) -MMD -MP -c -o $@ $<

# What is made from a description: Perfetto's messages.
$(OUT)/obj/%.o: $(OUT)/%.c
	@mkdir -p $(@D)
	$(call say,cc,$@)
	$(Q)$(CC) $(CPPFLAGS) $(CFLAGS) -c -o $@ $<

$(OUT)/%.pb-c.c $(OUT)/%.pb-c.h &: src/report/%.proto
	@mkdir -p $(@D)
	$(Q)protoc --c_out=$(OUT) -I$(<D) $<

$(OUT)/obj/report/perfetto.o: $(OUT)/perfetto.pb-c.h

# Runbooks as entries of a table of strings.
RUNBOOKS := $(sort $(wildcard contrib/prometheus/runbooks/*.md))
$(OUT)/runbooks.h: $(RUNBOOKS)
	@mkdir -p $(@D)
	$(Q)for page in $(RUNBOOKS); do name=$${page##*/} && echo "{\"$${name%.md}\"," && \
		sed 's/[\\"]/\\&/g; s/.*/"&\\n"/' $$page && echo '},' || exit; done > $@

$(OUT)/obj/exporter/landing_runbook.o: $(OUT)/runbooks.h

# The doors to BPF: each skeleton is seen by one file.
$(OUT)/obj/observe/kernel_engine.o: $(OUT)/vmclock.skel.h $(OUT)/vmclock_plain.skel.h
$(OUT)/obj/observe/mapping_bpf.o: $(OUT)/mappers.skel.h

define bpf_object
	@mkdir -p $(@D)
	$(call say,bpf,$@)
	$(Q)$(CLANG) -g -O2 -Wall -Werror -target bpf -mcpu=v3 -D__TARGET_ARCH_$(BPF_TARGET_$(ARCH)) \
		-Ivmlinux -Ibpf -MMD -MP -c -o $@ $<
	$(Q)$(LLVM_STRIP) -g $@
endef

$(OUT)/%.bpf.o: bpf/%.bpf.c
	$(bpf_object)

$(OUT)/bench/%.bpf.o: tests/bench/%.bpf.c
	$(bpf_object)

$(OUT)/%.skel.h: $(OUT)/%.bpf.o
	$(Q)$(BPFTOOL) gen skeleton $< name $(*F)_bpf > $@

$(OUT)/unit/%: tests/unit/%.c $(LIBRARY)
	@mkdir -p $(@D)
	$(call say,unit,$@)
	$(Q)$(CC) $(CPPFLAGS) $(CFLAGS) -MMD -MP $(LDFLAGS) -o $@ $(filter %.c %.a,$^) $(LDLIBS) $(SERVE_LDLIBS) $(BUNDLE_LDLIBS) -lcmocka

$(OUT)/fuzz/%: tests/fuzz/%.c $(LIBRARY)
	@mkdir -p $(@D)
	$(call say,fuzz,$@)
	$(Q)$(CC) $(CPPFLAGS) $(CFLAGS) -MMD -MP $(LIB_FUZZING_ENGINE) $(FUZZ_POOL) -o $@ $(filter %.c %.a,$^) $(LDLIBS) \
		$(SERVE_LDLIBS) $(BUNDLE_LDLIBS)

$(OUT)/man/%.scd: man/%.scd man/fill $(MANUAL) $(PROGRAMS)
	@mkdir -p $(@D)
	$(Q)man/fill $(dir $(MANUAL)) $< | $(MANUAL) > $@

$(OUT)/completions/%: $(MANUAL) $(PROGRAMS)
	@mkdir -p $(@D)
	$(Q)$(dir $(MANUAL))$(basename $*) --completion $(subst .,,$(suffix $*)) > $@

$(OUT)/man/%: $(OUT)/man/%.scd
	$(call say,man,$@)
	$(Q)scdoc < $< > $@

# Our own pages are links; the man macros that scdoc writes know none.
$(OUT)/man/html/%.html: $(OUT)/man/%
	@mkdir -p $(@D)
	$(call say,html,$@)
	$(Q)mandoc -T html -O toc $< | sed -E \
		-e 's#<b>(vmclock-[a-z-]+)</b>\(([15])\)#<a href="\1.\2.html">\1(\2)</a>#g' \
		-e '/<pre>/,/<\/pre>/{/^<br\/>$$/d}' \
		-e 's/(<div class="Bd-indent)">(&#x2022;|[0-9]+\.)/\1 item">\2 /' \
		-e 's#^  </style>#    :root { color-scheme: light dark; }\n    body { font: 16px/1.5 system-ui, sans-serif;\n      max-width: 50rem; margin: auto; padding: 1rem; overflow-wrap: anywhere; }\n    pre { overflow-x: auto; font-size: .85rem; line-height: 1.35; }\n    .item { text-indent: -.8rem; }\n    h1 { font-size: 1.3rem; }\n    .permalink { color: inherit; text-decoration: none; }\n    .Bd-indent { margin-left: 2rem; }\n&#' > $@

-include $(OBJ:.o=.d) $(wildcard $(OUT)/*.bpf.d) $(wildcard $(OUT)/unit/*.d) \
	$(wildcard $(OUT)/fuzz/*.d)

# What only runs inside guests of the lab.
$(OUT)/lab/%: tests/lab/load/%.c
	@mkdir -p $(@D)
	$(call say,lab,$@)
	$(Q)$(CC) $(CFLAGS) -D_GNU_SOURCE -o $@ $(filter %.c,$^)

$(OUT)/lab/load: $(wildcard tests/lab/load/load_*.c) tests/lab/load/load.h

$(OUT)/bench/%: tests/bench/%.c $(LIBRARY)
	@mkdir -p $(@D)
	$(call say,bench,$@)
	$(Q)$(CC) $(CPPFLAGS) $(CFLAGS) $(LDFLAGS) -o $@ $(filter %.c %.a,$^) $(LDLIBS) -lpthread

$(OUT)/bench/funclatency: $(OUT)/bench/funclatency.skel.h

units: $(UNITS)
fuzzers: $(FUZZERS)
lab: $(OUT)/lab/load $(OUT)/lab/cost
man: $(MAN)
man-html: $(MAN:$(OUT)/man/%=$(OUT)/man/html/%.html)
completions: $(COMPLETIONS)

demo:
	@tests/setup build lab
	@$(MAKE) --no-print-directory all lab
	@tests/lab/demo

# What it ran and how it ended is the last line.
check:
	@tests/setup build check fuzz lab lab-arm64
	@tests/check

# What needs no guest and is not slow.
check-quick:
	@tests/setup build check
	@tests/check --quick

# What check leaves out; docs/check-long.md has the last run.
check-long:
	@tests/setup build check fuzz lab lab-arm64
	@tests/check --long

# Every kernel, and the table in docs/kernels.md of what works on each.
check-matrix:
	@tests/setup build check lab lab-arm64
	@$(MAKE) --no-print-directory all lab
	@$(MAKE) --no-print-directory ARCH=arm64 all lab
	@tests/lab/matrix

# BPF objects are the same in each build.
BPF := $(patsubst bpf/%.bpf.c,$(OUT)/%.bpf.o,$(wildcard bpf/*.bpf.c))
borrow_bpf = @mkdir -p $(1) && cp -pu $(BPF) $(1)

# Programs, units and fuzz targets under sanitizers, of one build.
sanitized: $(BPF)
	$(call borrow_bpf,$(SANITIZED))
	@$(MAKE) --no-print-directory OUT=$(SANITIZED) CC=$(CLANG) CFLAGS="$(SANITIZE)" all units fuzzers

# What has threads, under ThreadSanitizer.
race-checked: $(BPF)
	$(call borrow_bpf,build/race-checked)
	@$(MAKE) --no-print-directory OUT=build/race-checked CC=$(CLANG) CFLAGS="-O1 -g -fsanitize=thread" all \
		$(addprefix build/race-checked/unit/,$(THREADED))

fuzz:
	@tests/setup build fuzz
	@$(MAKE) --no-print-directory all sanitized
	@tests/fuzz/run --time $(TIME)

lint:
	@tests/lint

format:
	clang-format -i $(wildcard src/*/*.[ch] bpf/*.[ch] vmlinux/*.h tests/*/*.[ch] tests/lab/*/*.[ch])

bench:
	@tests/setup build bench lab
	@$(MAKE) --no-print-directory all lab $(BENCHES)
	@tests/bench/run

# What is installed names /usr; elsewhere it names PREFIX. man1/ has *.1.
define install_text
	@install -d $(2)
	$(Q)for file in $(1); do sed 's,/usr/\(bin\|lib/systemd\|share/doc\)/,$(PREFIX)/\1/,g' $$file > \
		$(2)/$${file##*/} && chmod 644 $(2)/$${file##*/} || exit; done
endef
bash_completion = $(SHARE_DIR)/bash-completion/completions/$(1)
# Where zsh looks below /usr/local, and below /usr but on Debian.
ZSH_DIR ?= zsh/site-functions
zsh_completion = $(SHARE_DIR)/$(ZSH_DIR)/_$(1)
fish_completion = $(SHARE_DIR)/fish/vendor_completions.d/$(1).fish
man_pages = $(filter %.$(1),$(MAN))

install: all man completions
	install -Dm755 -t $(BIN_DIR) $(PROGRAMS)
	$(call install_text,$(call man_pages,1),$(MAN_DIR)/man1)
	$(call install_text,$(call man_pages,5),$(MAN_DIR)/man5)
	$(call install_text,contrib/systemd/*,$(UNIT_DIR))
	install -Dm644 -t $(UDEV_DIR) contrib/udev/*
	install -Dm644 -t $(SYSUSERS_DIR) contrib/sysusers/*
	$(Q)for file in contrib/default/*; do to=$(DEFAULT_DIR)/$${file##*/}; \
		[ -e $$to ] || install -Dm644 $$file $$to || exit; done # who has one may have changed it
	$(call install_text,contrib/prometheus/*.yml,$(DOC_DIR)/prometheus)
	$(call install_text,contrib/prometheus/runbooks/*,$(DOC_DIR)/runbooks)
	$(Q)$(foreach name,$(COMPLETED),\
		install -Dm644 $(OUT)/completions/$(name).bash $(call bash_completion,$(name)) && \
		install -Dm644 $(OUT)/completions/$(name).zsh $(call zsh_completion,$(name)) && \
		install -Dm644 $(OUT)/completions/$(name).fish $(call fish_completion,$(name)) &&) :
	install -Dm644 -t $(DOC_DIR)/grafana contrib/grafana/*
	install -Dm644 -t $(DOC_DIR)/sqlite contrib/sqlite/*
	install -Dm644 -t $(DOC_DIR)/kubernetes contrib/kubernetes/*
	chmod 755 $(DOC_DIR)/kubernetes/*.sh

uninstall:
	rm -f $(addprefix $(BIN_DIR)/,$(notdir $(PROGRAMS)))
	rm -f $(foreach name,$(COMPLETED),$(call bash_completion,$(name)) $(call zsh_completion,$(name)) \
		$(call fish_completion,$(name)))
	rm -f $(addprefix $(MAN_DIR)/man1/,$(notdir $(call man_pages,1)))
	rm -f $(addprefix $(MAN_DIR)/man5/,$(notdir $(call man_pages,5)))
	rm -f $(addprefix $(UNIT_DIR)/,$(notdir $(wildcard contrib/systemd/*)))
	rm -f $(addprefix $(UDEV_DIR)/,$(notdir $(wildcard contrib/udev/*)))
	rm -f $(addprefix $(SYSUSERS_DIR)/,$(notdir $(wildcard contrib/sysusers/*)))
	$(Q)for file in contrib/default/*; do to=$(DEFAULT_DIR)/$${file##*/}; \
		! cmp -s $$file $$to || rm $$to || exit; done
	rm -rf $(DOC_DIR)

# A release's own tarball has no git, and .version.
dist:
	@contrib/release/dist build/dist $(RELEASE)

# Of what is released, as somebody else would make them.
deb:
	@tests/setup build packages
	@contrib/release/deb build/deb $(RELEASE)

rpm:
	@tests/setup build packages
	@contrib/release/rpm build/rpm $(RELEASE)

image:
	@tests/setup build image
	@$(MAKE) --no-print-directory STATIC=1 $(STATICS)
	@contrib/release/image $(OUT)/static $(OUT)/image.tar $(VERSION) $(ARCH)

check-packages: image
	@tests/setup build check packages check-packages lab-arm64
	@contrib/release/deb build/deb $(RELEASE)
	@contrib/release/rpm build/rpm $(RELEASE)
	@bats tests/package

clean:
	rm -rf build
