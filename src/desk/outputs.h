/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* The files that a command writes, all or none: each is written beside its name and gets it when
 * all are whole (file_stream of base/file.h). */
#ifndef DESK_OUTPUTS_H
#define DESK_OUTPUTS_H

#include "base/file.h"
#include "desk/cli.h"

struct output {
    const char *path; /* "-" is standard output; NULL when it was not asked for */
    struct file_stream *stream;
    struct problem *problem;
};

/* Stays what it is. E_ARGUMENT: two of them are one file, or one is a folder; errors of
 * file_stream_new. Drop in any case. */
int outputs_open(struct output *outputs, size_t count, struct cli *cli) MUST_USE;
void outputs_drop(struct output *outputs, size_t count);
bool outputs_say(const struct output *outputs, size_t count); /* one goes to standard output */
/* E_ARGUMENT when a further file of the command's, which may be NULL, is one of them. */
int outputs_spare(const struct output *outputs, size_t count, const char *path,
                  struct cli *cli) MUST_USE;

/* arg is an output with a path: for those that write piece by piece. */
int output_put(void *arg, struct span bytes) MUST_USE;
/* Errors of file_stream_sync and file_stream_finish. */
int outputs_finish(struct output *outputs, size_t count) MUST_USE;

#endif
