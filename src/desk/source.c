/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "desk/source_internal.h"

#include "base/encode.h"
#include "base/file.h"
#include "base/mem.h"

/* A folder */

/* Paths are made by this program, but a path that climbs is refused all the same. */
static int get_file(struct source *source, const char *path, size_t max_bytes, struct buf *out,
                    struct problem *problem)
{
    struct buf name;
    REJECT_IF(path[0] != '/' || strstr(path, ".."), E_ARGUMENT);
    buf_init(&name, 8192);
    buf_printf(&name, "%s%s", source->address, path);
    int error = buf_error(&name);
    if (error == 0)
        error = file_read(buf_cstr(&name), max_bytes, out, problem);
    buf_release(&name);
    return error;
}

static int get_sealed_file(struct source *source, const uint8_t *id, struct buf *out,
                           struct problem *problem)
{
    struct buf path, bytes;
    buf_init(&path, 64);
    buf_init(&bytes, SOURCE_BODY_MAX_BYTES);
    buf_text(&path, "/sealed/");
    hex_put(&path, span_of(id, ENTRY_ID_BYTES));
    int error = get_file(source, buf_cstr(&path), SOURCE_BODY_MAX_BYTES, &bytes, problem);
    if (error == E_NOT_FOUND) {
        problem_clear(problem);
        error = 0;
    }
    if (error == 0) {
        buf_u32(out, (uint32_t)bytes.len);
        buf_span(out, buf_bytes(&bytes));
        error = buf_error(out);
    }
    buf_release(&path);
    buf_release(&bytes);
    return error;
}

static int get_sealed_files(struct source *source, const uint8_t *const *ids, size_t count,
                            struct buf *out, struct problem *problem)
{
    for (size_t i = 0; i < count; i++)
        TRY(get_sealed_file(source, ids[i], out, problem));
    return 0;
}

static const struct source_ops folder_ops = {.get = get_file, .get_sealed = get_sealed_files};

int source_open_folder(const char *path, struct source **ret_source, struct problem *problem)
{
    struct source *source;
    TRY(source_internal_new(&folder_ops, path, &source));
    struct buf roster;
    buf_init(&roster, SOURCE_REPLY_MAX_BYTES);
    int error = get_file(source, "/roster", SOURCE_REPLY_MAX_BYTES, &roster, NULL);
    buf_release(&roster);
    if (error < 0) {
        source_free(source);
        return problem_set(problem, error,
                           "%s holds no copy of a line: there is no file \"roster\" in it.", path);
    }
    *ret_source = source;
    return 0;
}

/* What both have */

int source_internal_new(const struct source_ops *ops, const char *address,
                        struct source **ret_source)
{
    struct source *source = mem_calloc(1, sizeof *source);
    REJECT_IF(!source, E_NOMEM);
    source->ops = ops;
    source->address = mem_strdup(address);
    if (!source->address) {
        mem_free(source);
        return E_NOMEM;
    }
    *ret_source = source;
    return 0;
}

void source_free(struct source *source)
{
    if (!source)
        return;
    if (source->ops->release)
        source->ops->release(source);
    mem_free(source->address);
    mem_free(source);
}

void source_on_wait(struct source *source, source_wait_fn *fn, void *context)
{
    source->on_wait = fn;
    source->on_wait_context = context;
}

bool source_is_line(const struct source *source)
{
    return source->ops->post != NULL;
}

int source_get(struct source *source, const char *path, size_t max_bytes, struct buf *out,
               struct problem *problem)
{
    ASSERT(max_bytes <= SOURCE_REPLY_MAX_BYTES);
    return source->ops->get(source, path, max_bytes, out, problem);
}

/* How many whole items came; a stranger may have sent anything. */
static int count_items(struct span reply, size_t asked, size_t *ret_count)
{
    struct cursor c;
    size_t count = 0;
    cursor_init(&c, reply);
    while (cursor_left(&c) > 0 && !c.failed) {
        cursor_block32(&c, SOURCE_BODY_MAX_BYTES);
        count++;
    }
    REJECT_IF(cursor_end(&c) < 0 || count == 0 || count > asked, E_FORMAT);
    *ret_count = count;
    return 0;
}

int source_get_sealed(struct source *source, const uint8_t *const *ids, size_t count,
                      struct buf *out, size_t *ret_count, struct problem *problem)
{
    ASSERT(count > 0 && count <= SOURCE_SEALED_MAX);
    size_t before = out->len;
    TRY(source->ops->get_sealed(source, ids, count, out, problem));
    int error = count_items(span_slice(buf_bytes(out), before, out->len), count, ret_count);
    return error < 0 ? problem_set(problem, error, "The entries that were sent are damaged.") : 0;
}

int source_post(struct source *source, const char *path, struct span body, struct problem *problem)
{
    ASSERT(source->ops->post && body.len <= SOURCE_BODY_MAX_BYTES);
    return source->ops->post(source, path, body, problem);
}
