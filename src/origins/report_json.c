/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* The schema stands in docs/origins.md: a member that is there keeps its name and meaning; new ones
 * may come. */
#include "origins/report.h"

#include "table/json.h"

#define SCHEMA 1
#define WORDING_BYTES_MAX 4000

struct reporting {
    const struct origins_report *report;
    const struct origins *origins;
    struct corpus_reader *a_reader, *b_reader;
    struct json_writer json;
};

static void put_document(struct reporting *r, const char *key, uint32_t number)
{
    json_put_text(&r->json, key, corpus_document(r->origins->corpus, number).name);
}

static void put_known(struct reporting *r, const char *key, struct span value)
{
    if (value.len > 0)
        json_put_text(&r->json, key, value);
    else
        json_put_null(&r->json, key);
}

static void put_day(struct reporting *r, const char *key, int32_t day)
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

/* One wording: where, and the text. */
static int put_wording(struct reporting *r, const char *key, struct corpus_reader *reader,
                       uint32_t document, uint32_t from, uint32_t to)
{
    struct span text;
    TRY(corpus_read(reader, document, &text));
    struct span wording = span_slice(text, from, to - from);
    json_open_object(&r->json, key);
    put_document(r, "document", document);
    json_put_int(&r->json, "from", (int64_t)characters_of(span_slice(text, 0, from)));
    json_put_int(&r->json, "length", (int64_t)characters_of(wording));
    json_put_text(&r->json, "text", cut(wording, WORDING_BYTES_MAX));
    json_put_bool(&r->json, "cut", wording.len > WORDING_BYTES_MAX);
    json_close_object(&r->json);
    return 0;
}

static int put_passages(struct reporting *r)
{
    const struct passages *found = r->origins->passages;
    json_open_array(&r->json, "passages");
    for (size_t i = 0; i < found->count; i++) {
        const struct passage *p = &found->passages[i];
        json_open_object(&r->json, NULL);
        TRY(put_wording(r, "a", r->a_reader, p->a, p->a_from, p->a_to));
        TRY(put_wording(r, "b", r->b_reader, p->b, p->b_from, p->b_to));
        json_put_int(&r->json, "words", p->words);
        json_put_int(&r->json, "same_words", p->same_words);
        json_close_object(&r->json);
    }
    json_close_array(&r->json);
    return 0;
}

static void put_pairs(struct reporting *r)
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
        put_document(r, "a", p->a);
        put_document(r, "b", p->b);
        json_put_cstr(&r->json, "relation", relations[p->relation]);
        json_put_real(&r->json, "a_shared", (double)p->a_shared);
        json_put_real(&r->json, "b_shared", (double)p->b_shared);
        json_close_object(&r->json);
    }
    json_close_array(&r->json);
}

static int put_documents(struct reporting *r)
{
    const struct corpus *corpus = r->origins->corpus;
    json_open_array(&r->json, "documents");
    for (uint32_t i = 0; i < corpus_count(corpus); i++) {
        const struct document d = corpus_document(corpus, i);
        const struct origins_document *own = &r->origins->documents[i];
        uint32_t group = r->origins->passages->copy_group[i];
        struct span text;
        TRY(corpus_read(r->a_reader, i, &text));
        json_open_object(&r->json, NULL);
        json_put_text(&r->json, "name", d.name);
        put_known(r, "title", d.title);
        put_known(r, "outlet", d.outlet);
        put_known(r, "address", d.address);
        put_day(r, "date", d.day);
        put_known(r, "language",
                  own->language ? span_text(language_name(own->language)) : span_of(NULL, 0));
        json_put_int(&r->json, "characters", (int64_t)characters_of(text));
        json_put_int(&r->json, "quotations", (int64_t)own->quotes.count);
        put_document(r, "copy_group", group);
        json_close_object(&r->json);
    }
    json_close_array(&r->json);
    return 0;
}

static void put_remarks(struct reporting *r)
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

static int put_all(struct reporting *r)
{
    json_open_object(&r->json, NULL);
    json_put_int(&r->json, "schema", SCHEMA);
    TRY(put_passages(r));
    put_pairs(r);
    TRY(put_documents(r));
    put_remarks(r);
    json_put_int(&r->json, "seeds_left_out", (int64_t)r->origins->passages->seeds_left_out);
    json_close_object(&r->json);
    json_writer_end(&r->json);
    return 0;
}

int origins_report_json(const struct origins_report *report, struct buf *out)
{
    struct reporting r = {.report = report, .origins = report->origins};
    int error = corpus_reader_new(report->origins->corpus, &r.a_reader);
    if (error == 0)
        error = corpus_reader_new(report->origins->corpus, &r.b_reader);
    json_writer_init(&r.json, out);
    if (error == 0)
        error = put_all(&r);
    corpus_reader_free(r.a_reader);
    corpus_reader_free(r.b_reader);
    return error < 0 ? error : buf_error(out);
}
