/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include <string.h>

#include "draw/term.h"
#include "link/differ.h"
#include "link/queue.h"
#include "table/csv.h"
#include "text/show.h"
#include "text/utf8.h"
#include "text/width.h"

static const char *const leading[] = {"chance", "together", "a", "b"};
#define LEADING COUNT_OF(leading)
#define PER_FIELD 3

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

static int no_queue(const struct csv_reader *r, struct problem *problem)
{
    return problem_set(problem, E_FORMAT,
                       "line %llu: this is no queue of vouchsafe link: it begins with the columns "
                       "chance, together, a, b, and then has two or three for each field",
                       (unsigned long long)csv_reader_line(r));
}

/* Whether the column is what was seen of the field: "given name seen". */
static bool is_seen(struct span header, const char *name)
{
    struct span end = span_text(" seen");
    size_t len = strlen(name);
    return header.len == len + end.len && span_equal(span_slice(header, 0, len), span_text(name)) &&
           span_equal(span_slice(header, len, end.len), end);
}

static int read_header(const struct csv_reader *r, struct arena *arena, struct link_queue *queue,
                       struct problem *problem)
{
    size_t count = csv_reader_count(r);
    for (size_t i = 0; i < LEADING; i++) {
        if (count < LEADING || !span_equal(csv_reader_field(r, i), span_text(leading[i])))
            return no_queue(r, problem);
    }
    queue->names = arena_alloc(arena, (count + 1) * sizeof *queue->names);
    queue->seen = arena_alloc(arena, (count + 1) * sizeof *queue->seen);
    REJECT_IF(!queue->names || !queue->seen, E_NOMEM);
    for (size_t i = LEADING; i < count; queue->fields++) {
        const char **name = &queue->names[queue->fields];
        if (i + 2 > count)
            return no_queue(r, problem);
        TRY(field_name(arena, csv_reader_field(r, i), csv_reader_field(r, i + 1), name));
        i += 2;
        queue->seen[queue->fields] = i < count && is_seen(csv_reader_field(r, i), *name);
        i += queue->seen[queue->fields] ? 1 : 0;
    }
    queue->columns = count;
    return 0;
}

static int read_values(const struct csv_reader *r, struct arena *arena,
                       const struct link_queue *queue, struct link_queue_item *item)
{
    struct span *values = arena_alloc(arena, (PER_FIELD * queue->fields + 1) * sizeof *values);
    REJECT_IF(!values, E_NOMEM);
    size_t at = LEADING;
    for (size_t i = 0; i < queue->fields; i++) {
        struct span *of = values + PER_FIELD * i;
        of[2] = span_of("", 0);
        for (size_t k = 0; k < (queue->seen[i] ? 3 : 2); k++)
            TRY(keep(arena, csv_reader_field(r, at++), &of[k]));
    }
    item->values = values;
    return 0;
}

static int read_item(const struct csv_reader *r, struct arena *arena,
                     const struct link_queue *queue, struct link_queue_item *item,
                     struct problem *problem)
{
    unsigned long long line = csv_reader_line(r);
    if (csv_reader_count(r) != queue->columns)
        return problem_set(problem, E_FORMAT, "line %llu: %zu fields, and not %zu as in the header",
                           line, csv_reader_count(r), queue->columns);
    item->together = span_equal(csv_reader_field(r, 1), span_text("yes"));
    if (!item->together && !span_equal(csv_reader_field(r, 1), span_text("no")))
        return problem_set(problem, E_FORMAT, "line %llu: together is neither yes nor no", line);
    TRY(keep(arena, csv_reader_field(r, 0), &item->chance));
    TRY(keep(arena, csv_reader_field(r, 2), &item->a));
    TRY(keep(arena, csv_reader_field(r, 3), &item->b));
    if (item->a.len == 0 || item->b.len == 0)
        return problem_set(problem, E_FORMAT, "line %llu: a record has no name", line);
    return read_values(r, arena, queue, item);
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
        TRY(read_item(r, arena, queue, &queue->items[queue->count], problem));
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

enum { MARK, NAME, OF_A, OF_B, SEEN, COLUMNS };
#define GAP 2
#define STACKED_INDENT 4

struct showing {
    struct arena *arena;
    struct buf a, b, words; /* reset before each use */
    struct link_piece pieces[2][LINK_PIECES_MAX];
};

static const char *keep_pieces(struct showing *s, const struct link_piece *pieces, size_t count)
{
    buf_reset(&s->words);
    put_pieces(pieces, count, &s->words);
    return buf_error(&s->words) ? NULL : arena_copy_text(s->arena, buf_bytes(&s->words));
}

/* As it is shown. */
static int keep_shown(struct showing *s, struct span text, const char **ret_kept)
{
    buf_reset(&s->words);
    show_line(&s->words, text, LINK_QUEUE_VALUE_MAX);
    TRY(buf_error(&s->words));
    *ret_kept = arena_copy_text(s->arena, buf_bytes(&s->words));
    return *ret_kept ? 0 : E_NOMEM;
}

/* Both have a value. */
static int mark(struct showing *s, struct span seen, const char **row)
{
    static const char *const marks[] = {
        [LINK_SAME_TEXT] = "=", [LINK_SAME_BUT_FORM] = "≈", [LINK_OTHER_TEXT] = "≠"};
    enum link_sameness how;
    size_t a_count, b_count;
    struct span a = buf_bytes(&s->a), b = buf_bytes(&s->b);
    TRY(link_differ_how(a, b, &how));
    TRY(keep_shown(s, seen, &row[SEEN]));
    if (how == LINK_OTHER_TEXT && !link_level_differs(row[SEEN]))
        how = LINK_SAME_BUT_FORM;
    if (how != LINK_OTHER_TEXT)
        row[SEEN] = "";
    row[MARK] = marks[how];
    if (how != LINK_OTHER_TEXT ||
        !link_differ(a, b, s->pieces[0], &a_count, s->pieces[1], &b_count))
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
        const struct span *of = item->values + PER_FIELD * i;
        if (of[0].len == 0 && of[1].len == 0)
            continue;
        const char **row = cells + COLUMNS * rows++;
        buf_reset(&s->a);
        buf_reset(&s->b);
        show_line(&s->a, of[0], LINK_QUEUE_VALUE_MAX);
        show_line(&s->b, of[1], LINK_QUEUE_VALUE_MAX);
        TRY(buf_error(&s->a));
        TRY(buf_error(&s->b));
        row[MARK] = row[SEEN] = "";
        TRY(keep_shown(s, span_text(queue->names[i]), &row[NAME]));
        row[OF_A] = arena_copy_text(s->arena, buf_bytes(&s->a));
        row[OF_B] = arena_copy_text(s->arena, buf_bytes(&s->b));
        REJECT_IF(!row[OF_A] || !row[OF_B], E_NOMEM);
        if (s->a.len > 0 && s->b.len > 0)
            TRY(mark(s, of[2], row));
    }
    *ret_rows = rows;
    return 0;
}

/* How wide a table with nothing cut is. */
static size_t width_of(const char *const *cells, size_t rows)
{
    size_t total = GAP * (COLUMNS - 1);
    for (size_t c = 0; c < COLUMNS; c++) {
        size_t most = 0;
        for (size_t r = 0; r < rows; r++) {
            size_t width = width_columns(span_text(cells[r * COLUMNS + c]));
            most = width > most ? width : most;
        }
        total += most;
    }
    return total;
}

/* Terminals that turn right-to-left text round turn what stands beside it round too: two such
 * values in one line would change places. */
static bool is_right_to_left(const char *text)
{
    static const uint32_t ranges[][2] = {
        {0x590, 0x8FF}, {0xFB1D, 0xFDFF}, {0xFE70, 0xFEFF}, {0x10800, 0x10FFF}, {0x1E800, 0x1EFFF}};
    for (struct span rest = span_text(text); rest.len > 0;) {
        uint32_t c = utf8_next(&rest);
        for (size_t i = 0; i < COUNT_OF(ranges); i++) {
            if (c >= ranges[i][0] && c <= ranges[i][1])
                return true;
        }
    }
    return false;
}

static bool must_be_stacked(const char *const *cells, size_t rows, size_t width)
{
    for (size_t i = 0; i < rows * COLUMNS; i++) {
        if (is_right_to_left(cells[i]))
            return true;
    }
    return width_of(cells, rows) > width;
}

/* The first row is what the records are called. */
static void put_stacked(struct showing *s, const char *const *cells, size_t rows, size_t width,
                        struct buf *out)
{
    for (size_t r = 0; r < rows; r++) {
        const char *const *row = cells + COLUMNS * r;
        buf_reset(&s->words);
        if (r > 0)
            buf_printf(&s->words, "%s%s%s%s%s", row[MARK], row[MARK][0] ? " " : "", row[NAME],
                       row[SEEN][0] ? ": " : "", row[SEEN]);
        term_paragraph(out, buf_cstr(&s->words), 0, width);
        for (size_t side = OF_A; side <= OF_B; side++) {
            buf_reset(&s->words);
            buf_printf(&s->words, "%c: %s", side == OF_A ? 'a' : 'b',
                       row[side][0] ? row[side] : "-");
            term_paragraph(out, buf_cstr(&s->words), r > 0 ? STACKED_INDENT : 0, width);
        }
    }
    if (buf_error(&s->words))
        buf_fail(out, buf_error(&s->words));
}

static int show(struct showing *s, const struct link_queue *queue,
                const struct link_queue_item *item, size_t width, struct buf *out)
{
    size_t rows;
    const char **cells = arena_alloc(s->arena, (queue->fields + 1) * COLUMNS * sizeof *cells);
    REJECT_IF(!cells, E_NOMEM);
    cells[MARK] = cells[NAME] = cells[SEEN] = "";
    TRY(keep_shown(s, item->a, &cells[OF_A]));
    TRY(keep_shown(s, item->b, &cells[OF_B]));
    TRY(put_cells(s, queue, item, cells + COLUMNS, &rows));
    if (must_be_stacked(cells, rows + 1, width)) {
        put_stacked(s, cells, rows + 1, width, out);
        return 0;
    }
    const struct term_column columns[COLUMNS] = {{.title = ""},
                                                 {.title = ""},
                                                 {.title = cells[OF_A]},
                                                 {.title = cells[OF_B]},
                                                 {.title = ""}};
    term_table(out, columns, COLUMNS, cells + COLUMNS, rows, width);
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
    buf_init(&s.words, 1 << 18);
    int error = show(&s, queue, item, width, out);
    if (error < 0)
        buf_fail(out, error);
    buf_wipe_release(&s.a);
    buf_wipe_release(&s.b);
    buf_wipe_release(&s.words);
    arena_release(&arena);
}
