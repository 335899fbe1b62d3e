/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include <string.h>

#include "base/mem.h"
#include "link/output_internal.h"

#define KEPT_MAX_BYTES ((size_t)8 << 30)

struct queueing {
    const struct link_result *result;
    struct output_columns columns;
    struct output_text text;
    const struct link_doubt *doubts;
    size_t count;
    uint64_t *starts; /* per record: where its values begin in kept, plus 1; 0: not needed */
    struct buf kept;  /* values with a NUL behind each, column by column */
};

static int keep_row(void *arg, uint32_t record, unsigned list, const struct csv_reader *row)
{
    struct queueing *q = arg;
    if (!q->starts[record])
        return 0;
    q->starts[record] = q->kept.len + 1;
    for (unsigned i = 0; i < q->columns.count; i++) {
        buf_span(&q->kept, output_value(&q->columns, list, row, i));
        buf_u8(&q->kept, 0);
    }
    return buf_error(&q->kept);
}

static int put_header(struct queueing *q)
{
    static const char *const own[] = {"chance", "together", "a", "b"};
    char name[LINK_VALUE_BYTES_MAX + 4];
    for (size_t i = 0; i < COUNT_OF(own); i++)
        output_name(&q->text, own[i]);
    for (unsigned i = 0; i < q->columns.count; i++) {
        for (int side = 'a'; side <= 'b'; side++) {
            snprintf(name, sizeof name, "%s %c", q->columns.name[i], side);
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
    output_chance(&q->text, link_bits_to_probability((double)doubt->bits));
    output_name(&q->text, doubt->together ? "yes" : "no");
    TRY(put_ident(q, doubt->a));
    TRY(put_ident(q, doubt->b));
    const char *a = (const char *)q->kept.data + q->starts[doubt->a] - 1;
    const char *b = (const char *)q->kept.data + q->starts[doubt->b] - 1;
    for (unsigned i = 0; i < q->columns.count; i++) {
        output_name(&q->text, a);
        output_name(&q->text, b);
        a += strlen(a) + 1;
        b += strlen(b) + 1;
    }
    return output_row_end(&q->text);
}

static int put_queue(struct queueing *q, const struct link_output *o, struct problem *problem)
{
    q->doubts = link_clustering_doubts(q->result->clustering, &q->count);
    q->count = q->count < LINK_QUEUE_MAX ? q->count : LINK_QUEUE_MAX;
    q->starts = mem_calloc((size_t)q->result->universe.count + 1, sizeof *q->starts);
    REJECT_IF(!q->starts, E_NOMEM);
    for (size_t i = 0; i < q->count; i++)
        q->starts[q->doubts[i].a] = q->starts[q->doubts[i].b] = 1;
    TRY(output_columns_init(&q->columns, &q->result->lists, problem));
    TRY(put_header(q));
    if (q->count > 0)
        TRY(output_reread(o, keep_row, q, problem));
    for (size_t i = 0; i < q->count; i++)
        TRY(put_doubt(q, &q->doubts[i]));
    return output_flush(&q->text);
}

int link_output_queue(const struct link_output *o, const struct link_sink *sink,
                      struct problem *problem)
{
    struct queueing q = {.result = o->result};
    output_begin(&q.text, sink);
    buf_init(&q.kept, KEPT_MAX_BYTES);
    int error = put_queue(&q, o, problem);
    buf_wipe_release(&q.kept);
    output_release(&q.text);
    output_columns_release(&q.columns);
    mem_free(q.starts);
    return error;
}
