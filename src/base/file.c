/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* Why rename and not write in place: a machine that stops in the middle must find the old file or
 * the new one. Why the folder is synced: without it the rename itself may be lost. */
#include "base/file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/mem.h"

static ssize_t real_write(int fd, const void *data, size_t len)
{
    return write(fd, data, len);
}

static int real_rename_new(const char *from, const char *to)
{
    return renameat2(AT_FDCWD, from, AT_FDCWD, to, RENAME_NOREPLACE);
}

#define REAL_CALLS                                                                                 \
    {                                                                                              \
        real_write, fsync, rename, real_rename_new                                                 \
    }
static const struct file_calls real_calls = REAL_CALLS;
static struct file_calls current_calls = REAL_CALLS;

void file_use_calls(const struct file_calls *calls)
{
    current_calls = real_calls;
    if (calls && calls->write)
        current_calls.write = calls->write;
    if (calls && calls->fsync)
        current_calls.fsync = calls->fsync;
    if (calls && calls->rename)
        current_calls.rename = calls->rename;
    if (calls && calls->rename_new)
        current_calls.rename_new = calls->rename_new;
}

static int say(struct problem *problem, int error, const char *path, int error_number)
{
    const char *why = strerrordesc_np(error_number);
    return problem_set(problem, error, "%s: %s", path, why ? why : error_sentence(error));
}

static int open_error(int error_number)
{
    if (error_number == ENOENT || error_number == ENOTDIR)
        return E_NOT_FOUND;
    return error_number == EEXIST ? E_EXISTS : E_IO;
}

int file_write_all(int fd, const void *data, size_t len)
{
    const uint8_t *at = data;
    while (len) {
        ssize_t done = current_calls.write(fd, at, len);
        if (done < 0 && errno == EINTR)
            continue;
        REJECT_IF(done <= 0, E_IO);
        at += done;
        len -= (size_t)done;
    }
    return 0;
}

int file_sync(int fd)
{
    return current_calls.fsync(fd) == 0 ? 0 : E_IO;
}

static int read_open(int fd, size_t max_bytes, struct buf *out)
{
    uint8_t chunk[16384];
    size_t total = 0;
    ssize_t got;
    int error = 0;
    while (error == 0 && (got = read(fd, chunk, sizeof chunk)) != 0) {
        if (got < 0) {
            error = errno == EINTR ? 0 : E_IO;
        } else if ((size_t)got > max_bytes - total) {
            error = E_TOO_LARGE;
        } else {
            buf_put(out, chunk, (size_t)got);
            total += (size_t)got;
            error = buf_error(out);
        }
    }
    mem_wipe(chunk, sizeof chunk);
    return error;
}

int file_read(const char *path, size_t max_bytes, struct buf *out, struct problem *problem)
{
    TRY(buf_error(out));
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return say(problem, open_error(errno), path, errno);
    size_t before = out->len;
    int error = read_open(fd, max_bytes, out);
    close(fd);
    if (error == 0)
        return 0;
    buf_cut(out, before);
    return problem_set(problem, error, "%s: %s", path, error_sentence(error));
}

/* The folder that holds path; "." when path names none. NULL without memory. */
static char *folder_of(const char *path)
{
    size_t len = strlen(path);
    while (len > 1 && path[len - 1] == '/')
        len--;
    while (len && path[len - 1] != '/')
        len--;
    while (len > 1 && path[len - 1] == '/')
        len--;
    char *folder = mem_alloc(len + 2);
    if (!folder)
        return NULL;
    memcpy(folder, len ? path : ".", len ? len : 1);
    folder[len ? len : 1] = '\0';
    return folder;
}

int file_sync_folder_of(const char *path, struct problem *problem)
{
    char *folder = folder_of(path);
    REJECT_IF(!folder, E_NOMEM);
    int error = 0;
    int fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0)
        error = say(problem, open_error(errno), folder, errno);
    else if (current_calls.fsync(fd) != 0)
        error = say(problem, E_IO, folder, errno);
    if (fd >= 0)
        close(fd);
    mem_free(folder);
    return error;
}

static int open_temporary(const char *path, mode_t mode, int *ret_fd, struct problem *problem)
{
    /* What an earlier stop left behind may have another mode. */
    if (unlink(path) != 0 && errno != ENOENT)
        return say(problem, open_error(errno), path, errno);
    int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, mode);
    if (fd < 0)
        return say(problem, open_error(errno), path, errno);
    *ret_fd = fd;
    return 0;
}

static int write_temporary(const char *path, struct span bytes, mode_t mode,
                           struct problem *problem)
{
    int fd;
    TRY(open_temporary(path, mode, &fd, problem));
    int error = file_write_all(fd, bytes.data, bytes.len);
    if (error == 0 && current_calls.fsync(fd) != 0)
        error = E_IO;
    if (error < 0)
        say(problem, error, path, errno);
    if (close(fd) != 0 && error == 0)
        error = say(problem, E_IO, path, errno);
    return error;
}

static int write_by_rename(const char *path, struct span bytes, mode_t mode,
                           int (*move)(const char *from, const char *to), struct problem *problem)
{
    struct buf temporary;
    buf_init(&temporary, strlen(path) + 8);
    buf_printf(&temporary, "%s.tmp", path);
    int error = buf_error(&temporary);
    bool made = false;
    if (error == 0) {
        error = write_temporary(buf_cstr(&temporary), bytes, mode, problem);
        made = true;
    }
    if (error == 0 && move(buf_cstr(&temporary), path) != 0)
        error = say(problem, open_error(errno), path, errno);
    if (error < 0 && made)
        unlink(buf_cstr(&temporary));
    buf_release(&temporary);
    return error < 0 ? error : file_sync_folder_of(path, problem);
}

/* A terminal, a pipe, /dev/null, /dev/stdout: to put a file in its place would take it away from
 * everybody else. */
static bool is_no_file(const char *path)
{
    struct stat s;
    if (stat(path, &s) != 0)
        return false;
    if (S_ISCHR(s.st_mode) || S_ISFIFO(s.st_mode))
        return true;
    return strncmp(path, "/dev/", 5) == 0 && lstat(path, &s) == 0 && S_ISLNK(s.st_mode);
}

static int write_through(const char *path, struct span bytes, struct problem *problem)
{
    int fd = open(path, O_WRONLY | O_NOCTTY | O_CLOEXEC);
    if (fd < 0)
        return say(problem, open_error(errno), path, errno);
    int error = file_write_all(fd, bytes.data, bytes.len);
    if (error < 0)
        say(problem, error, path, errno);
    if (close(fd) != 0 && error == 0)
        error = say(problem, E_IO, path, errno);
    return error;
}

int file_write(const char *path, struct span bytes, mode_t mode, struct problem *problem)
{
    if (is_no_file(path))
        return write_through(path, bytes, problem);
    return write_by_rename(path, bytes, mode, current_calls.rename, problem);
}

int file_create(const char *path, struct span bytes, mode_t mode, struct problem *problem)
{
    return write_by_rename(path, bytes, mode, current_calls.rename_new, problem);
}

struct file_stream {
    char *path, *temporary;
    int fd, error;
};

static int stream_init(struct file_stream *s, const char *path, mode_t mode,
                       struct problem *problem)
{
    size_t room = strlen(path) + sizeof ".tmp";
    s->path = mem_strdup(path);
    s->temporary = mem_alloc(room);
    REJECT_IF(!s->path || !s->temporary, E_NOMEM);
    if (is_no_file(path)) {
        mem_free(s->temporary);
        s->temporary = NULL;
        s->fd = open(path, O_WRONLY | O_NOCTTY | O_CLOEXEC);
        return s->fd < 0 ? say(problem, open_error(errno), path, errno) : 0;
    }
    snprintf(s->temporary, room, "%s.tmp", path);
    return open_temporary(s->temporary, mode, &s->fd, problem);
}

int file_stream_new(const char *path, mode_t mode, struct file_stream **ret_stream,
                    struct problem *problem)
{
    struct file_stream *s = mem_calloc(1, sizeof *s);
    REJECT_IF(!s, E_NOMEM);
    s->fd = -1;
    int error = stream_init(s, path, mode, problem);
    if (error < 0)
        file_stream_drop(s);
    else
        *ret_stream = s;
    return error;
}

static int stream_fail(struct file_stream *s, int error_number, struct problem *problem)
{
    s->error = say(problem, E_IO, s->temporary ? s->temporary : s->path, error_number);
    return s->error;
}

int file_stream_put(struct file_stream *s, struct span bytes, struct problem *problem)
{
    TRY(s->error);
    if (file_write_all(s->fd, bytes.data, bytes.len) < 0)
        return stream_fail(s, errno, problem);
    return 0;
}

int file_stream_sync(struct file_stream *s, struct problem *problem)
{
    TRY(s->error);
    if (s->temporary && current_calls.fsync(s->fd) != 0)
        return stream_fail(s, errno, problem);
    int fd = s->fd;
    s->fd = -1;
    return close(fd) == 0 ? 0 : stream_fail(s, errno, problem);
}

int file_stream_finish(struct file_stream *s, struct problem *problem)
{
    int error = s->error;
    ASSERT(error < 0 || s->fd < 0);
    bool renamed = error == 0 && s->temporary;
    if (renamed && current_calls.rename(s->temporary, s->path) != 0)
        error = say(problem, open_error(errno), s->path, errno);
    if (renamed && error == 0) {
        error = file_sync_folder_of(s->path, problem);
        mem_free(s->temporary);
        s->temporary = NULL;
    }
    file_stream_drop(s);
    return error;
}

void file_stream_drop(struct file_stream *s)
{
    if (!s)
        return;
    if (s->fd >= 0)
        close(s->fd);
    if (s->temporary)
        unlink(s->temporary);
    mem_free(s->temporary);
    mem_free(s->path);
    mem_free(s);
}

int file_make_folder(const char *path, struct problem *problem)
{
    if (mkdir(path, 0700) != 0) {
        int why = errno;
        struct stat st;
        if (why != EEXIST || stat(path, &st) != 0 || !S_ISDIR(st.st_mode))
            return say(problem, open_error(why), path, why);
    }
    return file_sync_folder_of(path, problem);
}

const char *file_name(const char *path)
{
    const char *slash = strrchr(path, '/');
    return slash && slash[1] ? slash + 1 : path;
}

bool file_exists(const char *path)
{
    return access(path, F_OK) == 0;
}
