/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* Record after record, each through one buffer; what is no page is passed over without being kept.
 * The first fault ends the file, since where the next record begins is only known from the one
 * before. */
#include <inttypes.h>
#include <string.h>
#include <strings.h>

#include "base/encode.h"
#include "origins/read_charset.h"
#include "origins/read_internal.h"

#define HEAD_MAX_BYTES ((size_t)32 << 10)
#define ADDRESS_MAX_BYTES 2048

struct warc {
    struct reading *reading;
    struct read_stream *stream;
    struct buf head, block, decoded;
    uint64_t number, at; /* of the record: from 1; its first byte */
    bool ended;
};

static bool is_type(struct span type, const char *lower)
{
    size_t len = strlen(lower);
    return type.len >= len && strncasecmp((const char *)type.data, lower, len) == 0 &&
           (type.len == len || type.data[len] == ';' || type.data[len] == ' ');
}

/* READ_BY_LOOK: neither page nor text. */
static enum read_kind kind_of(struct span type)
{
    if (is_type(type, "text/html") || is_type(type, "application/xhtml+xml"))
        return READ_HTML;
    return is_type(type, "text/plain") ? READ_PLAIN : READ_BY_LOOK;
}

static int end_early(struct warc *w, const char *what)
{
    w->ended = true;
    return read_remark(w->reading, "record %" PRIu64 ", at byte %" PRIu64 ": %s", w->number, w->at,
                       what);
}

/* The head of the next record goes to w->head, version line and empty line included. */
static int take_head(struct warc *w)
{
    struct span ahead;
    TRY(read_stream_peek(w->stream, 1, &ahead));
    while (ahead.len > 0 && (ahead.data[0] == '\r' || ahead.data[0] == '\n')) {
        read_stream_take(w->stream, 1);
        TRY(read_stream_peek(w->stream, 1, &ahead));
    }
    w->ended = ahead.len == 0;
    if (w->ended)
        return 0;
    w->number++;
    w->at = w->stream->taken;
    TRY(read_stream_peek(w->stream, HEAD_MAX_BYTES, &ahead));
    ahead = span_slice(ahead, 0, HEAD_MAX_BYTES);
    size_t len = read_head_len(ahead);
    if (ahead.len < 5 || memcmp(ahead.data, "WARC/", 5) != 0)
        return end_early(w, "no WARC record begins here; the rest was left out");
    if (len == 0)
        return end_early(w, ahead.len < HEAD_MAX_BYTES
                                ? "the file ends within the record's head; it was left out"
                                : "the record's head has no end; the rest was left out");
    buf_reset(&w->head);
    buf_put(&w->head, ahead.data, len);
    read_stream_take(w->stream, len);
    return buf_error(&w->head);
}

static struct span field(const struct warc *w, const char *name)
{
    return read_header(buf_bytes(&w->head), name);
}

/* false, after a remark, when the file ends too early, which ends all, or it was too long. */
static int take_block(struct warc *w, uint64_t len, bool *ret_got)
{
    bool fits = len <= READ_DOCUMENT_MAX_BYTES;
    uint64_t got;
    buf_reset(&w->block);
    TRY(read_stream_copy(w->stream, len, fits ? &w->block : NULL, &got));
    *ret_got = fits && got == len;
    if (got < len)
        return end_early(w, "the file ends within this record; it was left out");
    if (!fits)
        return read_remark(w->reading,
                           "record %" PRIu64 ", at byte %" PRIu64
                           ": longer than 64 MiB; it was left out",
                           w->number, w->at);
    return 0;
}

/* <https://...> too, as some write it. */
static struct span address_of(const struct warc *w)
{
    struct span address = field(w, "WARC-Target-URI");
    if (address.len >= 2 && address.data[0] == '<')
        address = span_slice(address, 1, address.len - 2);
    return span_slice(address, 0, ADDRESS_MAX_BYTES);
}

static int take_document(struct warc *w, struct span bytes, struct span type)
{
    struct reading *r = w->reading;
    struct read_piece piece = {.bytes = bytes, .kind = kind_of(type), .address = address_of(w)};
    struct span date = field(w, "WARC-Date");
    if (piece.kind == READ_BY_LOOK)
        return 0;
    char *record = arena_printf(&r->arena, "%.*s %.*s", (int)piece.address.len,
                                (const char *)piece.address.data, (int)span_slice(date, 0, 40).len,
                                date.len ? (const char *)date.data : "");
    REJECT_IF(!record, E_NOMEM);
    piece.record = span_text(record);
    piece.charset = read_charset_of_type(type);
    if (!about_find_day(span_slice(date, 0, 40), r->languages, &piece.fetched_day))
        piece.fetched_day = ABOUT_DAY_NONE;
    return read_piece(r, &piece);
}

static int take_response(struct warc *w)
{
    struct read_http http;
    bool cut;
    buf_release(&w->decoded);
    buf_init(&w->decoded, READ_DOCUMENT_MAX_BYTES);
    TRY(read_http_response(buf_bytes(&w->block), &w->decoded, &http, &cut, w->reading->problem));
    if (http.status < 200 || http.status > 203 || kind_of(http.type) == READ_BY_LOOK)
        return 0;
    if (cut)
        TRY(read_remark(w->reading,
                        "record %" PRIu64 ", at byte %" PRIu64
                        ": its packed body is damaged; what could be unpacked was used",
                        w->number, w->at));
    return take_document(w, http.body, http.type);
}

static int take_one(struct warc *w)
{
    struct span type = field(w, "WARC-Type");
    uint64_t len;
    bool got = false;
    if (decimal_read(field(w, "Content-Length"), INT64_MAX, &len) < 0)
        return end_early(w, "the record says no length; the rest was left out");
    bool response = is_type(type, "response"), resource = is_type(type, "resource"),
         conversion = is_type(type, "conversion");
    if (!response && !resource && !conversion) {
        uint64_t passed;
        TRY(read_stream_copy(w->stream, len, NULL, &passed));
        return passed < len ? end_early(w, "the file ends within this record") : 0;
    }
    TRY(take_block(w, len, &got));
    if (!got)
        return 0;
    struct span media = field(w, "Content-Type");
    bool http = response && !is_type(media, "text/html") && !is_type(media, "text/plain");
    return http ? take_response(w) : take_document(w, buf_bytes(&w->block), media);
}

/* What is wrong with one record is said, and the next is read. */
static int take_or_remark(struct warc *w)
{
    struct problem *problem = w->reading->problem, of_record = {0};
    w->reading->problem = &of_record;
    int error = take_one(w);
    w->reading->problem = problem;
    bool of_this = error == E_FORMAT || error == E_UTF8 || error == E_TOO_LARGE;
    if (of_this)
        return read_remark(w->reading,
                           "record %" PRIu64 ", at byte %" PRIu64 ": %s; it was left out",
                           w->number, w->at, problem_text(&of_record, error));
    if (error < 0)
        return problem_set(problem, error, "%s", problem_text(&of_record, error));
    return 0;
}

static int take_all(struct warc *w)
{
    for (;;) {
        REJECT_IF(watch_stopped(w->reading->watch), E_STOPPED);
        TRY(take_head(w));
        if (w->ended)
            return 0;
        TRY(take_or_remark(w));
        arena_release(&w->reading->arena);
        if (w->ended)
            return 0;
    }
}

int read_warc(struct reading *r, struct read_stream *s)
{
    struct warc w = {.reading = r, .stream = s};
    buf_init(&w.head, HEAD_MAX_BYTES);
    buf_init(&w.block, READ_DOCUMENT_MAX_BYTES);
    buf_init(&w.decoded, READ_DOCUMENT_MAX_BYTES);
    int error = take_all(&w);
    buf_release(&w.head);
    buf_release(&w.block);
    buf_release(&w.decoded);
    return error;
}
