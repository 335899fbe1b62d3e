/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "origins/read_stream.h"

#include <string.h>

#include "base/mem.h"

int read_stream_init(struct read_stream *s, read_more *more, void *arg)
{
    *s = (struct read_stream){.more = more, .arg = arg};
    s->data = mem_alloc(READ_STREAM_AHEAD_BYTES);
    return s->data ? 0 : E_NOMEM;
}

void read_stream_release(struct read_stream *s)
{
    mem_free(s->data);
    s->data = NULL;
}

int read_stream_peek(struct read_stream *s, size_t want, struct span *ret_ahead)
{
    ASSERT(want <= READ_STREAM_AHEAD_BYTES);
    if (s->to - s->from < want && s->from > 0) {
        memmove(s->data, s->data + s->from, s->to - s->from);
        s->to -= s->from;
        s->from = 0;
    }
    while (s->to - s->from < want && !s->ended) {
        size_t got = 0;
        TRY(s->more(s->arg, s->data + s->to, READ_STREAM_AHEAD_BYTES - s->to, &got));
        s->ended = got == 0;
        s->to += got;
    }
    *ret_ahead = span_of(s->data + s->from, s->to - s->from);
    return 0;
}

void read_stream_take(struct read_stream *s, size_t count)
{
    ASSERT(count <= s->to - s->from);
    s->from += count;
    s->taken += count;
}

int read_stream_copy(struct read_stream *s, uint64_t count, struct buf *out, uint64_t *ret_got)
{
    uint64_t left = count;
    while (left > 0) {
        struct span ahead;
        TRY(read_stream_peek(s, 1, &ahead));
        if (ahead.len == 0)
            break;
        size_t part = ahead.len < left ? ahead.len : (size_t)left;
        if (out) {
            buf_put(out, ahead.data, part);
            TRY(buf_error(out));
        }
        read_stream_take(s, part);
        left -= part;
    }
    *ret_got = count - left;
    return 0;
}
