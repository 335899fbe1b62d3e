/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/mem.h"
#include "desk/cmd_origins.h"

#define FILE_MODE 0600
#define STAMP_BYTES 80
#define READERS 1 /* goes up when the readers find something else in the same bytes */

static int read_fd(void *arg, uint8_t *out, size_t room, size_t *ret_got)
{
    const int *fd = arg;
    ssize_t got;
    do {
        got = read(*fd, out, room);
    } while (got < 0 && errno == EINTR);
    REJECT_IF(got < 0, E_IO);
    *ret_got = (size_t)got;
    return 0;
}

static struct span stamp_of(const struct origins_files *f, const struct walk_file *file,
                            char out[STAMP_BYTES])
{
    int len = snprintf(out, STAMP_BYTES, "%d %" PRIu64 " %" PRId64 " %016" PRIx64, READERS,
                       file->size, file->changed_ns, f->languages_sum);
    return span_of(out, (size_t)len);
}

/* A file that may not be read is remarked on, as one is in which there is nothing. */
static int gather_one(struct origins_files *f, const struct walk_file *file)
{
    char stamp[STAMP_BYTES];
    int fd = open(file->path, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return gather_remark(f->gather, span_text(file->path), strerrordesc_np(errno));
    const struct read_input input = {.name = file_name(file->path), .more = read_fd, .arg = &fd};
    int error =
        gather_file(f->gather, span_text(file->path), stamp_of(f, file, stamp), &input, f->problem);
    close(fd);
    return error;
}

static int compare_path(const void *key, const void *file)
{
    const struct span *path = key;
    const char *other = ((const struct walk_file *)file)->path;
    size_t len = strlen(other);
    int order = memcmp(path->data, other, path->len < len ? path->len : len);
    return order ? order : (path->len > len) - (path->len < len);
}

static const struct walk_file *find_file(const struct origins_files *f, struct span path)
{
    return f->walk.count
               ? bsearch(&path, f->walk.files, f->walk.count, sizeof *f->walk.files, compare_path)
               : NULL;
}

/* What is in the index stays, but for files that were named again and are not as they were. */
static bool keep(void *arg, struct span path, struct span stamp)
{
    struct origins_files *f = arg;
    char now[STAMP_BYTES];
    const struct walk_file *file = find_file(f, path);
    if (!file)
        return true;
    bool same = span_equal(stamp, stamp_of(f, file, now));
    f->had[file - f->walk.files] |= same;
    return same;
}

/* Whatever there is by that name is read by what is handed in. */
static int read_index(struct origins_files *f, const char *path,
                      int (*read_all)(struct origins_files *f, struct index_reader *reader))
{
    struct index_reader *reader = NULL;
    int fd = path ? open(path, O_RDONLY | O_CLOEXEC) : -1;
    if (fd < 0 && (!path || errno == ENOENT))
        return 0;
    if (fd < 0)
        return problem_set(f->problem, E_IO, "%s: %s", path, strerrordesc_np(errno));
    int error = index_reader_new(read_fd, &fd, &reader);
    if (error == 0)
        error = read_all(f, reader);
    if (error == E_FORMAT || error == E_VERSION || error == E_DAMAGED)
        problem_at(f->problem, "%s", path);
    index_reader_free(reader);
    close(fd);
    return error;
}

static int gather_old(struct origins_files *f, struct index_reader *reader)
{
    return gather_index(f->gather, reader, keep, f, f->problem);
}

/* What an earlier run had begun to write when it was ended. Of that the whole files are taken that
 * are named again and are as they were: those behind which another begins. */

static bool is_cut(int error)
{
    return error == E_FORMAT || error == E_VERSION || error == E_DAMAGED;
}

static int count_begun(struct origins_files *f, struct index_reader *reader)
{
    struct index_entry e;
    uint64_t files = 0;
    for (bool got = true; got;) {
        int error = index_reader_next(reader, &e, &got, NULL);
        if (is_cut(error)) {
            f->begun_left = files > 0 ? files - 1 : 0;
            return 0;
        }
        TRY(error);
        files += got && e.kind == INDEX_FILE;
        REJECT_IF(watch_stopped(f->setup.watch), E_STOPPED);
    }
    f->begun_left = files;
    return 0;
}

static bool keep_begun(void *arg, struct span path, struct span stamp)
{
    struct origins_files *f = arg;
    const struct walk_file *file = find_file(f, path);
    char now[STAMP_BYTES];
    if (f->begun_left == 0)
        return false;
    f->begun_left--;
    if (!file || f->had[file - f->walk.files] || !span_equal(stamp, stamp_of(f, file, now)))
        return false;
    f->had[file - f->walk.files] = true;
    return true;
}

static int gather_begun(struct origins_files *f, struct index_reader *reader)
{
    int error = gather_index(f->gather, reader, keep_begun, f, f->problem);
    if (!is_cut(error))
        return error;
    problem_clear(f->problem);
    return 0;
}

static uint64_t size_of(const char *path)
{
    struct stat st;
    return stat(path, &st) == 0 && S_ISREG(st.st_mode) ? (uint64_t)st.st_size : 0;
}

/* Before the file is begun anew: what is there of it goes aside, unless more of it is there. */
static int set_aside(struct origins_files *f)
{
    char *being_written = arena_printf(&f->walk.arena, "%s.tmp", f->index);
    f->begun = arena_printf(&f->walk.arena, "%s.begun", f->index);
    REJECT_IF(!being_written || !f->begun, E_NOMEM);
    if (size_of(being_written) > size_of(f->begun) && rename(being_written, f->begun) != 0)
        return problem_set(f->problem, E_IO, "%s: %s", f->begun, strerrordesc_np(errno));
    return 0;
}

static int say_passed_over(struct origins_files *f)
{
    char sentence[PROBLEM_TEXT_MAX];
    if (f->walk.passed_over == 0)
        return 0;
    snprintf(sentence, sizeof sentence,
             "%zu files in folders have other endings than those that are read, this one first; "
             "name such a file itself to have it read",
             f->walk.passed_over);
    return gather_remark(f->gather, span_text(f->walk.passed_over_first), sentence);
}

static int gather_all(struct origins_files *f)
{
    TRY(read_index(f, f->index, gather_old));
    TRY(read_index(f, f->begun, count_begun));
    TRY(read_index(f, f->begun, gather_begun));
    for (size_t i = 0; i < f->walk.count; i++) {
        if (!f->had[i])
            TRY(gather_one(f, &f->walk.files[i]));
    }
    TRY(say_passed_over(f));
    return gather_close(f->gather, f->problem);
}

static int put_piece(void *arg, struct span bytes)
{
    struct origins_files *f = arg;
    return file_stream_put(f->stream, bytes, f->problem);
}

/* Around gather_all: the index is begun before it and gets its name after it; then what an earlier
 * run had begun is of no more use. */
static int gather_indexed(struct origins_files *f, struct index_writer *writer)
{
    TRY(set_aside(f));
    TRY(file_stream_new(f->index, FILE_MODE, &f->stream, f->problem));
    TRY(index_write_front(writer));
    TRY(gather_all(f));
    TRY(index_write_end(writer));
    TRY(file_stream_sync(f->stream, f->problem));
    struct file_stream *stream = f->stream;
    f->stream = NULL;
    TRY(file_stream_finish(stream, f->problem));
    if (unlink(f->begun) != 0 && errno != ENOENT)
        return problem_set(f->problem, E_IO, "%s: %s", f->begun, strerrordesc_np(errno));
    return 0;
}

int origins_files_gather(struct origins_files *f)
{
    static const char *const endings[] = {".txt",   ".text", ".html", ".htm", ".xhtml",
                                          ".shtml", ".warc", ".gz",   NULL};
    struct index_writer writer;
    walk_init(&f->walk);
    TRY(walk_all(&f->walk, f->named, f->count, endings, f->setup.watch, f->problem));
    f->had = mem_calloc(f->walk.count + 1, sizeof *f->had);
    REJECT_IF(!f->had, E_NOMEM);
    index_writer_init(&writer, put_piece, f);
    f->setup.index = f->index ? &writer : NULL;
    int error = gather_new(&f->setup, &f->gather);
    if (error == 0)
        error = f->index ? gather_indexed(f, &writer) : gather_all(f);
    index_writer_release(&writer);
    return error;
}

void origins_files_release(struct origins_files *f)
{
    file_stream_drop(f->stream);
    gather_free(f->gather);
    mem_free(f->had);
    walk_release(&f->walk);
}
