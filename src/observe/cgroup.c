// SPDX-License-Identifier: GPL-2.0-or-later
#include "observe/cgroup.h"

#include <dirent.h>
#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/vfs.h>

#include <linux/magic.h>

#define HIERARCHY	 "/sys/fs/cgroup"
#define HYBRID_HIERARCHY "/sys/fs/cgroup/unified"
#define NAMES		 512
#define PATH_BYTES	 4096

struct cgroup_name {
	uint64_t id;
	char name[CGROUP_NAME_BYTES]; /* empty: looked for in vain */
};

struct cgroup_names {
	struct cgroup_name name[NAMES];
	size_t count;
};

static bool is_unified(const char *path)
{
	struct statfs fs;

	return !statfs(path, &fs) && fs.f_type == CGROUP2_SUPER_MAGIC;
}

/* Where the unified hierarchy is mounted; NULL: nowhere. */
static const char *hierarchy(void)
{
	return is_unified(HIERARCHY)	      ? HIERARCHY
	       : is_unified(HYBRID_HIERARCHY) ? HYBRID_HIERARCHY
					      : NULL;
}

/* A cgroup's id is its directory's inode number: kernfs, on machines of 64 bits. */
static int id_of_directory(const char *path, uint64_t *id)
{
	struct stat status;

	if (stat(path, &status))
		return -errno;
	if (!S_ISDIR(status.st_mode) || !is_unified(path))
		return -ENOTDIR;
	*id = status.st_ino;
	return 0;
}

static uint32_t depth_of(const char *below)
{
	uint32_t depth = 0;

	for (const char *at = below; *at; at++)
		depth += *at != '/' && (at == below || at[-1] == '/');
	return depth;
}

int cgroup_of_path(const char *path, uint64_t *id, uint32_t *level, struct error *error)
{
	const char *root = hierarchy();
	char full[PATH_BYTES];
	char *real;
	int result = -ENOENT;

	if (!root) {
		error_cause(error, "this machine has no unified cgroup hierarchy");
		error_hint(error, "use --pid or --comm");
		return -ENOENT;
	}
	snprintf(full, sizeof(full), "%s%s%s", strncmp(path, root, strlen(root)) ? root : "",
		 strncmp(path, root, strlen(root)) && path[0] != '/' ? "/" : "", path);
	real = realpath(full, NULL);
	if (real && !strncmp(real, root, strlen(root)))
		result = id_of_directory(real, id);
	if (result) {
		error_cause(error, "%s is no cgroup: %s", full, strerror(-result));
		error_hint(error, "a path such as system.slice/chrony.service; see systemd-cgls");
	} else {
		*level = depth_of(real + strlen(root));
	}
	free(real);
	return result;
}

struct cgroup_names *cgroup_names_new(void)
{
	return calloc(1, sizeof(struct cgroup_names));
}

void cgroup_names_free(struct cgroup_names *names)
{
	free(names);
}

const char *cgroup_names_of(const struct cgroup_names *names, uint64_t id)
{
	for (size_t i = 0; i < names->count; i++) {
		if (names->name[i].id == id)
			return names->name[i].name[0] ? names->name[i].name : NULL;
	}
	return NULL;
}

static bool is_known(const struct cgroup_names *names, uint64_t id)
{
	for (size_t i = 0; i < names->count; i++) {
		if (names->name[i].id == id)
			return true;
	}
	return false;
}

/*
 * Is @id below @path? Then @path becomes its path. Entries tell their inode, so none is looked at.
 */
static bool find_below(char path[PATH_BYTES], uint64_t id)
{
	size_t length = strlen(path);
	DIR *directory = opendir(path);
	bool found = false;

	for (struct dirent *entry; directory && !found && (entry = readdir(directory));) {
		if (entry->d_type != DT_DIR || !strcmp(entry->d_name, ".") ||
		    !strcmp(entry->d_name, ".."))
			continue;
		if ((size_t)snprintf(path + length, PATH_BYTES - length, "/%s", entry->d_name) <
		    PATH_BYTES - length)
			found = entry->d_ino == id || find_below(path, id);
		if (!found)
			path[length] = '\0';
	}
	if (directory)
		closedir(directory);
	return found;
}

/* By searching all cgroups: the process itself may have exited. */
static void find_name(uint64_t id, char name[CGROUP_NAME_BYTES])
{
	const char *root = hierarchy(), *below;
	char path[PATH_BYTES];
	uint64_t root_id;

	if (!root)
		return;
	snprintf(path, sizeof(path), "%s", root);
	if ((id_of_directory(root, &root_id) || root_id != id) && !find_below(path, id))
		return;
	below = path + strlen(root);
	/* Half a name would be another cgroup's. */
	if (strlen(below) < CGROUP_NAME_BYTES)
		strcpy(name, below[0] ? below : "/");
}

void cgroup_names_learn(struct cgroup_names *names, uint64_t id)
{
	struct cgroup_name *name;

	if (!id || is_known(names, id) || names->count == NAMES)
		return;
	name = &names->name[names->count++];
	name->id = id;
	find_name(id, name->name);
}
