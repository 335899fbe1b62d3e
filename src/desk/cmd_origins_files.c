/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdlib.h>
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

static const char *file_of(const char *path)
{
    const char *slash = strrchr(path, '/');
    return slash && slash[1] ? slash + 1 : path;
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
    const struct read_input input = {.name = file_of(file->path), .more = read_fd, .arg = &fd};
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

/* What is in the index stays, but for files that were named again and are not as they were. */
static bool keep(void *arg, struct span path, struct span stamp)
{
    struct origins_files *f = arg;
    char now[STAMP_BYTES];
    const struct walk_file *file = f->walk.count ? bsearch(&path, f->walk.files, f->walk.count,
                                                           sizeof *f->walk.files, compare_path)
                                                 : NULL;
    if (!file)
        return true;
    bool same = span_equal(stamp, stamp_of(f, file, now));
    f->had[file - f->walk.files] |= same;
    return same;
}

static int gather_old(struct origins_files *f)
{
    struct index_reader *reader = NULL;
    int fd = f->index ? open(f->index, O_RDONLY | O_CLOEXEC) : -1;
    if (fd < 0 && (!f->index || errno == ENOENT))
        return 0;
    if (fd < 0)
        return problem_set(f->problem, E_IO, "%s: %s", f->index, strerrordesc_np(errno));
    int error = index_reader_new(read_fd, &fd, &reader);
    if (error == 0)
        error = gather_index(f->gather, reader, keep, f, f->problem);
    if (error == E_FORMAT || error == E_VERSION || error == E_DAMAGED)
        problem_at(f->problem, "%s", f->index);
    index_reader_free(reader);
    close(fd);
    return error;
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
    TRY(gather_old(f));
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

/* Around gather_all: the index is begun before it and gets its name after it. */
static int gather_indexed(struct origins_files *f, struct index_writer *writer)
{
    TRY(file_stream_new(f->index, FILE_MODE, &f->stream, f->problem));
    TRY(index_write_front(writer));
    TRY(gather_all(f));
    TRY(index_write_end(writer));
    TRY(file_stream_sync(f->stream, f->problem));
    struct file_stream *stream = f->stream;
    f->stream = NULL;
    return file_stream_finish(stream, f->problem);
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
