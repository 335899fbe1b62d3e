/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include <string.h>

#include "draw/term.h"
#include "link/differ.h"
#include "link/queue.h"
#include "table/csv.h"
#include "text/show.h"

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

static void put_pieces(const struct link_piece *pieces, size_t count, struct buf *out)
{
    for (size_t i = 0; i < count; i++) {
        buf_text(out, pieces[i].differs ? "[" : "");
        buf_span(out, pieces[i].text);
        buf_text(out, pieces[i].differs ? "]" : "");
    }
}

enum { MARK, NAME, OF_A, OF_B, COLUMNS };

struct showing {
    struct arena *arena;
    struct buf a, b, marked; /* reset before each use */
    struct link_piece pieces[2][LINK_PIECES_MAX];
};

static const char *keep_pieces(struct showing *s, const struct link_piece *pieces, size_t count)
{
    buf_reset(&s->marked);
    put_pieces(pieces, count, &s->marked);
    return buf_error(&s->marked) ? NULL : arena_copy_text(s->arena, buf_bytes(&s->marked));
}

/* Both have a value. */
static int mark(struct showing *s, const char **row)
{
    static const char *const marks[] = {
        [LINK_SAME_TEXT] = "=", [LINK_SAME_BUT_FORM] = "≈", [LINK_OTHER_TEXT] = "≠"};
    enum link_sameness how;
    size_t a_count, b_count;
    struct span a = buf_bytes(&s->a), b = buf_bytes(&s->b);
    TRY(link_differ_how(a, b, &how));
    row[MARK] = marks[how];
    if (how == LINK_SAME_TEXT || !link_differ(a, b, s->pieces[0], &a_count, s->pieces[1], &b_count))
        return 0;
    row[OF_A] = keep_pieces(s, s->pieces[0], a_count);
    row[OF_B] = keep_pieces(s, s->pieces[1], b_count);
    return row[OF_A] && row[OF_B] ? 0 : E_NOMEM;
}

static int put_cells(struct showing *s, const struct link_queue *queue,
                     const struct link_queue_item *item, const char **cells, size_t *ret_rows)
{
    size_t rows = 0;
    for (size_t i = 0; i < queue->fields; i++) {
        struct span a = item->values[2 * i], b = item->values[2 * i + 1];
        if (a.len == 0 && b.len == 0)
            continue;
        const char **row = cells + COLUMNS * rows++;
        buf_reset(&s->a);
        buf_reset(&s->b);
        show_line(&s->a, a, LINK_QUEUE_VALUE_MAX);
        show_line(&s->b, b, LINK_QUEUE_VALUE_MAX);
        TRY(buf_error(&s->a));
        TRY(buf_error(&s->b));
        row[NAME] = queue->names[i];
        row[OF_A] = arena_copy_text(s->arena, buf_bytes(&s->a));
        row[OF_B] = arena_copy_text(s->arena, buf_bytes(&s->b));
        REJECT_IF(!row[OF_A] || !row[OF_B], E_NOMEM);
        if (s->a.len > 0 && s->b.len > 0)
            TRY(mark(s, row));
    }
    *ret_rows = rows;
    return 0;
}

static int show(struct showing *s, const struct link_queue *queue,
                const struct link_queue_item *item, size_t width, struct buf *out)
{
    size_t rows;
    char *a = arena_copy_text(s->arena, item->a), *b = arena_copy_text(s->arena, item->b);
    const char **cells = arena_alloc(s->arena, (queue->fields * COLUMNS + 1) * sizeof *cells);
    REJECT_IF(!a || !b || !cells, E_NOMEM);
    TRY(put_cells(s, queue, item, cells, &rows));
    const struct term_column columns[COLUMNS] = {{.title = ""},
                                                 {.title = "", .cut = true},
                                                 {.title = a, .cut = true},
                                                 {.title = b, .cut = true}};
    term_table(out, columns, COLUMNS, cells, rows, width);
    return 0;
}

void link_queue_show(const struct link_queue *queue, const struct link_queue_item *item,
                     size_t width, struct buf *out)
{
    struct arena arena;
    struct showing s = {.arena = &arena};
    arena_init(&arena, 16 << 20);
    buf_init(&s.a, 1 << 16);
    buf_init(&s.b, 1 << 16);
    buf_init(&s.marked, 1 << 17);
    int error = show(&s, queue, item, width, out);
    if (error < 0)
        buf_fail(out, error);
    buf_wipe_release(&s.a);
    buf_wipe_release(&s.b);
    buf_wipe_release(&s.marked);
    arena_release(&arena);
}
