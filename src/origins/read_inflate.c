/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include <zlib.h>

#include "base/mem.h"
#include "origins/read_stream.h"

struct read_inflate {
    struct read_stream *below;
    enum read_packing packing;
    z_stream z;
    bool begun;   /* z is within a member */
    bool started; /* z is to be ended */
    bool broken, ended;
};

static void *allocate(void *arg, unsigned count, unsigned size)
{
    (void)arg;
    return mem_calloc(count, size);
}

static void release(void *arg, void *p)
{
    (void)arg;
    mem_free(p);
}

int read_inflate_new(struct read_stream *below, enum read_packing packing,
                     struct read_inflate **ret_inflate)
{
    struct read_inflate *z = mem_calloc(1, sizeof *z);
    REJECT_IF(!z, E_NOMEM);
    z->below = below;
    z->packing = packing;
    z->z.zalloc = allocate;
    z->z.zfree = release;
    *ret_inflate = z;
    return 0;
}

void read_inflate_free(struct read_inflate *z)
{
    if (!z)
        return;
    if (z->started)
        inflateEnd(&z->z);
    mem_free(z);
}

/* Of a deflated body: zlib's header is a method of 8 and a check that 31 divides. */
static int window_of(const struct read_inflate *z, struct span ahead)
{
    if (z->packing == READ_GZIP)
        return 15 + 16;
    bool header = ahead.len >= 2 && (ahead.data[0] & 15) == 8 &&
                  ((unsigned)ahead.data[0] << 8 | ahead.data[1]) % 31 == 0;
    return header ? 15 : -15;
}

/* Sets ended where there is no further member. */
static int begin_member(struct read_inflate *z)
{
    struct span ahead;
    TRY(read_stream_peek(z->below, 2, &ahead));
    bool magic = ahead.len >= 2 && ahead.data[0] == 0x1f && ahead.data[1] == 0x8b;
    if (ahead.len == 0 || (z->packing == READ_GZIP && !magic) ||
        (z->packing == READ_DEFLATE && z->started)) {
        z->ended = true;
        return 0;
    }
    int window = window_of(z, ahead);
    int error = z->started ? inflateReset2(&z->z, window) : inflateInit2(&z->z, window);
    REJECT_IF(error != Z_OK, E_NOMEM);
    z->started = z->begun = true;
    return 0;
}

static int step(struct read_inflate *z, uint8_t *out, size_t room, size_t *ret_got)
{
    struct span ahead;
    TRY(read_stream_peek(z->below, 1, &ahead));
    z->z.next_in = (Bytef *)(uintptr_t)ahead.data;
    z->z.avail_in = (unsigned)ahead.len;
    z->z.next_out = out;
    z->z.avail_out = (unsigned)room;
    int result = inflate(&z->z, Z_NO_FLUSH);
    read_stream_take(z->below, ahead.len - z->z.avail_in);
    *ret_got = room - z->z.avail_out;
    REJECT_IF(result == Z_MEM_ERROR, E_NOMEM);
    if (result == Z_STREAM_END)
        z->begun = false;
    else if (result != Z_OK || (ahead.len == 0 && *ret_got == 0))
        z->broken = z->ended = true;
    return 0;
}

int read_inflate_more(void *inflate, uint8_t *out, size_t room, size_t *ret_got)
{
    struct read_inflate *z = inflate;
    size_t got = 0;
    if (room > UINT32_MAX)
        room = UINT32_MAX;
    while (got == 0 && !z->ended) {
        if (!z->begun)
            TRY(begin_member(z));
        if (z->begun && !z->ended)
            TRY(step(z, out, room, &got));
    }
    *ret_got = got;
    return 0;
}

bool read_inflate_broken(const struct read_inflate *z)
{
    return z->broken;
}
