/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "desk/source_internal.h"

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

static const struct source_ops folder_ops = {.get = get_file};

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

int source_post(struct source *source, const char *path, struct span body,
                struct problem *problem)
{
    ASSERT(source->ops->post && body.len <= SOURCE_BODY_MAX_BYTES);
    return source->ops->post(source, path, body, problem);
}
