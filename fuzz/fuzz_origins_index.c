/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* Any bytes as an index of documents; and, since check sums stop nearly all of them, also as the
 * contents of its blocks, for which sums are made. What is read is written again as it was. */
#include <string.h>
#include <zlib.h>

#include "fuzz.h"
#include "origins/index.h"
#include "text/utf8.h"

struct pass {
    struct span rest;
    struct buf again;
};

static int more(void *arg, uint8_t *out, size_t room, size_t *ret_got)
{
    struct pass *p = arg;
    struct span part = span_slice(p->rest, 0, room < 333 ? room : 333);
    if (part.len)
        memcpy(out, part.data, part.len);
    p->rest = span_slice(p->rest, part.len, p->rest.len);
    *ret_got = part.len;
    return 0;
}

static int put(void *arg, struct span bytes)
{
    struct pass *p = arg;
    buf_span(&p->again, bytes);
    return buf_error(&p->again);
}

static int write_again(struct index_writer *w, const struct index_entry *e)
{
    if (e->kind == INDEX_FILE)
        return index_write_file(w, e->path, e->stamp);
    if (e->kind == INDEX_REMARK)
        return index_write_remark(w, e->sentence);
    ASSERT(utf8_check(e->document.text, SIZE_MAX) == 0 && e->document.text.len > 0);
    ASSERT(about_is_day(e->document.about.day));
    return index_write_document(w, &e->document);
}

/* How many entries; what they are is appended to again as an index. */
static int read_all(struct span bytes, struct buf *again, size_t *ret_count)
{
    struct pass p = {.rest = bytes};
    struct index_reader *reader;
    struct index_writer writer;
    struct index_entry e;
    struct problem problem = {0};
    bool got = true;
    size_t count = 0;
    buf_init(&p.again, 1 << 24);
    index_writer_init(&writer, put, &p);
    ASSERT(index_reader_new(more, &p, &reader) == 0);
    ASSERT(index_write_front(&writer) == 0);
    int error;
    while ((error = index_reader_next(reader, &e, &got, &problem)) == 0 && got) {
        ASSERT(write_again(&writer, &e) == 0);
        count++;
    }
    ASSERT(error == 0 || problem.text[0]);
    ASSERT(index_write_end(&writer) == 0);
    index_reader_free(reader);
    index_writer_release(&writer);
    *again = p.again;
    *ret_count = count;
    return error;
}

static void check(struct span bytes)
{
    struct buf again, third;
    size_t count, count_again;
    if (read_all(bytes, &again, &count) == 0) {
        ASSERT(read_all(buf_bytes(&again), &third, &count_again) == 0 && count == count_again);
        ASSERT(span_equal(buf_bytes(&again), buf_bytes(&third)));
        buf_release(&third);
    }
    buf_release(&again);
}

/* Pieces between lines "--" as blocks with sums. */
static void check_blocks(struct span data)
{
    static const uint8_t mark[] = "\n--\n";
    struct buf file;
    buf_init(&file, 1 << 24);
    buf_text(&file, "VOUCHSAFE ORIGINS");
    buf_u32(&file, INDEX_VERSION);
    while (data.len > 0) {
        const uint8_t *end = memmem(data.data, data.len, mark, sizeof mark - 1);
        size_t len = end ? (size_t)(end - data.data) : data.len, from = file.len;
        buf_u32(&file, (uint32_t)len);
        buf_put(&file, data.data, len);
        buf_u32(&file, (uint32_t)crc32(crc32(0, NULL, 0), file.data + from, (uInt)(len + 4)));
        data = span_slice(data, len + sizeof mark - 1, data.len);
    }
    check(buf_bytes(&file));
    buf_release(&file);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    check(span_of(data, size));
    check_blocks(span_of(data, size));
    return 0;
}
