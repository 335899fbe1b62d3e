/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "base/mem.h"
#include "link/output_internal.h"
#include "link/rows.h"

struct queueing {
    const struct link_result *result;
    struct link_rows *rows;
    struct output_text text;
    const struct link_doubt *doubts;
    size_t count;
};

/* Only the fields were compared. */
static bool was_compared(const struct queueing *q, unsigned column)
{
    return column < link_records_fields(q->result->records);
}

static int put_header(struct queueing *q)
{
    static const char *const own[] = {"chance", "together", "a", "b"};
    char name[LINK_VALUE_BYTES_MAX + 8];
    for (size_t i = 0; i < COUNT_OF(own); i++)
        output_name(&q->text, own[i]);
    for (unsigned i = 0; i < link_rows_columns(q->rows); i++) {
        for (int side = 'a'; side <= 'b'; side++) {
            snprintf(name, sizeof name, "%s %c", link_rows_name(q->rows, i), side);
            output_name(&q->text, name);
        }
        if (was_compared(q, i)) {
            snprintf(name, sizeof name, "%s seen", link_rows_name(q->rows, i));
            output_name(&q->text, name);
        }
    }
    return output_row_end(&q->text);
}

static int put_ident(struct queueing *q, uint32_t record)
{
    struct buf ident;
    buf_init(&ident, 2 * LINK_VALUE_BYTES_MAX + 4096);
    link_idents_put(&q->result->idents, record, &ident);
    csv_write_field(&q->text.csv, buf_bytes(&ident));
    int error = buf_error(&ident);
    buf_release(&ident);
    return error;
}

static int put_doubt(struct queueing *q, const struct link_doubt *doubt)
{
    const struct link_records *records = q->result->records;
    struct link_explanation why;
    link_result_explain(q->result, doubt->a, doubt->b, &why);
    output_chance(&q->text, link_bits_to_probability((double)doubt->bits));
    output_name(&q->text, doubt->together ? "yes" : "no");
    TRY(put_ident(q, doubt->a));
    TRY(put_ident(q, doubt->b));
    for (unsigned i = 0; i < link_rows_columns(q->rows); i++) {
        output_name(&q->text, link_rows_value(q->rows, doubt->a, i));
        output_name(&q->text, link_rows_value(q->rows, doubt->b, i));
        if (was_compared(q, i))
            output_name(&q->text, why.term[i].level == LINK_LEVEL_MISSING
                                      ? ""
                                      : link_level_name(records, i, why.term[i].level));
    }
    return output_row_end(&q->text);
}

static int read_rows(struct queueing *q, const struct link_output *o, struct problem *problem)
{
    uint32_t *records = mem_calloc(2 * q->count + 1, sizeof *records);
    REJECT_IF(!records, E_NOMEM);
    for (size_t i = 0; i < q->count; i++) {
        records[2 * i] = q->doubts[i].a;
        records[2 * i + 1] = q->doubts[i].b;
    }
    int error = link_rows_new(o, records, 2 * q->count, &q->rows, problem);
    mem_free(records);
    return error;
}

static int put_queue(struct queueing *q, const struct link_output *o, struct problem *problem)
{
    q->doubts = link_clustering_doubts(q->result->clustering, &q->count);
    q->count = q->count < LINK_QUEUE_MAX ? q->count : LINK_QUEUE_MAX;
    TRY(read_rows(q, o, problem));
    TRY(put_header(q));
    for (size_t i = 0; i < q->count; i++)
        TRY(put_doubt(q, &q->doubts[i]));
    return output_flush(&q->text);
}

int link_output_queue(const struct link_output *o, const struct link_sink *sink,
                      struct problem *problem)
{
    struct queueing q = {.result = o->result};
    output_begin(&q.text, sink);
    int error = put_queue(&q, o, problem);
    output_release(&q.text);
    link_rows_free(q.rows);
    return error;
}
