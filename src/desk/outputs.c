/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "desk/outputs.h"

#include <string.h>
#include <sys/stat.h>

#define FILE_MODE 0600
#define STANDARD_OUTPUT "/dev/stdout"

/* Whether the two paths are one name in one folder, however they are written. */
static bool is_one_place(const char *one, const char *other, struct cli *cli)
{
    const char *paths[] = {one, other};
    struct stat folder[2];
    for (size_t i = 0; i < 2; i++) {
        int len = (int)(file_name(paths[i]) - paths[i]);
        const char *path = arena_printf(&cli->arena, "%.*s.", len, paths[i]);
        if (!path || stat(path, &folder[i]) != 0)
            return strcmp(one, other) == 0;
    }
    return strcmp(file_name(one), file_name(other)) == 0 && folder[0].st_dev == folder[1].st_dev &&
           folder[0].st_ino == folder[1].st_ino;
}

int outputs_spare(const struct output *outputs, size_t count, const char *path, struct cli *cli)
{
    for (size_t i = 0; path && i < count; i++) {
        if (outputs[i].path && is_one_place(outputs[i].path, path, cli))
            return problem_set(&cli->problem, E_ARGUMENT, "%s was named for two files", path);
    }
    return 0;
}

int outputs_open(struct output *outputs, size_t count, struct cli *cli)
{
    for (size_t i = 0; i < count; i++) {
        struct output *out = &outputs[i];
        struct stat there;
        out->problem = &cli->problem;
        if (!out->path)
            continue;
        if (strcmp(out->path, "-") == 0)
            out->path = STANDARD_OUTPUT;
        TRY(outputs_spare(outputs, i, out->path, cli));
        if (stat(out->path, &there) == 0 && S_ISDIR(there.st_mode))
            return problem_set(out->problem, E_ARGUMENT,
                               "%s is a folder: name a file in it to write to", out->path);
        TRY(file_stream_new(out->path, FILE_MODE, &out->stream, out->problem));
    }
    return 0;
}

void outputs_drop(struct output *outputs, size_t count)
{
    for (size_t i = 0; i < count; i++)
        file_stream_drop(outputs[i].stream);
}

bool outputs_say(const struct output *outputs, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        if (outputs[i].path && strcmp(outputs[i].path, STANDARD_OUTPUT) == 0)
            return true;
    }
    return false;
}

int output_put(void *arg, struct span bytes)
{
    struct output *out = arg;
    return file_stream_put(out->stream, bytes, out->problem);
}

int outputs_finish(struct output *outputs, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        if (outputs[i].path)
            TRY(file_stream_sync(outputs[i].stream, outputs[i].problem));
    }
    for (size_t i = 0; i < count; i++) {
        struct file_stream *stream = outputs[i].stream;
        outputs[i].stream = NULL;
        if (stream)
            TRY(file_stream_finish(stream, outputs[i].problem));
    }
    return 0;
}
