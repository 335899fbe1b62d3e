/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* The schema stands in docs/origins.md: a member that is there keeps its name and meaning; new ones
 * may come. */
#include "origins/report_json.h"

#include "origins/direction.h"

#define SCHEMA 1
#define WORDING_BYTES_MAX 4000

void json_report_document(struct json_report *r, const char *key, uint32_t number)
{
    json_put_text(&r->json, key, corpus_document(r->origins->corpus, number).name);
}

void json_report_known(struct json_report *r, const char *key, struct span value)
{
    if (value.len > 0)
        json_put_text(&r->json, key, value);
    else
        json_put_null(&r->json, key);
}

static void put_day(struct json_report *r, const char *key, int32_t day)
{
    struct buf text;
    if (day == CORPUS_DAY_NONE) {
        json_put_null(&r->json, key);
        return;
    }
    buf_init(&text, 32);
    about_put_day(&text, day);
    json_put_text(&r->json, key, buf_bytes(&text));
    buf_release(&text);
}

static size_t characters_of(struct span text)
{
    size_t count = 0;
    for (size_t i = 0; i < text.len; i++)
        count += (text.data[i] & 0xC0) != 0x80;
    return count;
}

/* A long wording is cut at a character. */
static struct span cut(struct span text, size_t max_bytes)
{
    if (text.len <= max_bytes)
        return text;
    while (max_bytes > 0 && (text.data[max_bytes] & 0xC0) == 0x80)
        max_bytes--;
    return span_slice(text, 0, max_bytes);
}

/* Goes on from where it was asked last, when that is before. */
static int64_t characters_before(struct json_reader *reader, uint32_t document, struct span text,
                                 uint32_t byte)
{
    if (reader->document != document || reader->bytes > byte) {
        reader->bytes = 0;
        reader->characters = 0;
    }
    reader->characters +=
        (int64_t)characters_of(span_slice(text, reader->bytes, byte - reader->bytes));
    reader->document = document;
    reader->bytes = byte;
    return reader->characters;
}

int json_report_stretch(struct json_report *r, const char *key, struct json_reader *reader,
                        uint32_t document, struct stretch s)
{
    struct span text;
    TRY(corpus_read(reader->reader, document, &text));
    struct span wording = span_slice(text, s.from, s.to - s.from);
    json_open_object(&r->json, key);
    json_report_document(r, "document", document);
    json_put_int(&r->json, "from", characters_before(reader, document, text, s.from));
    json_put_int(&r->json, "length", (int64_t)characters_of(wording));
    json_put_text(&r->json, "text", cut(wording, WORDING_BYTES_MAX));
    json_put_bool(&r->json, "cut", wording.len > WORDING_BYTES_MAX);
    json_close_object(&r->json);
    return 0;
}

int json_report_flush(struct json_report *r)
{
    struct buf *out = r->json.out;
    TRY(buf_error(out));
    if (!r->report->put || out->len < ORIGINS_REPORT_PIECE_BYTES)
        return 0;
    TRY(r->report->put(r->report->arg, buf_bytes(out)));
    buf_reset(out);
    return 0;
}

static void put_reasons(struct json_report *r, const char *key, unsigned reasons)
{
    json_open_array(&r->json, key);
    if (reasons & DIRECTION_DATE)
        json_put_cstr(&r->json, NULL, "date");
    if (reasons & DIRECTION_NAMED)
        json_put_cstr(&r->json, NULL, "named");
    if (reasons & DIRECTION_LOST)
        json_put_cstr(&r->json, NULL, "lost");
    if (reasons & DIRECTION_SIGNED)
        json_put_cstr(&r->json, NULL, "signed");
    json_close_array(&r->json);
}

static int put_direction(struct json_report *r, struct directions *directions, size_t passage)
{
    static const char *const ways[] = {[DIRECTION_UNTOLD] = "untold",
                                       [DIRECTION_A_FROM_B] = "a from b",
                                       [DIRECTION_B_FROM_A] = "b from a"};
    struct direction d;
    TRY(directions_of(directions, passage, &d));
    json_put_cstr(&r->json, "direction", ways[d.way]);
    put_reasons(r, "a_from_b", d.a_from_b);
    put_reasons(r, "b_from_a", d.b_from_a);
    if (d.between == UINT32_MAX)
        json_put_null(&r->json, "between");
    else
        json_report_document(r, "between", d.between);
    return 0;
}

static int put_passage(struct json_report *r, struct directions *directions, size_t number)
{
    const struct passage *p = &r->origins->passages->passages[number];
    json_open_object(&r->json, NULL);
    TRY(json_report_stretch(r, "a", &r->a, p->a, (struct stretch){p->a_from, p->a_to}));
    TRY(json_report_stretch(r, "b", &r->b, p->b, (struct stretch){p->b_from, p->b_to}));
    json_put_int(&r->json, "words", p->words);
    json_put_int(&r->json, "same_words", p->same_words);
    TRY(put_direction(r, directions, number));
    json_close_object(&r->json);
    return 0;
}

static int put_passages(struct json_report *r)
{
    struct directions *directions;
    int error = 0;
    TRY(directions_new(r->origins, &directions));
    json_open_array(&r->json, "passages");
    for (size_t i = 0; i < r->origins->passages->count && error == 0; i++) {
        error = put_passage(r, directions, i);
        if (error == 0)
            error = json_report_flush(r);
    }
    directions_free(directions);
    REJECT_IF(error < 0, error);
    json_close_array(&r->json);
    return 0;
}

static int put_pairs(struct json_report *r)
{
    static const char *const relations[] = {[RELATION_PASSAGES] = "passages",
                                            [RELATION_EVENT] = "event",
                                            [RELATION_REWRITTEN] = "rewritten",
                                            [RELATION_COPY] = "copy"};
    const struct passages *found = r->origins->passages;
    json_open_array(&r->json, "pairs");
    for (size_t i = 0; i < found->pair_count; i++) {
        const struct document_pair *p = &found->pairs[i];
        json_open_object(&r->json, NULL);
        json_report_document(r, "a", p->a);
        json_report_document(r, "b", p->b);
        json_put_cstr(&r->json, "relation", relations[p->relation]);
        json_put_real(&r->json, "a_shared", (double)p->a_shared);
        json_put_real(&r->json, "b_shared", (double)p->b_shared);
        json_close_object(&r->json);
        TRY(json_report_flush(r));
    }
    json_close_array(&r->json);
    return 0;
}

static int put_documents(struct json_report *r)
{
    const struct corpus *corpus = r->origins->corpus;
    json_open_array(&r->json, "documents");
    for (uint32_t i = 0; i < corpus_count(corpus); i++) {
        const struct document d = corpus_document(corpus, i);
        const struct origins_document *own = &r->origins->documents[i];
        uint32_t group = r->origins->passages->copy_group[i];
        struct span text;
        TRY(corpus_read(r->a.reader, i, &text));
        json_open_object(&r->json, NULL);
        json_put_text(&r->json, "name", d.name);
        json_report_known(r, "title", d.title);
        json_report_known(r, "outlet", d.outlet);
        json_report_known(r, "address", d.address);
        put_day(r, "date", d.day);
        json_report_known(r, "language",
                          own->language ? span_text(language_name(own->language))
                                        : span_of(NULL, 0));
        json_put_int(&r->json, "characters", (int64_t)characters_of(text));
        json_put_int(&r->json, "quotations", (int64_t)own->quotes.count);
        json_report_document(r, "copy_group", group);
        json_close_object(&r->json);
        TRY(json_report_flush(r));
    }
    json_close_array(&r->json);
    return 0;
}

static void put_remarks(struct json_report *r)
{
    uint64_t count;
    const struct gather_remark *remarks = gather_remarks(r->report->gather, &count);
    json_put_int(&r->json, "remark_count", (int64_t)count);
    json_open_array(&r->json, "remarks");
    for (uint64_t i = 0; i < count && i < GATHER_REMARKS_MAX; i++) {
        json_open_object(&r->json, NULL);
        json_put_text(&r->json, "file", remarks[i].path);
        json_put_text(&r->json, "remark", remarks[i].sentence);
        json_close_object(&r->json);
    }
    json_close_array(&r->json);
}

static int put_all(struct json_report *r)
{
    json_open_object(&r->json, NULL);
    json_put_int(&r->json, "schema", SCHEMA);
    TRY(put_documents(r));
    TRY(put_pairs(r));
    TRY(put_passages(r));
    TRY(json_report_statements(r));
    TRY(json_report_claims(r));
    put_remarks(r);
    json_put_int(&r->json, "seeds_left_out", (int64_t)r->origins->passages->seeds_left_out);
    json_close_object(&r->json);
    json_writer_end(&r->json);
    return 0;
}

int origins_report_json(const struct origins_report *report, struct buf *out)
{
    struct json_report r = {.report = report, .origins = report->origins};
    int error = corpus_reader_new(report->origins->corpus, &r.a.reader);
    if (error == 0)
        error = corpus_reader_new(report->origins->corpus, &r.b.reader);
    json_writer_init(&r.json, out);
    if (error == 0)
        error = put_all(&r);
    corpus_reader_free(r.a.reader);
    corpus_reader_free(r.b.reader);
    return error < 0 ? error : buf_error(out);
}
