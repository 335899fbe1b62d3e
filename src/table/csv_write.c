/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "table/csv.h"

#include <string.h>

#include "table/real.h"

#define REAL_BYTES_MAX 64

void csv_writer_init(struct csv_writer *w, struct buf *out, char delimiter, bool against_formulas)
{
    ASSERT(delimiter && !strchr("\"\r\n", delimiter));
    *w = (struct csv_writer){.out = out,
                             .delimiter = delimiter,
                             .against_formulas = against_formulas,
                             .row_start = out->len};
}

/* -12, +3.5: no spreadsheet makes more of it than a number. */
static bool is_plain_number(struct span field)
{
    size_t digits = 0, points = 0;
    for (size_t i = 0; i < field.len; i++) {
        uint8_t c = field.data[i];
        if (c >= '0' && c <= '9')
            digits++;
        else if (c == '.' && digits)
            points++;
        else if (i > 0 || (c != '-' && c != '+'))
            return false;
    }
    return digits > 0 && points <= 1;
}

static bool is_formula(struct span field)
{
    static const char *const starts[] = {"=", "+", "-", "@", "\t", "\r", "＝", "＋", "－", "＠"};
    for (size_t i = 0; i < COUNT_OF(starts); i++) {
        struct span start = span_text(starts[i]);
        if (span_equal(span_slice(field, 0, start.len), start))
            return !is_plain_number(field);
    }
    return false;
}

static bool must_quote(const struct csv_writer *w, struct span field)
{
    for (size_t i = 0; i < field.len; i++) {
        uint8_t c = field.data[i];
        if (c == (uint8_t)w->delimiter || c == '"' || c == '\r' || c == '\n')
            return true;
    }
    /* Readers trim spaces at the ends, and take U+FEFF at the start of a file for its mark. */
    return field.len && (field.data[0] == ' ' || field.data[field.len - 1] == ' ' ||
                         span_equal(span_slice(field, 0, 3), span_text("\xEF\xBB\xBF")));
}

static void put_doubling_quotes(struct buf *out, struct span field)
{
    while (field.len) {
        const uint8_t *quote = memchr(field.data, '"', field.len);
        size_t len = quote ? (size_t)(quote - field.data) + 1 : field.len;
        buf_put(out, field.data, len);
        if (quote)
            buf_u8(out, '"');
        field = span_slice(field, len, field.len);
    }
}

void csv_write_field(struct csv_writer *w, struct span field)
{
    if (w->fields_in_row++)
        buf_u8(w->out, (uint8_t)w->delimiter);
    bool quoted = must_quote(w, field);
    if (quoted)
        buf_u8(w->out, '"');
    if (w->against_formulas && is_formula(field))
        buf_u8(w->out, '\'');
    put_doubling_quotes(w->out, field);
    if (quoted)
        buf_u8(w->out, '"');
}

void csv_write_real(struct csv_writer *w, double v)
{
    struct buf text CLEANUP(buf_release);
    buf_init(&text, REAL_BYTES_MAX);
    real_put(&text, v);
    csv_write_field(w, buf_bytes(&text));
    if (buf_error(&text))
        buf_fail(w->out, buf_error(&text));
}

void csv_write_row_end(struct csv_writer *w)
{
    /* A row of one empty field would be an empty line, which readers skip. */
    if (w->fields_in_row == 1 && w->out->len == w->row_start)
        buf_text(w->out, "\"\"");
    buf_text(w->out, "\r\n");
    w->fields_in_row = 0;
    w->row_start = w->out->len;
}
