/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "desk/walk.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <strings.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/mem.h"

#define PATHS_BYTES_MAX ((size_t)16 << 30)

void walk_init(struct walk *w)
{
    *w = (struct walk){.count = 0};
    arena_init(&w->arena, PATHS_BYTES_MAX);
}

void walk_release(struct walk *w)
{
    arena_release(&w->arena);
    mem_free(w->files);
    w->files = NULL;
}

static int add(struct walk *w, const char *path, const struct stat *st)
{
    if (w->count == w->capacity) {
        size_t capacity = w->capacity ? w->capacity * 2 : 256;
        struct walk_file *more = mem_realloc(w->files, capacity * sizeof *more);
        REJECT_IF(!more, E_NOMEM);
        w->files = more;
        w->capacity = capacity;
    }
    w->files[w->count++] =
        (struct walk_file){.path = path,
                           .size = (uint64_t)st->st_size,
                           .changed_ns = st->st_mtim.tv_sec * 1000000000 + st->st_mtim.tv_nsec};
    return 0;
}

static bool has_ending(const char *name, const char *const *endings)
{
    size_t len = strlen(name);
    for (; *endings; endings++) {
        size_t ending = strlen(*endings);
        if (len > ending && strcasecmp(name + len - ending, *endings) == 0)
            return true;
    }
    return false;
}

struct walking {
    struct walk *walk;
    const char *const *endings;
    struct watch *watch;
    struct problem *problem;
};

static int wrong(struct walking *g, const char *path)
{
    return problem_set(g->problem, errno == ENOENT ? E_NOT_FOUND : E_IO, "%s: %s", path,
                       strerrordesc_np(errno));
}

static int walk_folder(struct walking *g, int fd, const char *path, unsigned depth);

static int see_folder(struct walking *g, int parent, const char *name, const char *path,
                      unsigned depth)
{
    int fd = openat(parent, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    if (fd < 0)
        return wrong(g, path);
    return walk_folder(g, fd, path, depth);
}

static void pass_over(struct walk *w, const char *path)
{
    if (w->passed_over++ == 0 || strcmp(path, w->passed_over_first) < 0)
        w->passed_over_first = path;
}

/* What is in a folder; what cannot be looked at is no file. */
static int see_entry(struct walking *g, int parent, const char *name, const char *folder,
                     unsigned depth)
{
    struct stat st;
    if (name[0] == '.' || fstatat(parent, name, &st, AT_SYMLINK_NOFOLLOW) != 0)
        return 0;
    if (S_ISLNK(st.st_mode) && (fstatat(parent, name, &st, 0) != 0 || !S_ISREG(st.st_mode)))
        return 0;
    bool file = S_ISREG(st.st_mode);
    if (!file && (!S_ISDIR(st.st_mode) || depth == WALK_DEPTH_MAX))
        return 0;
    const char *slash = strcmp(folder, "/") == 0 ? "" : "/";
    char *path = arena_printf(&g->walk->arena, "%s%s%s", folder, slash, name);
    REJECT_IF(!path, E_NOMEM);
    if (file && !has_ending(name, g->endings)) {
        pass_over(g->walk, path);
        return 0;
    }
    return file ? add(g->walk, path, &st) : see_folder(g, parent, name, path, depth + 1);
}

/* Closes fd. */
static int walk_folder(struct walking *g, int fd, const char *path, unsigned depth)
{
    DIR *folder = fdopendir(fd);
    const struct dirent *entry;
    int error = 0;
    if (!folder) {
        close(fd);
        return E_NOMEM;
    }
    while (error == 0 && (entry = readdir(folder)) != NULL) {
        error = watch_stopped(g->watch) ? E_STOPPED : see_entry(g, fd, entry->d_name, path, depth);
        watch_progress(g->watch, "files found", g->walk->count, 0);
    }
    closedir(folder);
    return error;
}

static int see_named(struct walking *g, const char *named)
{
    struct stat st;
    char *real = realpath(named, NULL);
    char *path = real ? arena_printf(&g->walk->arena, "%s", real) : NULL;
    bool found = real && stat(real, &st) == 0;
    int error = found ? 0 : wrong(g, named);
    free(real);
    TRY(error);
    REJECT_IF(!path, E_NOMEM);
    if (S_ISDIR(st.st_mode))
        return see_folder(g, AT_FDCWD, path, path, 0);
    if (!S_ISREG(st.st_mode))
        return problem_set(g->problem, E_IO, "%s: it is neither a file nor a folder", named);
    return add(g->walk, path, &st);
}

static int by_path(const void *x, const void *y)
{
    const struct walk_file *a = x, *b = y;
    return strcmp(a->path, b->path);
}

int walk_all(struct walk *w, char *const *named, size_t count, const char *const *endings,
             struct watch *watch, struct problem *problem)
{
    struct walking g = {.walk = w, .endings = endings, .watch = watch, .problem = problem};
    for (size_t i = 0; i < count; i++)
        TRY(see_named(&g, named[i]));
    if (w->count > 1)
        qsort(w->files, w->count, sizeof *w->files, by_path);
    size_t kept = 0;
    for (size_t i = 0; i < w->count; i++) {
        if (kept == 0 || strcmp(w->files[kept - 1].path, w->files[i].path) != 0)
            w->files[kept++] = w->files[i];
    }
    w->count = kept;
    return 0;
}
