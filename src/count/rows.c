/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* The sample is copied out of the reader, since standard input cannot be read twice. */
#include "count/rows.h"

#include "base/mem.h"
#include "table/csv.h"

#define SAMPLE_BYTES (1u << 20)
#define QUOTE_BYTES 40
#define DIGITS_MAX 18 /* of a number that is not beyond 2^53 by its length alone */

struct copied {
    struct buf bytes;
    uint32_t *ends; /* columns a row */
    uint64_t lines[COUNT_ROWS_SAMPLE];
    size_t rows;
};

struct count_rows {
    struct csv_reader *csv;
    size_t columns;
    struct copied header, sample;
    size_t at; /* rows given by count_rows_next, as long as they are of the sample */
    bool in_sample;
};

static struct span trimmed(struct span s)
{
    while (s.len && (s.data[0] == ' ' || s.data[0] == '\t'))
        s = (struct span){s.data + 1, s.len - 1};
    while (s.len && (s.data[s.len - 1] == ' ' || s.data[s.len - 1] == '\t'))
        s.len--;
    return s;
}

static struct span copied_field(const struct count_rows *r, const struct copied *c, size_t row,
                                size_t column)
{
    size_t index = row * r->columns + column;
    size_t from = index ? c->ends[index - 1] : 0;
    return trimmed(span_slice(buf_bytes(&c->bytes), from, c->ends[index] - from));
}

static int copy_row(struct count_rows *r, struct copied *c)
{
    uint32_t *ends = mem_realloc(c->ends, (c->rows + 1) * r->columns * sizeof *ends);
    REJECT_IF(!ends, E_NOMEM);
    c->ends = ends;
    for (size_t i = 0; i < r->columns; i++) {
        buf_span(&c->bytes, csv_reader_field(r->csv, i));
        ends[c->rows * r->columns + i] = (uint32_t)c->bytes.len;
    }
    c->lines[c->rows++] = csv_reader_line(r->csv);
    return buf_error(&c->bytes);
}

static int next_row(struct count_rows *r, bool *ret_got, struct problem *problem)
{
    TRY(csv_reader_next(r->csv, ret_got, problem));
    size_t count = *ret_got ? csv_reader_count(r->csv) : r->columns;
    if (count == r->columns)
        return 0;
    return problem_set(
        problem, E_FORMAT, "line %llu: the row has %zu field%s where the header has %zu%s.",
        (unsigned long long)csv_reader_line(r->csv), count, count == 1 ? "" : "s", r->columns,
        count < r->columns ? "; if it is the last, the file may be cut short" : "");
}

static int read_header(struct count_rows *r, struct problem *problem)
{
    bool got;
    TRY(csv_reader_next(r->csv, &got, problem));
    if (!got)
        return problem_set(problem, E_FORMAT, "line 1: the file is empty.");
    r->columns = csv_reader_count(r->csv);
    TRY(copy_row(r, &r->header));
    size_t numbers = 0;
    uint64_t value;
    for (size_t i = 0; i < r->columns; i++)
        numbers += count_figure_read(count_rows_title(r, i), &value) == COUNT_FIGURE_IS;
    if (numbers == r->columns)
        return problem_set(problem, E_FORMAT,
                           "line %llu: the first row holds only numbers; it must name the columns.",
                           (unsigned long long)r->header.lines[0]);
    return 0;
}

static int read_sample(struct count_rows *r, struct problem *problem)
{
    bool got = true;
    while (r->sample.rows < COUNT_ROWS_SAMPLE && r->sample.bytes.len < SAMPLE_BYTES) {
        TRY(next_row(r, &got, problem));
        if (!got)
            break;
        TRY(copy_row(r, &r->sample));
    }
    if (r->sample.rows == 0)
        return problem_set(problem, E_FORMAT, "line %llu: there is a header and no row below it.",
                           (unsigned long long)r->header.lines[0]);
    return 0;
}

int count_rows_open(const struct count_input *input, struct count_rows **ret_rows,
                    struct problem *problem)
{
    struct count_rows *r = mem_calloc(1, sizeof *r);
    REJECT_IF(!r, E_NOMEM);
    buf_init(&r->header.bytes, CSV_ROW_MAX_BYTES);
    buf_init(&r->sample.bytes, SAMPLE_BYTES + CSV_ROW_MAX_BYTES);
    r->in_sample = true;
    r->csv =
        input->fd >= 0 ? csv_reader_new_fd(input->fd, NULL) : csv_reader_new(input->bytes, NULL);
    int error = r->csv ? read_header(r, problem) : E_NOMEM;
    if (error == 0)
        error = read_sample(r, problem);
    if (error < 0) {
        count_rows_free(r);
        return error;
    }
    *ret_rows = r;
    return 0;
}

void count_rows_free(struct count_rows *r)
{
    if (!r)
        return;
    csv_reader_free(r->csv);
    buf_wipe_release(&r->header.bytes);
    buf_wipe_release(&r->sample.bytes);
    mem_free(r->header.ends);
    mem_free(r->sample.ends);
    mem_free(r);
}

size_t count_rows_columns(const struct count_rows *r)
{
    return r->columns;
}

struct span count_rows_title(const struct count_rows *r, size_t column)
{
    return copied_field(r, &r->header, 0, column);
}

size_t count_rows_sample_count(const struct count_rows *r)
{
    return r->sample.rows;
}

struct span count_rows_sample(const struct count_rows *r, size_t row, size_t column)
{
    return copied_field(r, &r->sample, row, column);
}

uint64_t count_rows_sample_line(const struct count_rows *r, size_t row)
{
    return r->sample.lines[row];
}

int count_rows_next(struct count_rows *r, bool *ret_got, struct problem *problem)
{
    if (r->in_sample && r->at < r->sample.rows) {
        r->at++;
        *ret_got = true;
        return 0;
    }
    r->in_sample = false;
    return next_row(r, ret_got, problem);
}

struct span count_rows_field(const struct count_rows *r, size_t column)
{
    if (r->in_sample)
        return copied_field(r, &r->sample, r->at - 1, column);
    return trimmed(csv_reader_field(r->csv, column));
}

uint64_t count_rows_line(const struct count_rows *r)
{
    return r->in_sample ? r->sample.lines[r->at - 1] : csv_reader_line(r->csv);
}

/* mantissa * 10^shift, with at most DIGITS_MAX digits; lost: others than 0 came behind those. */
struct written {
    bool negative, lost;
    uint64_t mantissa;
    int digits, shift;
};

static bool is_digit(struct cursor *c)
{
    return cursor_left(c) && *c->at >= '0' && *c->at <= '9';
}

/* False when there is none. */
static bool take_digits(struct cursor *c, struct written *w, bool behind_point)
{
    bool any = false;
    for (; is_digit(c); any = true) {
        unsigned digit = cursor_u8(c) - '0';
        if (w->digits < DIGITS_MAX) {
            w->mantissa = w->mantissa * 10 + digit;
            w->digits += w->mantissa > 0;
            w->shift -= behind_point;
        } else {
            w->lost |= digit > 0;
            w->shift += !behind_point;
        }
    }
    return any;
}

static bool take_exponent(struct cursor *c, struct written *w)
{
    if (!cursor_left(c) || (*c->at != 'e' && *c->at != 'E'))
        return true;
    cursor_u8(c);
    bool negative = cursor_left(c) && *c->at == '-';
    if (negative || (cursor_left(c) && *c->at == '+'))
        cursor_u8(c);
    int exponent = 0;
    bool any = false;
    for (; is_digit(c); any = true) {
        int digit = cursor_u8(c) - '0';
        exponent = exponent < 10000000 ? exponent * 10 + digit : exponent;
    }
    w->shift += negative ? -exponent : exponent;
    return any;
}

static bool take_number(struct span text, struct written *w)
{
    struct cursor c;
    cursor_init(&c, text);
    w->negative = text.len && text.data[0] == '-';
    if (w->negative || (text.len && text.data[0] == '+'))
        cursor_u8(&c);
    bool any = take_digits(&c, w, false);
    if (cursor_left(&c) && *c.at == '.') {
        cursor_u8(&c);
        any |= take_digits(&c, w, true);
    }
    return any && take_exponent(&c, w) && cursor_left(&c) == 0;
}

enum count_figure count_figure_read(struct span text, uint64_t *ret_value)
{
    const uint64_t max = UINT64_C(1) << 53;
    struct written w = {0};
    if (!take_number(text, &w))
        return COUNT_FIGURE_NONE;
    if (w.negative && w.mantissa > 0)
        return COUNT_FIGURE_NEGATIVE;
    if (w.mantissa == 0)
        w.shift = 0;
    for (; w.shift < 0 && w.mantissa % 10 == 0; w.shift++)
        w.mantissa /= 10;
    if (w.shift < 0 || (w.lost && w.mantissa <= max))
        return COUNT_FIGURE_FRACTION;
    for (; w.shift > 0 && w.mantissa <= max; w.shift--)
        w.mantissa *= 10;
    if (w.mantissa > max)
        return COUNT_FIGURE_BEYOND;
    *ret_value = w.mantissa;
    return COUNT_FIGURE_IS;
}

int count_quote_len(struct span text)
{
    size_t len = text.len;
    if (len > QUOTE_BYTES) {
        len = QUOTE_BYTES;
        while (len > 0 && (text.data[len] & 0xC0) == 0x80)
            len--;
    }
    return (int)len;
}
