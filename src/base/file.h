/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* Files: read whole with a limit, written whole or not at all. Every system call that can lose
 * data goes through a table, so that tests fail the Nth of them or drop what was not synced. */
#ifndef BASE_FILE_H
#define BASE_FILE_H

#include <sys/types.h>

#include "base/buf.h"
#include "base/error.h"

/* Appends the file to out. E_NOT_FOUND, E_TOO_LARGE (over max_bytes), E_IO, E_NOMEM. */
int file_read(const char *path, size_t max_bytes, struct buf *out,
              struct problem *problem) MUST_USE;
/* Writes path.tmp, syncs it, renames it, syncs the folder: after 0 it is durable. After an error
 * the old file, or none, is there; only when it was the last step, the folder's sync, that failed,
 * the new one is there whole and may be lost again. mode as for open(2), for instance 0600. One
 * writer of one path at a time. A device or a pipe (/dev/null, /dev/stdout) is written to and not
 * replaced. */
int file_write(const char *path, struct span bytes, mode_t mode, struct problem *problem) MUST_USE;
/* As file_write but E_EXISTS when something is there already. */
int file_create(const char *path, struct span bytes, mode_t mode, struct problem *problem) MUST_USE;

/* The same piece by piece, for what is too large for memory: path.tmp until it is finished. What is
 * a device or a pipe gets the pieces as they come. */
struct file_stream;
int file_stream_new(const char *path, mode_t mode, struct file_stream **ret_stream,
                    struct problem *problem) MUST_USE;
/* E_IO; the same again after an error. */
int file_stream_put(struct file_stream *s, struct span bytes, struct problem *problem) MUST_USE;
/* All that was put is on the disk, not yet by its name: so that several files can be finished
 * together. E_IO. */
int file_stream_sync(struct file_stream *s, struct problem *problem) MUST_USE;
/* Renames, and syncs the folder; after file_stream_sync. Errors as file_write has them. Frees. */
int file_stream_finish(struct file_stream *s, struct problem *problem) MUST_USE;
/* Removes and frees what was not finished; NULL is none. */
void file_stream_drop(struct file_stream *s);

/* Makes the folder, mode 0700, and syncs its parent; 0 too when it is there. Not recursive. */
int file_make_folder(const char *path, struct problem *problem) MUST_USE;
bool file_exists(const char *path);
/* The last part of a path, in it; of one that ends with a slash, the whole. */
const char *file_name(const char *path);
int file_sync_folder_of(const char *path, struct problem *problem) MUST_USE;
/* All of len, over short writes and EINTR. E_IO. */
int file_write_all(int fd, const void *data, size_t len) MUST_USE;
/* What was written is on the disk. E_IO. */
int file_sync(int fd) MUST_USE;

struct file_calls {
    ssize_t (*write)(int fd, const void *data, size_t len);
    int (*fsync)(int fd);
    int (*rename)(const char *from, const char *to);
    /* As rename, but EEXIST when there is something by the name to. */
    int (*rename_new)(const char *from, const char *to);
};
/* For tests; NULL sets the real ones, as does a NULL member for itself. */
void file_use_calls(const struct file_calls *calls);

#endif
