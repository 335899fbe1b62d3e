/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "origins/read.h"

#include <stdarg.h>
#include <string.h>
#include <strings.h>

#include "origins/read_charset.h"
#include "origins/read_html.h"
#include "origins/read_internal.h"

#define ARENA_BYTES_MAX ((size_t)4 << 20)
#define LOOK_BYTES 1024
#define TITLE_BYTES_MAX 300

int read_remark(struct reading *r, const char *format, ...)
{
    char text[PROBLEM_TEXT_MAX];
    va_list args;
    va_start(args, format);
    vsnprintf(text, sizeof text, format, args);
    va_end(args);
    return r->sink->remark(r->sink->arg, text);
}

/* One document */

static bool begins_with(struct span text, const char *lower)
{
    size_t len = strlen(lower);
    return text.len >= len && strncasecmp((const char *)text.data, lower, len) == 0;
}

static struct span without_space(struct span text)
{
    if (text.len >= 3 && memcmp(text.data, "\xEF\xBB\xBF", 3) == 0)
        text = span_slice(text, 3, text.len);
    while (text.len > 0 && memchr(" \t\r\n", text.data[0], 4))
        text = span_slice(text, 1, text.len);
    return text;
}

static bool has_ending(struct span name, const char *ending)
{
    size_t len = strlen(ending);
    return name.len > len && begins_with(span_slice(name, name.len - len, len), ending);
}

/* A text may well begin with a < ; what a page begins with is one of these. */
static bool looks_like_page(struct span bytes)
{
    static const char *const fronts[] = {"<!doctype html", "<html",  "<head",   "<body",
                                         "<meta",          "<title", "<article"};
    struct span front = without_space(span_slice(bytes, 0, LOOK_BYTES));
    for (size_t i = 0; i < COUNT_OF(fronts); i++) {
        if (begins_with(front, fronts[i]))
            return true;
    }
    bool comment = begins_with(front, "<!--") || begins_with(front, "<?xml");
    return comment && memmem(front.data, front.len, "<html", 5) != NULL;
}

/* The first line, when it is short and something follows. */
static struct span title_of(struct span text)
{
    text = without_space(text);
    const uint8_t *end = text.len ? memchr(text.data, '\n', text.len) : NULL;
    size_t len = end ? (size_t)(end - text.data) : text.len;
    while (len > 0 && memchr(" \t\r", text.data[len - 1], 3))
        len--;
    bool title =
        end && len <= TITLE_BYTES_MAX && without_space(span_slice(text, len, text.len)).len > 0;
    return title ? span_slice(text, 0, len) : span_of(NULL, 0);
}

static int know_text(struct reading *r, const struct read_piece *piece, struct span text,
                     struct about *about)
{
    about->title = title_of(text);
    TRY(about_from_name(piece->stem, &r->arena, about));
    int32_t day;
    if (about->day == ABOUT_DAY_NONE && about_find_day_at_top(text, r->languages, &day))
        about->day = day;
    return 0;
}

static bool is_blank(struct span text)
{
    for (size_t i = 0; i < text.len; i++) {
        if (text.data[i] > ' ')
            return false;
    }
    return true;
}

static int hand_over(struct reading *r, const struct read_piece *piece, struct read_document *d,
                     uint64_t replaced)
{
    if (is_blank(d->text))
        return problem_set(r->problem, E_FORMAT, "there is no text in it");
    if (replaced > 0)
        TRY(read_remark(r, "%llu characters did not fit its encoding and were replaced",
                        (unsigned long long)replaced));
    if (d->about.address.len == 0)
        d->about.address = piece->address;
    if (d->about.outlet.len == 0)
        d->about.outlet = about_host(d->about.address);
    if (d->about.day == ABOUT_DAY_NONE)
        d->about.day = piece->fetched_day;
    return r->sink->document(r->sink->arg, d);
}

/* text is what was decoded; page's paragraphs go to out. */
static int understand(struct reading *r, const struct read_piece *piece, bool page,
                      struct buf *text, struct buf *out, uint64_t replaced)
{
    struct read_document d = {.about.day = ABOUT_DAY_NONE, .record = piece->record};
    if (page) {
        TRY(read_html(buf_bytes(text), r->languages, &r->arena, &d.about, out));
        TRY(about_from_name(piece->stem, &r->arena, &d.about));
        buf_release(text);
        d.text = buf_bytes(out);
    } else {
        TRY(know_text(r, piece, buf_bytes(text), &d.about));
        d.text = buf_bytes(text);
    }
    return hand_over(r, piece, &d, replaced);
}

int read_piece(struct reading *r, const struct read_piece *piece)
{
    TRY(read_charset_refuse_binary(piece->bytes, r->problem));
    bool page =
        piece->kind == READ_HTML || (piece->kind == READ_BY_LOOK && looks_like_page(piece->bytes));
    struct read_charset charset = {
        .declared = piece->charset, .tolerant = page, .languages = r->languages};
    if (page && charset.declared.len == 0)
        charset.declared = read_html_charset(piece->bytes);
    struct buf text, out;
    uint64_t replaced;
    buf_init(&text, 4 * READ_DOCUMENT_MAX_BYTES);
    buf_init(&out, 4 * READ_DOCUMENT_MAX_BYTES);
    int error = read_charset_decode(&charset, piece->bytes, &text, &replaced, r->problem);
    if (error == 0)
        error = understand(r, piece, page, &text, &out, replaced);
    buf_release(&text);
    buf_release(&out);
    return error;
}

/* A file */

static struct span without_ending(struct span name, const char *ending)
{
    if (has_ending(name, ending))
        name.len -= strlen(ending);
    return name;
}

/* All endings that mean something here go, and else the last one. */
static struct span stem_of(struct span name, bool *ret_page)
{
    static const char *const pages[] = {".html", ".htm", ".xhtml", ".shtml"};
    size_t before;
    name = without_ending(name, ".gz");
    *ret_page = false;
    before = name.len;
    for (size_t i = 0; i < COUNT_OF(pages) && before == name.len; i++)
        name = without_ending(name, pages[i]);
    *ret_page = name.len < before;
    if (*ret_page)
        return name;
    name = without_ending(name, ".txt");
    return without_ending(name, ".text");
}

static int read_single(struct reading *r, const struct read_input *input, struct read_stream *s)
{
    struct buf bytes;
    uint64_t got;
    bool page;
    struct read_piece piece = {.fetched_day = ABOUT_DAY_NONE};
    buf_init(&bytes, READ_DOCUMENT_MAX_BYTES);
    int error = read_stream_copy(s, UINT64_MAX, &bytes, &got);
    if (error == E_TOO_LARGE)
        error = problem_set(r->problem, error, "it is longer than 64 MiB, which no document is");
    if (error == 0) {
        piece.bytes = buf_bytes(&bytes);
        piece.stem = stem_of(span_text(input->name), &page);
        piece.kind = page ? READ_HTML : READ_BY_LOOK;
        error = read_piece(r, &piece);
    }
    buf_release(&bytes);
    return error;
}

static int read_unpacked(struct reading *r, const struct read_input *input, struct read_stream *s)
{
    struct span ahead;
    TRY(read_stream_peek(s, LOOK_BYTES, &ahead));
    if (ahead.len == 0)
        return problem_set(r->problem, E_FORMAT, "it is empty");
    if (ahead.len >= 5 && memcmp(ahead.data, "WARC/", 5) == 0)
        return read_warc(r, s);
    return read_single(r, input, s);
}

static int read_packed(struct reading *r, const struct read_input *input, struct read_stream *below)
{
    struct read_inflate *z = NULL;
    struct read_stream s = {0};
    int error = read_inflate_new(below, READ_GZIP, &z);
    if (error == 0)
        error = read_stream_init(&s, read_inflate_more, z);
    if (error == 0)
        error = read_unpacked(r, input, &s);
    if (error == 0 && read_inflate_broken(z))
        error = read_remark(r,
                            "its packed bytes are damaged or end too early, after byte %llu "
                            "unpacked; what was there before was used",
                            (unsigned long long)s.taken);
    read_stream_release(&s);
    read_inflate_free(z);
    return error;
}

int read_documents(const struct read_input *input, const struct languages *languages,
                   const struct read_sink *sink, struct watch *watch, struct problem *problem)
{
    struct reading r = {.languages = languages, .sink = sink, .watch = watch, .problem = problem};
    struct read_stream s;
    struct span ahead;
    arena_init(&r.arena, ARENA_BYTES_MAX);
    int error = read_stream_init(&s, input->more, input->arg);
    if (error == 0)
        error = read_stream_peek(&s, 2, &ahead);
    if (error == 0)
        error = ahead.len >= 2 && ahead.data[0] == 0x1f && ahead.data[1] == 0x8b
                    ? read_packed(&r, input, &s)
                    : read_unpacked(&r, input, &s);
    read_stream_release(&s);
    arena_release(&r.arena);
    return error;
}
