/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* A block is sealed once, when it is full, and its number is the nonce; what does not yet fill one
 * stays in memory. So no nonce is used twice, and no block can stand in another's place. */
#include "seal/spill.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/file.h"
#include "base/mem.h"
#include "base/random.h"
#include "seal/prim_internal.h"
#include "seal/secret.h"

#define BLOCK_BYTES 65536u
#define SEALED_BYTES (BLOCK_BYTES + PRIM_TAG_BYTES)
#define NO_BLOCK UINT64_MAX

/* In guarded memory: the blocks hold people's data. */
struct open_blocks {
    uint8_t kn[PRIM_KN_BYTES];
    uint8_t last[BLOCK_BYTES];    /* being filled */
    uint8_t opened[SEALED_BYTES]; /* the one read last */
};

struct sealed_spill {
    struct spill spill;
    int fd;
    bool failed;
    uint64_t blocks; /* in the file */
    size_t last_len;
    uint64_t opened;
    struct open_blocks *open;
    uint8_t sealed[SEALED_BYTES];
};

static int say(struct sealed_spill *s, const char *what)
{
    const char *why = strerrordesc_np(errno);
    s->failed = true;
    return problem_set(&s->spill.problem, E_IO,
                       "the temporary file for what does not fit into "
                       "memory cannot be %s: %s",
                       what, why ? why : "it fails");
}

static void set_nonce(struct sealed_spill *s, uint64_t block)
{
    uint8_t *nonce = s->open->kn + SEAL_KEY_BYTES;
    for (int i = 7; i >= 0; i--, block >>= 8)
        nonce[16 + i] = (uint8_t)block;
}

static int put_block(struct sealed_spill *s)
{
    set_nonce(s, s->blocks);
    prim_aead_seal(s->open->kn, span_of(NULL, 0), span_of(s->open->last, BLOCK_BYTES), s->sealed);
    errno = 0;
    if (file_write_all(s->fd, s->sealed, SEALED_BYTES) < 0)
        return say(s, "written");
    s->blocks++;
    s->last_len = 0;
    return 0;
}

static int append(struct spill *spill, const void *data, size_t len)
{
    struct sealed_spill *s = (struct sealed_spill *)spill;
    const uint8_t *at = data;
    REJECT_IF(s->failed, E_IO);
    while (len > 0) {
        size_t part = BLOCK_BYTES - s->last_len;
        if (part > len)
            part = len;
        memcpy(s->open->last + s->last_len, at, part);
        s->last_len += part;
        at += part;
        len -= part;
        if (s->last_len == BLOCK_BYTES)
            TRY(put_block(s));
    }
    return 0;
}

static int open_block(struct sealed_spill *s, uint64_t block)
{
    size_t got = 0;
    if (block == s->opened)
        return 0;
    s->opened = NO_BLOCK;
    while (got < SEALED_BYTES) {
        ssize_t n = pread(s->fd, s->open->opened + got, SEALED_BYTES - got,
                          (off_t)(block * SEALED_BYTES + got));
        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0)
            return say(s, "read");
        got += (size_t)n;
    }
    set_nonce(s, block);
    if (!prim_aead_open(s->open->kn, span_of(NULL, 0), span_of(s->open->opened, SEALED_BYTES),
                        s->open->opened))
        return problem_set(&s->spill.problem, E_DAMAGED, "the temporary file was changed");
    s->opened = block;
    return 0;
}

static int read_back(struct spill *spill, uint64_t from, void *out, size_t len)
{
    struct sealed_spill *s = (struct sealed_spill *)spill;
    uint8_t *to = out;
    ASSERT(from + len <= s->blocks * BLOCK_BYTES + s->last_len);
    while (len > 0) {
        uint64_t block = from / BLOCK_BYTES;
        size_t start = from % BLOCK_BYTES, part = BLOCK_BYTES - start;
        if (part > len)
            part = len;
        if (block < s->blocks)
            TRY(open_block(s, block));
        memcpy(to, (block < s->blocks ? s->open->opened : s->open->last) + start, part);
        to += part;
        from += part;
        len -= part;
    }
    return 0;
}

/* Not every file system knows files without a name: there the name is taken away at once. */
static int open_unnamed(const char *folder)
{
    char path[4096];
    int fd = open(folder, O_TMPFILE | O_RDWR | O_CLOEXEC | O_EXCL, 0600);
    if (fd >= 0 || (errno != EOPNOTSUPP && errno != EISDIR && errno != ENOENT))
        return fd;
    int len = snprintf(path, sizeof path, "%s/vouchsafe-XXXXXX", folder);
    if (len < 0 || (size_t)len >= sizeof path)
        return -1;
    fd = mkostemp(path, O_CLOEXEC);
    if (fd >= 0)
        unlink(path);
    return fd;
}

int spill_sealed_new(const char *folder, struct spill **ret_spill, struct problem *problem)
{
    static const struct spill_calls calls = {append, read_back};
    struct sealed_spill *s = mem_calloc(1, sizeof *s);
    REJECT_IF(!s, E_NOMEM);
    s->spill.calls = &calls;
    s->opened = NO_BLOCK;
    s->fd = -1;
    s->open = secret_alloc(sizeof *s->open);
    if (!s->open) {
        spill_sealed_free(&s->spill);
        return E_NOMEM;
    }
    random_bytes(s->open->kn, SEAL_KEY_BYTES);
    s->fd = open_unnamed(folder);
    if (s->fd < 0) {
        const char *why = strerrordesc_np(errno);
        spill_sealed_free(&s->spill);
        return problem_set(problem, E_IO, "%s: no temporary file can be made there: %s", folder,
                           why ? why : "it fails");
    }
    *ret_spill = &s->spill;
    return 0;
}

void spill_sealed_free(struct spill *spill)
{
    struct sealed_spill *s = (struct sealed_spill *)spill;
    if (!s)
        return;
    secret_free(s->open);
    if (s->fd >= 0)
        close(s->fd);
    mem_free(s);
}
