/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* Archivers keep a response as it was sent, or undo its chunks and packing and leave the head as it
 * was; so a body is looked at before its head is believed. */
#include <string.h>
#include <strings.h>

#include "origins/read_internal.h"

#define UNPACKED_MAX_BYTES READ_DOCUMENT_MAX_BYTES

struct span read_header(struct span lines, const char *name)
{
    const size_t name_len = strlen(name);
    while (lines.len > 0) {
        const uint8_t *end = memchr(lines.data, '\n', lines.len);
        size_t len = end ? (size_t)(end - lines.data) : lines.len;
        struct span line = span_slice(lines, 0, len);
        lines = span_slice(lines, len + 1, lines.len);
        if (line.len <= name_len || line.data[name_len] != ':' ||
            strncasecmp((const char *)line.data, name, name_len) != 0)
            continue;
        line = span_slice(line, name_len + 1, line.len);
        while (line.len > 0 && (line.data[0] == ' ' || line.data[0] == '\t'))
            line = span_slice(line, 1, line.len);
        while (line.len > 0 && strchr(" \t\r", line.data[line.len - 1]))
            line.len--;
        return line;
    }
    return span_of(NULL, 0);
}

size_t read_head_len(struct span bytes)
{
    size_t at = 0;
    while (at < bytes.len) {
        const uint8_t *end = memchr(bytes.data + at, '\n', bytes.len - at);
        if (!end)
            return 0;
        size_t len = (size_t)(end - bytes.data) - at;
        bool empty = len == 0 || (len == 1 && bytes.data[at] == '\r');
        at += len + 1;
        if (empty)
            return at;
    }
    return 0;
}

/* Of "1a2f;ext\r\n" at the front: the number, and how long the line is. */
static bool chunk_line(struct span bytes, uint64_t *ret_size, size_t *ret_len)
{
    uint64_t size = 0;
    size_t at = 0;
    for (; at < bytes.len && at < 15; at++) {
        uint8_t c = bytes.data[at];
        if (c >= '0' && c <= '9')
            size = size << 4 | (uint64_t)(c - '0');
        else if ((c | 32) >= 'a' && (c | 32) <= 'f')
            size = size << 4 | (uint64_t)((c | 32) - 'a' + 10);
        else
            break;
    }
    if (at == 0 || at == bytes.len || !strchr(";\r\n \t", bytes.data[at]) || bytes.data[at] == 0)
        return false;
    const uint8_t *end = memchr(bytes.data + at, '\n', bytes.len - at);
    *ret_size = size;
    *ret_len = end ? (size_t)(end - bytes.data) + 1 : 0;
    return end != NULL;
}

/* false: it is in no chunks. A last chunk that is missing is no fault. */
static bool take_chunks(struct span body, struct buf *out)
{
    uint64_t size;
    size_t len;
    while (chunk_line(body, &size, &len)) {
        if (size == 0)
            return true;
        body = span_slice(body, len, body.len);
        struct span chunk = span_slice(body, 0, size < body.len ? (size_t)size : body.len);
        buf_span(out, chunk);
        body = span_slice(body, chunk.len, body.len);
        while (body.len > 0 && (body.data[0] == '\r' || body.data[0] == '\n'))
            body = span_slice(body, 1, body.len);
    }
    return out->len > 0 && body.len == 0;
}

static int more_of_span(void *arg, uint8_t *out, size_t room, size_t *ret_got)
{
    struct span *rest = arg, part = span_slice(*rest, 0, room);
    if (part.len > 0)
        memcpy(out, part.data, part.len);
    *rest = span_slice(*rest, part.len, rest->len);
    *ret_got = part.len;
    return 0;
}

static int inflate_into(struct read_stream *below, enum read_packing packing, struct buf *out,
                        bool *ret_cut)
{
    struct read_inflate *z = NULL;
    struct read_stream unpacked = {0};
    uint64_t got;
    int error = read_inflate_new(below, packing, &z);
    if (error == 0)
        error = read_stream_init(&unpacked, read_inflate_more, z);
    if (error == 0)
        error = read_stream_copy(&unpacked, UINT64_MAX, out, &got);
    if (error == 0)
        *ret_cut = read_inflate_broken(z);
    read_stream_release(&unpacked);
    read_inflate_free(z);
    return error;
}

static int unpack(struct span body, enum read_packing packing, struct buf *out, bool *ret_cut)
{
    struct read_stream below;
    int error = read_stream_init(&below, more_of_span, &body);
    if (error == 0)
        error = inflate_into(&below, packing, out, ret_cut);
    read_stream_release(&below);
    return error;
}

static bool is_value(struct span value, const char *lower)
{
    return value.len == strlen(lower) &&
           strncasecmp((const char *)value.data, lower, value.len) == 0;
}

static bool is_gzip(struct span body)
{
    return body.len > 2 && body.data[0] == 0x1f && body.data[1] == 0x8b;
}

/* decoded holds the chunks; they are unpacked into another buffer, which takes its place. */
static int take_packing(struct span encoding, struct buf *decoded, struct span *body, bool *ret_cut,
                        struct problem *problem)
{
    bool gzip = (is_value(encoding, "gzip") || is_value(encoding, "x-gzip")) && is_gzip(*body);
    bool deflate = is_value(encoding, "deflate") && body->len > 0 && body->data[0] != '<';
    if (is_value(encoding, "br") || is_value(encoding, "zstd"))
        return problem_set(problem, E_FORMAT, "its body is packed with %.*s, which is not read",
                           (int)encoding.len, (const char *)encoding.data);
    if (!gzip && !deflate)
        return 0;
    struct buf unpacked;
    buf_init(&unpacked, UNPACKED_MAX_BYTES);
    int error = unpack(*body, gzip ? READ_GZIP : READ_DEFLATE, &unpacked, ret_cut);
    if (error < 0) {
        buf_release(&unpacked);
        return error;
    }
    buf_release(decoded);
    *decoded = unpacked;
    *body = buf_bytes(decoded);
    return 0;
}

static unsigned status_of(struct span head)
{
    const uint8_t *space = head.len ? memchr(head.data, ' ', head.len) : NULL;
    unsigned status = 0;
    if (!space || head.len < 5 || memcmp(head.data, "HTTP/", 5) != 0)
        return 0;
    struct span digits = span_slice(head, (size_t)(space - head.data) + 1, 3);
    for (size_t i = 0; i < digits.len; i++) {
        if (digits.data[i] < '0' || digits.data[i] > '9')
            return 0;
        status = status * 10 + (unsigned)(digits.data[i] - '0');
    }
    return status;
}

int read_http_response(struct span response, struct buf *decoded, struct read_http *ret_http,
                       bool *ret_cut, struct problem *problem)
{
    size_t head_len = read_head_len(response);
    struct span head = span_slice(response, 0, head_len);
    struct read_http h = {.status = status_of(head),
                          .type = read_header(head, "Content-Type"),
                          .body = span_slice(response, head_len, response.len)};
    *ret_cut = false;
    if (h.status == 0)
        return problem_set(problem, E_FORMAT, "it is no answer of an HTTP server");
    if (is_value(read_header(head, "Transfer-Encoding"), "chunked")) {
        if (take_chunks(h.body, decoded))
            h.body = buf_bytes(decoded);
        TRY(buf_error(decoded));
    }
    TRY(take_packing(read_header(head, "Content-Encoding"), decoded, &h.body, ret_cut, problem));
    *ret_http = h;
    return 0;
}
