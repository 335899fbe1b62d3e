/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* Bytes that come bit by bit, from a callback, looked at before they are taken; and what gzip
 * (RFC 1952) has packed, member by member. Memory does not depend on how much comes. */
#ifndef ORIGINS_READ_STREAM_H
#define ORIGINS_READ_STREAM_H

#include "base/buf.h"
#include "base/error.h"

/* Up to room bytes into out; *ret_got 0 is the end. E_IO and what else the source has. */
typedef int read_more(void *arg, uint8_t *out, size_t room, size_t *ret_got);

#define READ_STREAM_AHEAD_BYTES ((size_t)1 << 16)

struct read_stream {
    read_more *more;
    void *arg;
    uint8_t *data; /* READ_STREAM_AHEAD_BYTES of it */
    size_t from, to;
    uint64_t taken; /* bytes, since the first */
    bool ended;
};

int read_stream_init(struct read_stream *s, read_more *more, void *arg) MUST_USE;
void read_stream_release(struct read_stream *s);
/* A view of what comes next, want bytes of it, or fewer where it ends; until the next call. want is
 * at most READ_STREAM_AHEAD_BYTES. */
int read_stream_peek(struct read_stream *s, size_t want, struct span *ret_ahead) MUST_USE;
/* Takes count bytes that were peeked at. */
void read_stream_take(struct read_stream *s, size_t count);
/* Takes count bytes and appends them to out, or drops them when out is NULL; *ret_got is fewer
 * where it ends. Errors of the source, and out's. */
int read_stream_copy(struct read_stream *s, uint64_t count, struct buf *out,
                     uint64_t *ret_got) MUST_USE;

/* What is packed in below. Members that stand behind each other are one; what is behind the last
 * and is no member is passed over. */
struct read_inflate;
enum read_packing {
    READ_GZIP,
    READ_DEFLATE, /* with zlib's header or without (RFC 1950, 1951): both are sent by that name */
};
int read_inflate_new(struct read_stream *below, enum read_packing packing,
                     struct read_inflate **ret_inflate) MUST_USE;
void read_inflate_free(struct read_inflate *z);
/* A read_more. Where the packed bytes are damaged or cut short what comes is what there was before;
 * read_inflate_broken tells. */
int read_inflate_more(void *inflate, uint8_t *out, size_t room, size_t *ret_got) MUST_USE;
bool read_inflate_broken(const struct read_inflate *z);

#endif
