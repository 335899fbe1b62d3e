/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* The lists are hashed where they lie, in pieces: they may be larger than memory, and are read from
 * their beginning afterwards. */
#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "base/mem.h"
#include "base/watch.h"
#include "desk/cmd_link.h"

#define PIECE_BYTES ((size_t)1 << 20)
#define WORK_MAX_BYTES ((size_t)64 << 20)

/* Less than PIECE_BYTES only at the end. */
static int read_piece(int fd, uint64_t from, uint8_t *piece, size_t *ret_len)
{
    size_t len = 0;
    while (len < PIECE_BYTES) {
        ssize_t n = pread(fd, piece + len, PIECE_BYTES - len, (off_t)(from + len));
        if (n < 0 && errno == EINTR)
            continue;
        REJECT_IF(n < 0, E_IO);
        if (n == 0)
            break;
        len += (size_t)n;
    }
    *ret_len = len;
    return 0;
}

static int put_hashes(int fd, struct watch *watch, uint8_t *piece, struct buf *hashes)
{
    size_t len = PIECE_BYTES;
    for (uint64_t from = 0; len == PIECE_BYTES; from += len) {
        REJECT_IF(watch_stopped(watch), E_STOPPED);
        TRY(read_piece(fd, from, piece, &len));
        struct hash hash = hash_sha256(span_of(piece, len));
        if (len > 0)
            buf_put(hashes, hash.bytes, sizeof hash.bytes);
    }
    return buf_error(hashes);
}

static int put_list(const struct link_source *list, struct watch *watch, uint8_t *piece,
                    struct buf *work, struct problem *problem)
{
    struct buf hashes;
    buf_init(&hashes, WORK_MAX_BYTES);
    int error = put_hashes(list->fd, watch, piece, &hashes);
    if (error == E_IO)
        problem_set(problem, error, "%s: %s", list->name, strerrordesc_np(errno));
    if (error == 0) {
        struct hash hash = hash_sha256(buf_bytes(&hashes));
        buf_put(work, hash.bytes, sizeof hash.bytes);
    }
    buf_release(&hashes);
    return error;
}

int cmd_link_work(const struct link_options *options, struct watch *watch, struct hash *ret_work,
                  struct problem *problem)
{
    struct buf work;
    uint8_t *piece = mem_alloc(PIECE_BYTES);
    REJECT_IF(!piece, E_NOMEM);
    buf_init(&work, WORK_MAX_BYTES);
    link_run_depends(options, &work);
    int error = buf_error(&work);
    for (size_t i = 0; i < options->source_count && error == 0; i++)
        error = put_list(&options->sources[i], watch, piece, &work, problem);
    if (error == 0)
        error = buf_error(&work);
    if (error == 0)
        *ret_work = hash_sha256(buf_bytes(&work));
    mem_wipe(piece, PIECE_BYTES);
    mem_free(piece);
    buf_wipe_release(&work);
    return error;
}
