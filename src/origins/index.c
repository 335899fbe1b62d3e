/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* Blocks of fields (base/fields.h), so that later versions can say more of a document. The check
 * sum is against accidents; whoever can change the file can change the documents too. */
#include "origins/index.h"

#include <inttypes.h>
#include <string.h>
#include <zlib.h>

#include "base/fields.h"
#include "base/mem.h"
#include "text/utf8.h"

static const char front[] = "VOUCHSAFE ORIGINS";
#define FRONT_BYTES (sizeof front - 1 + 4)

enum field {
    FIELD_KIND = 1,
    FIELD_PATH,
    FIELD_STAMP,
    FIELD_RECORD,
    FIELD_TITLE,
    FIELD_OUTLET,
    FIELD_ADDRESS,
    FIELD_DAY, /* as the 32 bits of a signed number; not there when it is not known */
    FIELD_TEXT,
    FIELD_SENTENCE,
    FIELD_COUNT, /* of blocks, the last one left out */
};

static uint32_t sum_of(struct span bytes)
{
    uLong sum = crc32(0, NULL, 0);
    while (bytes.len > 0) {
        uInt part = bytes.len < 1u << 30 ? (uInt)bytes.len : 1u << 30;
        sum = crc32(sum, bytes.data, part);
        bytes = span_slice(bytes, part, bytes.len);
    }
    return (uint32_t)sum;
}

/* Writing */

void index_writer_init(struct index_writer *w, int (*put)(void *arg, struct span bytes), void *arg)
{
    *w = (struct index_writer){.put = put, .arg = arg};
    buf_init(&w->block, INDEX_BLOCK_MAX_BYTES);
}

void index_writer_release(struct index_writer *w)
{
    buf_release(&w->block);
}

int index_write_front(struct index_writer *w)
{
    buf_reset(&w->block);
    buf_text(&w->block, front);
    buf_u32(&w->block, INDEX_VERSION);
    TRY(buf_error(&w->block));
    return w->put(w->arg, buf_bytes(&w->block));
}

static void begin(struct index_writer *w, enum index_kind kind)
{
    buf_reset(&w->block);
    buf_u32(&w->block, 0);
    fields_put_u32(&w->block, FIELD_KIND, kind);
}

static int end(struct index_writer *w)
{
    TRY(buf_error(&w->block));
    uint32_t len = (uint32_t)(w->block.len - 4);
    for (int i = 0; i < 4; i++)
        w->block.data[i] = (uint8_t)(len >> (24 - 8 * i));
    buf_u32(&w->block, sum_of(buf_bytes(&w->block)));
    TRY(buf_error(&w->block));
    w->count++;
    return w->put(w->arg, buf_bytes(&w->block));
}

static void put_known(struct index_writer *w, enum field field, struct span value)
{
    if (value.len > 0)
        fields_put(&w->block, (uint16_t)field, value);
}

int index_write_file(struct index_writer *w, struct span path, struct span stamp)
{
    begin(w, INDEX_FILE);
    fields_put(&w->block, FIELD_PATH, path);
    fields_put(&w->block, FIELD_STAMP, stamp);
    return end(w);
}

int index_write_document(struct index_writer *w, const struct read_document *d)
{
    begin(w, INDEX_DOCUMENT);
    put_known(w, FIELD_RECORD, d->record);
    put_known(w, FIELD_TITLE, d->about.title);
    put_known(w, FIELD_OUTLET, d->about.outlet);
    put_known(w, FIELD_ADDRESS, d->about.address);
    if (d->about.day != ABOUT_DAY_NONE)
        fields_put_u32(&w->block, FIELD_DAY, (uint32_t)d->about.day);
    fields_put(&w->block, FIELD_TEXT, d->text);
    return end(w);
}

int index_write_remark(struct index_writer *w, struct span sentence)
{
    begin(w, INDEX_REMARK);
    fields_put(&w->block, FIELD_SENTENCE, sentence);
    return end(w);
}

int index_write_end(struct index_writer *w)
{
    uint64_t count = w->count;
    begin(w, INDEX_END);
    fields_put_u64(&w->block, FIELD_COUNT, count);
    return end(w);
}

/* Reading */

struct index_reader {
    struct read_stream stream;
    struct buf block;
    uint64_t count;
    bool begun, ended, in_file;
};

int index_reader_new(read_more *more, void *arg, struct index_reader **ret_reader)
{
    struct index_reader *r = mem_calloc(1, sizeof *r);
    REJECT_IF(!r, E_NOMEM);
    buf_init(&r->block, INDEX_BLOCK_MAX_BYTES);
    int error = read_stream_init(&r->stream, more, arg);
    if (error < 0)
        index_reader_free(r);
    else
        *ret_reader = r;
    return error;
}

void index_reader_free(struct index_reader *r)
{
    if (!r)
        return;
    read_stream_release(&r->stream);
    buf_release(&r->block);
    mem_free(r);
}

static int damaged(uint64_t at, struct problem *problem)
{
    return problem_set(problem, E_DAMAGED,
                       "this index of documents is damaged in the block at byte %" PRIu64
                       "; make it anew from the documents",
                       at);
}

static int read_front(struct index_reader *r, struct problem *problem)
{
    struct span ahead;
    TRY(read_stream_peek(&r->stream, FRONT_BYTES, &ahead));
    if (ahead.len < FRONT_BYTES || memcmp(ahead.data, front, sizeof front - 1) != 0)
        return problem_set(problem, E_FORMAT, "it is no index of documents");
    struct cursor c;
    cursor_init(&c, span_slice(ahead, sizeof front - 1, 4));
    if (cursor_u32(&c) != INDEX_VERSION)
        return problem_set(problem, E_VERSION,
                           "this index of documents was made by another version of this program");
    read_stream_take(&r->stream, FRONT_BYTES);
    r->begun = true;
    return 0;
}

/* The fields of the next block. */
static int read_block(struct index_reader *r, struct span *ret_fields, struct problem *problem)
{
    const uint64_t at = r->stream.taken;
    struct span ahead;
    struct cursor c;
    uint64_t got;
    TRY(read_stream_peek(&r->stream, 4, &ahead));
    if (ahead.len < 4)
        return damaged(at, problem);
    cursor_init(&c, ahead);
    uint64_t whole = 4 + (uint64_t)cursor_u32(&c) + 4;
    if (whole > INDEX_BLOCK_MAX_BYTES)
        return damaged(at, problem);
    buf_reset(&r->block);
    TRY(read_stream_copy(&r->stream, whole, &r->block, &got));
    if (got < whole)
        return damaged(at, problem);
    struct span bytes = buf_bytes(&r->block), summed = span_slice(bytes, 0, bytes.len - 4);
    cursor_init(&c, span_slice(bytes, bytes.len - 4, 4));
    *ret_fields = span_slice(summed, 4, summed.len);
    if (cursor_u32(&c) != sum_of(summed) || fields_check(*ret_fields) < 0)
        return damaged(at, problem);
    return 0;
}

static struct span get(struct span fields, enum field field)
{
    struct span value = {0};
    return fields_get(fields, (uint16_t)field, &value) ? value : span_of(NULL, 0);
}

/* Texts are UTF-8, or it was not written here. */
static bool get_text(struct span fields, enum field field, struct span *ret_text)
{
    *ret_text = get(fields, field);
    return utf8_check(*ret_text, SIZE_MAX) == 0;
}

static bool take_document(struct span fields, struct read_document *d)
{
    uint32_t day;
    *d = (struct read_document){.about.day = ABOUT_DAY_NONE};
    if (fields_get_u32(fields, FIELD_DAY, &day))
        d->about.day = (int32_t)day;
    return about_is_day(d->about.day) && get_text(fields, FIELD_RECORD, &d->record) &&
           get_text(fields, FIELD_TITLE, &d->about.title) &&
           get_text(fields, FIELD_OUTLET, &d->about.outlet) &&
           get_text(fields, FIELD_ADDRESS, &d->about.address) &&
           get_text(fields, FIELD_TEXT, &d->text) && d->text.len > 0;
}

static bool take_entry(struct index_reader *r, struct span fields, struct index_entry *e)
{
    uint32_t kind = 0;
    uint64_t count;
    if (!fields_get_u32(fields, FIELD_KIND, &kind))
        return false;
    *e = (struct index_entry){.kind = (enum index_kind)kind};
    switch (e->kind) {
    case INDEX_FILE:
        e->path = get(fields, FIELD_PATH);
        e->stamp = get(fields, FIELD_STAMP);
        r->in_file = e->path.len > 0;
        return r->in_file;
    case INDEX_DOCUMENT:
        return r->in_file && take_document(fields, &e->document);
    case INDEX_REMARK:
        e->sentence = get(fields, FIELD_SENTENCE);
        return r->in_file && e->sentence.len > 0;
    case INDEX_END:
        r->ended = true;
        return fields_get_u64(fields, FIELD_COUNT, &count) && count == r->count;
    }
    return false;
}

int index_reader_next(struct index_reader *r, struct index_entry *ret_entry, bool *ret_got,
                      struct problem *problem)
{
    struct span fields, behind;
    struct index_entry e;
    if (!r->begun)
        TRY(read_front(r, problem));
    *ret_got = false;
    if (r->ended)
        return 0;
    uint64_t at = r->stream.taken;
    TRY(read_block(r, &fields, problem));
    if (!take_entry(r, fields, &e))
        return damaged(at, problem);
    r->count++;
    if (!r->ended) {
        *ret_entry = e;
        *ret_got = true;
        return 0;
    }
    TRY(read_stream_peek(&r->stream, 1, &behind));
    return behind.len > 0 ? damaged(r->stream.taken, problem) : 0;
}
