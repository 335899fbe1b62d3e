/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* Reads, writes what was read, reads that again: it is the same. */
#include "fuzz.h"
#include "table/csv.h"

static size_t read_and_write(struct span text, const struct csv_options *options,
                             char *ret_delimiter, struct buf *out)
{
    struct csv_reader *r = csv_reader_new(text, options);
    ASSERT(r);
    struct csv_writer w = {0};
    size_t rows = 0;
    bool got = true;
    while (csv_reader_next(r, &got, NULL) == 0 && got) {
        if (rows++ == 0)
            csv_writer_init(&w, out, csv_reader_delimiter(r), false);
        ASSERT(csv_reader_count(r) > 0 && csv_reader_line(r) >= rows);
        for (size_t i = 0; i < csv_reader_count(r); i++)
            csv_write_field(&w, csv_reader_field(r, i));
        csv_write_row_end(&w);
    }
    *ret_delimiter = csv_reader_delimiter(r);
    csv_reader_free(r);
    return rows;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct csv_options options = {.field_max_bytes = 1000, .row_max_bytes = 2000};
    struct buf once, twice;
    buf_init(&once, 1 << 24);
    buf_init(&twice, 1 << 24);
    char delimiter;
    size_t rows = read_and_write(span_of(data, size), &options, &delimiter, &once);
    options.delimiter = delimiter;
    if (rows) {
        ASSERT(read_and_write(buf_bytes(&once), &options, &delimiter, &twice) == rows);
        ASSERT(span_equal(buf_bytes(&once), buf_bytes(&twice)));
    }
    buf_release(&once);
    buf_release(&twice);
    return 0;
}
