/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include <string.h>

#include "draw/term.h"
#include "link/queue.h"
#include "table/csv.h"
#include "text/show.h"
#include "text/utf8.h"

static const char *const leading[] = {"chance", "together", "a", "b"};
#define LEADING COUNT_OF(leading)

static int keep(struct arena *arena, struct span text, struct span *ret_kept)
{
    char *copy = arena_copy_text(arena, text);
    REJECT_IF(!copy, E_NOMEM);
    *ret_kept = span_of(copy, text.len);
    return 0;
}

/* "given name (a)" and "given name (b)" are of "given name": what both begin with. */
static int field_name(struct arena *arena, struct span a, struct span b, const char **ret_name)
{
    size_t len = 0;
    while (len < a.len && len < b.len && a.data[len] == b.data[len])
        len++;
    while (len > 0 && memchr(" _-.(", a.data[len - 1], 5))
        len--;
    *ret_name = arena_copy_text(arena, span_slice(a, 0, len > 0 ? len : a.len));
    return *ret_name ? 0 : E_NOMEM;
}

static int read_header(const struct csv_reader *r, struct arena *arena, struct link_queue *queue,
                       struct problem *problem)
{
    size_t count = csv_reader_count(r);
    bool right = count >= LEADING && (count - LEADING) % 2 == 0;
    for (size_t i = 0; right && i < LEADING; i++)
        right = span_equal(csv_reader_field(r, i), span_text(leading[i]));
    if (!right)
        return problem_set(problem, E_FORMAT,
                           "line %llu: this is no queue of vouchsafe link: it begins with the "
                           "columns chance, together, a, b, and then has two for each field",
                           (unsigned long long)csv_reader_line(r));
    queue->fields = (count - LEADING) / 2;
    queue->names = arena_alloc(arena, (queue->fields + 1) * sizeof *queue->names);
    REJECT_IF(!queue->names, E_NOMEM);
    for (size_t i = 0; i < queue->fields; i++)
        TRY(field_name(arena, csv_reader_field(r, LEADING + 2 * i),
                       csv_reader_field(r, LEADING + 2 * i + 1), &queue->names[i]));
    return 0;
}

static int read_item(const struct csv_reader *r, struct arena *arena, size_t fields,
                     struct link_queue_item *item, struct problem *problem)
{
    unsigned long long line = csv_reader_line(r);
    if (csv_reader_count(r) != LEADING + 2 * fields)
        return problem_set(problem, E_FORMAT, "line %llu: %zu fields, and not %zu as in the header",
                           line, csv_reader_count(r), LEADING + 2 * fields);
    struct span *values = arena_alloc(arena, (2 * fields + 1) * sizeof *values);
    REJECT_IF(!values, E_NOMEM);
    item->values = values;
    item->together = span_equal(csv_reader_field(r, 1), span_text("yes"));
    if (!item->together && !span_equal(csv_reader_field(r, 1), span_text("no")))
        return problem_set(problem, E_FORMAT, "line %llu: together is neither yes nor no", line);
    TRY(keep(arena, csv_reader_field(r, 0), &item->chance));
    TRY(keep(arena, csv_reader_field(r, 2), &item->a));
    TRY(keep(arena, csv_reader_field(r, 3), &item->b));
    if (item->a.len == 0 || item->b.len == 0)
        return problem_set(problem, E_FORMAT, "line %llu: a record has no name", line);
    for (size_t i = 0; i < 2 * fields; i++)
        TRY(keep(arena, csv_reader_field(r, LEADING + i), &values[i]));
    return 0;
}

static int read_all(struct csv_reader *r, struct arena *arena, struct link_queue *queue,
                    struct problem *problem)
{
    size_t capacity = 0;
    bool got, header = true;
    for (;; header = false) {
        TRY(csv_reader_next(r, &got, problem));
        if (!got)
            return header ? problem_set(problem, E_FORMAT, "the queue is empty") : 0;
        if (header) {
            TRY(read_header(r, arena, queue, problem));
            continue;
        }
        if (queue->count == capacity) { /* what the arena loses by doubling is as much again */
            capacity = capacity ? capacity * 2 : 64;
            struct link_queue_item *more = arena_alloc(arena, capacity * sizeof *more);
            REJECT_IF(!more, E_NOMEM);
            if (queue->count > 0)
                memcpy(more, queue->items, queue->count * sizeof *more);
            queue->items = more;
        }
        TRY(read_item(r, arena, queue->fields, &queue->items[queue->count], problem));
        queue->count++;
    }
}

int link_queue_read(struct span file, struct arena *arena, struct link_queue *ret_queue,
                    struct problem *problem)
{
    struct link_queue queue = {0};
    REJECT_IF(file.len > LINK_QUEUE_MAX_BYTES, E_TOO_LARGE);
    struct csv_reader *r = csv_reader_new(file, NULL);
    REJECT_IF(!r, E_NOMEM);
    int error = read_all(r, arena, &queue, problem);
    csv_reader_free(r);
    if (error == 0)
        *ret_queue = queue;
    return error;
}

/* Whole characters from the front, and from the back, that both have. */
static size_t common_front(struct span a, struct span b)
{
    struct span rest_a = a, rest_b = b;
    size_t common = 0;
    while (rest_a.len > 0 && rest_b.len > 0 && utf8_next(&rest_a) == utf8_next(&rest_b))
        common = a.len - rest_a.len;
    return common;
}

static size_t common_back(struct span a, struct span b)
{
    size_t len = 0, whole = 0;
    while (len < a.len && len < b.len && a.data[a.len - 1 - len] == b.data[b.len - 1 - len]) {
        len++;
        if ((a.data[a.len - len] & 0xc0) != 0x80)
            whole = len;
    }
    return whole;
}

/* shown is text after show_line; other likewise. */
static void put_marked(struct span shown, struct span other, struct buf *out)
{
    size_t front = common_front(shown, other);
    size_t back =
        common_back(span_slice(shown, front, shown.len), span_slice(other, front, other.len));
    buf_span(out, span_slice(shown, 0, front));
    buf_u8(out, '[');
    buf_span(out, span_slice(shown, front, shown.len - front - back));
    buf_u8(out, ']');
    buf_span(out, span_slice(shown, shown.len - back, back));
}

enum { MARK, NAME, OF_A, OF_B, COLUMNS };

static int put_cells(const struct link_queue *queue, const struct link_queue_item *item,
                     struct arena *arena, const char **cells, size_t *ret_rows)
{
    struct buf texts[4]; /* shown a and b, then marked a and b */
    int error = 0;
    *ret_rows = 0;
    for (size_t i = 0; i < COUNT_OF(texts); i++)
        buf_init(&texts[i], 1 << 16);
    for (size_t i = 0; error == 0 && i < queue->fields; i++) {
        struct span a = item->values[2 * i], b = item->values[2 * i + 1];
        if (a.len == 0 && b.len == 0)
            continue;
        for (size_t k = 0; k < COUNT_OF(texts); k++)
            buf_reset(&texts[k]);
        show_line(&texts[0], a, LINK_QUEUE_VALUE_MAX);
        show_line(&texts[1], b, LINK_QUEUE_VALUE_MAX);
        struct span sa = buf_bytes(&texts[0]), sb = buf_bytes(&texts[1]);
        bool both = sa.len > 0 && sb.len > 0, same = span_equal(sa, sb);
        if (both && !same) {
            put_marked(sa, sb, &texts[2]);
            put_marked(sb, sa, &texts[3]);
            sa = buf_bytes(&texts[2]);
            sb = buf_bytes(&texts[3]);
        }
        const char **row = cells + COLUMNS * *ret_rows;
        row[MARK] = !both ? "" : same ? "=" : "≠";
        row[NAME] = queue->names[i];
        row[OF_A] = arena_copy_text(arena, sa);
        row[OF_B] = arena_copy_text(arena, sb);
        for (size_t k = 0; k < COUNT_OF(texts); k++)
            error = buf_error(&texts[k]) < 0 ? buf_error(&texts[k]) : error;
        if (!row[OF_A] || !row[OF_B])
            error = E_NOMEM;
        (*ret_rows)++;
    }
    for (size_t i = 0; i < COUNT_OF(texts); i++)
        buf_release(&texts[i]);
    return error;
}

void link_queue_show(const struct link_queue *queue, const struct link_queue_item *item,
                     size_t width, struct buf *out)
{
    struct arena arena;
    size_t rows;
    arena_init(&arena, 16 << 20);
    char *a = arena_copy_text(&arena, item->a), *b = arena_copy_text(&arena, item->b);
    const char **cells = arena_alloc(&arena, (queue->fields * COLUMNS + 1) * sizeof *cells);
    int error = a && b && cells ? put_cells(queue, item, &arena, cells, &rows) : E_NOMEM;
    if (error == 0) {
        const struct term_column columns[COLUMNS] = {{.title = ""},
                                                     {.title = "", .cut = true},
                                                     {.title = a, .cut = true},
                                                     {.title = b, .cut = true}};
        term_table(out, columns, COLUMNS, cells, rows, width);
    } else {
        buf_fail(out, error);
    }
    arena_release(&arena);
}
