/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* Runs of ordinary bytes are found by a table of 256 and copied whole; only the bytes that mean
 * something (quote, delimiter, ends of lines, NUL) are looked at one by one. */
#include "table/csv.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "base/mem.h"
#include "text/utf8.h"

#define CHUNK_BYTES 65536

enum place { FIELD_START, PLAIN, QUOTED, AFTER_QUOTE };

struct csv_reader {
    struct csv_options options;
    int fd;         /* -1: all bytes are in left from the start */
    uint8_t *chunk; /* of a file descriptor */
    struct span left;
    bool started, ended, after_cr;
    bool special[256];
    struct buf row;
    uint32_t ends[CSV_FIELDS_MAX]; /* where each field ends in row */
    size_t count;
    uint64_t line, row_line;
    uint64_t column; /* characters before left on this line */
    int error;
    struct problem said;
};

static struct csv_reader *new_reader(int fd, const struct csv_options *options)
{
    struct csv_reader *r = mem_calloc(1, sizeof *r);
    if (!r)
        return NULL;
    r->options = options ? *options : (struct csv_options){0};
    if (r->options.field_max_bytes == 0)
        r->options.field_max_bytes = CSV_FIELD_MAX_BYTES;
    if (r->options.row_max_bytes == 0)
        r->options.row_max_bytes = CSV_ROW_MAX_BYTES;
    ASSERT(r->options.row_max_bytes <= UINT32_MAX);
    r->fd = fd;
    r->line = 1;
    buf_init(&r->row, r->options.row_max_bytes);
    return r;
}

struct csv_reader *csv_reader_new(struct span text, const struct csv_options *options)
{
    struct csv_reader *r = new_reader(-1, options);
    if (r)
        r->left = span_of(text.data, text.len);
    return r;
}

struct csv_reader *csv_reader_new_fd(int fd, const struct csv_options *options)
{
    ASSERT(fd >= 0);
    struct csv_reader *r = new_reader(fd, options);
    if (!r)
        return NULL;
    r->chunk = mem_alloc(CHUNK_BYTES);
    if (!r->chunk) {
        csv_reader_free(r);
        return NULL;
    }
    r->left = span_of(r->chunk, 0);
    return r;
}

void csv_reader_free(struct csv_reader *r)
{
    if (!r)
        return;
    mem_wipe(r->chunk, r->chunk ? CHUNK_BYTES : 0);
    mem_free(r->chunk);
    buf_wipe_release(&r->row);
    mem_free(r);
}

size_t csv_reader_count(const struct csv_reader *r)
{
    return r->count;
}

struct span csv_reader_field(const struct csv_reader *r, size_t index)
{
    ASSERT(index < r->count);
    size_t from = index ? r->ends[index - 1] : 0;
    return span_slice(buf_bytes(&r->row), from, r->ends[index] - from);
}

uint64_t csv_reader_line(const struct csv_reader *r)
{
    return r->row_line;
}

char csv_reader_delimiter(const struct csv_reader *r)
{
    return r->options.delimiter;
}

/* Keeps the first error for whoever asks again. */
static int fail_at(struct csv_reader *r, int error, uint64_t line, uint64_t column,
                   const char *what)
{
    r->error = error;
    return problem_set(&r->said, error, "line %llu, column %llu: %s", (unsigned long long)line,
                       (unsigned long long)column + 1, what);
}

static int fail(struct csv_reader *r, int error, const char *what)
{
    return fail_at(r, error, r->line, r->column, what);
}

/* Adds what can be read now behind what is left; the chunk has room. */
static int fill(struct csv_reader *r)
{
    if (r->left.len == 0)
        r->left.data = r->chunk;
    size_t used = (size_t)(r->left.data - r->chunk) + r->left.len;
    ssize_t got;
    do
        got = read(r->fd, r->chunk + used, CHUNK_BYTES - used);
    while (got < 0 && errno == EINTR);
    if (got < 0)
        return fail(r, E_IO, error_sentence(E_IO));
    r->ended = got == 0;
    r->left.len += (size_t)got;
    return 0;
}

/* The next byte, or -1 at the end, without taking it. */
static int peek(struct csv_reader *r, int *ret_byte)
{
    if (r->left.len == 0 && r->fd >= 0 && !r->ended)
        TRY(fill(r));
    *ret_byte = r->left.len ? r->left.data[0] : -1;
    return 0;
}

/* Takes len bytes that are there; none of them ends a line. */
static void take_run(struct csv_reader *r, size_t len)
{
    for (size_t i = 0; i < len; i++)
        r->column += (r->left.data[i] & 0xC0) != 0x80;
    r->left = (struct span){r->left.data + len, r->left.len - len};
    r->after_cr = false;
}

static void take_byte(struct csv_reader *r)
{
    uint8_t byte = r->left.data[0];
    bool second_half = byte == '\n' && r->after_cr;
    take_run(r, 1);
    if (byte == '\n' || byte == '\r') {
        r->line += !second_half;
        r->column = 0;
    }
    r->after_cr = byte == '\r';
}

/* The commonest candidate outside quotes in the first line that has something in it. */
static char detect_delimiter(struct span text)
{
    static const char candidates[] = ",;\t|";
    size_t counts[sizeof candidates] = {0}, best = 0, in_line = 0;
    bool quoted = false;
    for (size_t i = 0; i < text.len; i++) {
        uint8_t byte = text.data[i];
        if (byte == '"')
            quoted = !quoted;
        if (!quoted && (byte == '\n' || byte == '\r') && in_line)
            break;
        in_line += byte != '\n' && byte != '\r';
        for (size_t j = 0; !quoted && j + 1 < sizeof candidates; j++)
            counts[j] += byte == (uint8_t)candidates[j];
    }
    for (size_t j = 1; j + 1 < sizeof candidates; j++)
        if (counts[j] > counts[best])
            best = j;
    return candidates[best];
}

static int start(struct csv_reader *r)
{
    static const uint8_t mark[3] = {0xEF, 0xBB, 0xBF};
    while (r->fd >= 0 && !r->ended && r->left.len < CHUNK_BYTES)
        TRY(fill(r));
    if (span_equal(span_slice(r->left, 0, sizeof mark), span_of(mark, sizeof mark)))
        r->left = (struct span){r->left.data + sizeof mark, r->left.len - sizeof mark};
    if (r->options.delimiter == 0)
        r->options.delimiter = detect_delimiter(r->left);
    const char special[] = {r->options.delimiter, '"', '\r', '\n', '\0'};
    for (size_t i = 0; i < sizeof special; i++)
        r->special[(uint8_t)special[i]] = true;
    r->started = true;
    return 0;
}

static int append(struct csv_reader *r, size_t len, size_t field_start)
{
    if (r->row.len + len - field_start > r->options.field_max_bytes)
        return fail(r, E_TOO_LARGE, "the field is longer than what is accepted");
    buf_put(&r->row, r->left.data, len);
    int error = buf_error(&r->row);
    if (error < 0)
        return fail(r, error,
                    error == E_NOMEM ? error_sentence(error)
                                     : "the row is longer than what is accepted");
    return 0;
}

/* Appends ordinary bytes and says what special one, or -1, comes then. */
static int read_ordinary(struct csv_reader *r, size_t field_start, int *ret_byte)
{
    for (;;) {
        int byte;
        TRY(peek(r, &byte));
        if (byte == 0)
            return fail(r, E_FORMAT, "a NUL byte; UTF-16 must be saved as UTF-8 first");
        if (byte < 0 || r->special[byte]) {
            *ret_byte = byte;
            return 0;
        }
        size_t len = 1;
        while (len < r->left.len && !r->special[r->left.data[len]])
            len++;
        TRY(append(r, len, field_start));
        take_run(r, len);
    }
}

/* After the opening quote, up to and with the closing one. */
static int read_quoted(struct csv_reader *r, size_t field_start)
{
    uint64_t line = r->line, column = r->column - 1;
    for (;;) {
        int byte;
        TRY(read_ordinary(r, field_start, &byte));
        if (byte < 0)
            return fail_at(r, E_FORMAT, line, column, "the quote that opens here is never closed");
        if (byte == '"') {
            take_byte(r);
            TRY(peek(r, &byte));
            if (byte != '"')
                return 0;
        }
        TRY(append(r, 1, field_start));
        take_byte(r);
    }
}

static int read_field(struct csv_reader *r, int *ret_after)
{
    uint64_t line = r->line, column = r->column;
    size_t field_start = r->row.len;
    int byte;
    if (r->count == CSV_FIELDS_MAX)
        return fail(r, E_TOO_LARGE, "the row has more fields than are accepted");
    TRY(peek(r, &byte));
    bool quoted = byte == '"';
    if (quoted) {
        take_byte(r);
        TRY(read_quoted(r, field_start));
        TRY(peek(r, &byte));
        if (byte >= 0 && byte != (uint8_t)r->options.delimiter && byte != '\r' && byte != '\n')
            return fail(r, E_FORMAT, "after a closing quote the field must end");
    } else {
        TRY(read_ordinary(r, field_start, &byte));
        if (byte == '"')
            return fail(r, E_FORMAT, "a quote in a field that does not begin with one");
    }
    struct span field = span_slice(buf_bytes(&r->row), field_start, SIZE_MAX);
    if (utf8_check(field, SIZE_MAX) < 0)
        return fail_at(r, E_UTF8, line, column, "the field that begins here is not valid UTF-8");
    r->ends[r->count++] = (uint32_t)r->row.len;
    *ret_after = byte;
    return 0;
}

static int read_row(struct csv_reader *r, bool *ret_got)
{
    int byte;
    if (!r->started)
        TRY(start(r));
    r->count = 0;
    buf_reset(&r->row);
    for (;;) {
        TRY(peek(r, &byte));
        if (byte != '\r' && byte != '\n')
            break;
        take_byte(r);
    }
    r->row_line = r->line;
    *ret_got = byte >= 0;
    bool more = byte >= 0;
    while (more) {
        TRY(read_field(r, &byte));
        if (byte >= 0)
            take_byte(r);
        more = byte == (uint8_t)r->options.delimiter;
    }
    return 0;
}

int csv_reader_next(struct csv_reader *r, bool *ret_got, struct problem *problem)
{
    if (r->error == 0) {
        bool got;
        int error = read_row(r, &got);
        if (error == 0) {
            *ret_got = got;
            return 0;
        }
    }
    r->count = 0;
    return problem_set(problem, r->error, "%s", r->said.text);
}
