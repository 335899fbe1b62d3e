/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include <zlib.h>

#include "base/buf.h"
#include "reading.h"

#define PAGE "<html><h1>Forty held</h1><p>At least 40 men were held in Karsk.</p></html>"
#define PAGE_TEXT "Forty held\n\nAt least 40 men were held in Karsk.\n"
#define ADDRESS "https://karsk-times.example/1"

static void put_record(struct buf *out, const char *type, const char *media, struct span block)
{
    buf_printf(out,
               "WARC/1.1\r\nWARC-Type: %s\r\nWARC-Target-URI: " ADDRESS
               "\r\nWARC-Date: 2031-04-09T08:00:00Z\r\nContent-Type: %s\r\nContent-Length: "
               "%zu\r\n\r\n",
               type, media, block.len);
    buf_span(out, block);
    buf_text(out, "\r\n\r\n");
}

static void put_response(struct buf *out, const char *head, struct span body)
{
    struct buf block;
    buf_init(&block, 1 << 20);
    buf_printf(&block, "HTTP/1.1 %s\r\n\r\n", head);
    buf_span(&block, body);
    put_record(out, "response", "application/http; msgtype=response", buf_bytes(&block));
    buf_release(&block);
}

static void pack(struct span bytes, int window, struct buf *out)
{
    z_stream z = {0};
    uint8_t packed[4096];
    assert_int_equal(deflateInit2(&z, 6, Z_DEFLATED, window, 8, Z_DEFAULT_STRATEGY), Z_OK);
    z.next_in = (Bytef *)(uintptr_t)bytes.data;
    z.avail_in = (unsigned)bytes.len;
    int result;
    do {
        z.next_out = packed;
        z.avail_out = sizeof packed;
        result = deflate(&z, Z_FINISH);
        buf_put(out, packed, sizeof packed - z.avail_out);
    } while (result == Z_OK);
    assert_int_equal(result, Z_STREAM_END);
    deflateEnd(&z);
}

struct fixture {
    struct buf file, part;
};

static void start(struct fixture *f)
{
    buf_init(&f->file, 1 << 24);
    buf_init(&f->part, 1 << 24);
}

static void end(struct fixture *f)
{
    buf_release(&f->file);
    buf_release(&f->part);
}

static void assert_pages(const struct fixture *f, size_t count, size_t remarks)
{
    struct reading_result r = reading_pieces("a.warc.gz", buf_bytes(&f->file), 100);
    assert_int_equal(r.error, 0);
    assert_int_equal(r.remark_count, remarks);
    assert_int_equal(r.count, count);
    for (size_t i = 0; i < count; i++) {
        assert_string_equal(r.documents[i].text, PAGE_TEXT);
        assert_string_equal(r.documents[i].address, ADDRESS);
        assert_string_equal(r.documents[i].outlet, "karsk-times.example");
        assert_string_equal(r.documents[i].record, ADDRESS " 2031-04-09T08:00:00Z");
        assert_int_equal(r.documents[i].day, DAY_2031_04_09);
    }
    reading_release(&r);
}

static void pages_are_read_and_all_else_is_passed_over(void **state)
{
    (void)state;
    struct fixture f;
    start(&f);
    put_record(&f.file, "warcinfo", "application/warc-fields", span_text("software: x\r\n"));
    put_record(&f.file, "request", "application/http", span_text("GET / HTTP/1.1\r\n\r\n"));
    put_response(&f.file, "200 OK\r\nContent-Type: text/html; charset=utf-8", span_text(PAGE));
    put_response(&f.file, "404 Not Found\r\nContent-Type: text/html", span_text(PAGE));
    put_response(&f.file, "200 OK\r\nContent-Type: image/png", span_text("\x89PNG"));
    put_record(&f.file, "resource", "text/html", span_text(PAGE));
    put_record(&f.file, "conversion", "text/plain", span_text(PAGE_TEXT));
    assert_pages(&f, 3, 0);
    end(&f);
}

static void bodies_in_chunks_and_packed(void **state)
{
    (void)state;
    struct fixture f;
    start(&f);
    buf_printf(&f.part, "5;x=y\r\n%.5s\r\n%zX\r\n%s\r\n0\r\n\r\n", PAGE, strlen(PAGE) - 5,
               &PAGE[5]);
    put_response(&f.file, "200 OK\r\nContent-Type: text/html\r\ntransfer-encoding: chunked",
                 buf_bytes(&f.part));
    /* The archiver took the chunks together and left the head as it was. */
    put_response(&f.file, "200 OK\r\nContent-Type: text/html\r\nTransfer-Encoding: chunked",
                 span_text(PAGE));
    put_response(&f.file, "200 OK\r\nContent-Type: text/html\r\nContent-Encoding: gzip",
                 span_text(PAGE));
    static const int windows[] = {15 + 16, 15, -15};
    for (size_t i = 0; i < COUNT_OF(windows); i++) {
        buf_reset(&f.part);
        pack(span_text(PAGE), windows[i], &f.part);
        put_response(&f.file,
                     windows[i] > 15 ? "200 OK\r\nContent-Type: text/html\r\nContent-Encoding: gzip"
                                     : "200 OK\r\nContent-Type: text/html\r\nContent-Encoding: "
                                       "deflate",
                     buf_bytes(&f.part));
    }
    assert_pages(&f, 6, 0);
    end(&f);
}

static void members_of_a_packed_file(void **state)
{
    (void)state;
    struct fixture f;
    start(&f);
    for (int i = 0; i < 3; i++) {
        buf_reset(&f.part);
        put_response(&f.part, "200 OK\r\nContent-Type: text/html", span_text(PAGE));
        pack(buf_bytes(&f.part), 15 + 16, &f.file);
    }
    assert_pages(&f, 3, 0);
    buf_cut(&f.file, f.file.len - 30);
    struct reading_result r = reading("a.warc.gz", buf_bytes(&f.file));
    assert_int_equal(r.error, 0);
    assert_int_equal(r.count, 2);
    assert_int_equal(r.remark_count, 2);
    assert_non_null(strstr(r.remarks[0], "record 3, at byte"));
    assert_non_null(strstr(r.remarks[1], "end too early"));
    reading_release(&r);
    end(&f);
}

/* Wherever it is cut, what is whole is used and something is said, once. */
static void a_file_cut_short_anywhere(void **state)
{
    (void)state;
    struct fixture f;
    start(&f);
    put_response(&f.file, "200 OK\r\nContent-Type: text/html", span_text(PAGE));
    size_t one = f.file.len;
    put_response(&f.file, "200 OK\r\nContent-Type: text/html", span_text(PAGE));
    for (size_t len = one + 1; len < f.file.len - 4; len++) {
        struct reading_result r = reading("a.warc", span_slice(buf_bytes(&f.file), 0, len));
        assert_int_equal(r.error, 0);
        assert_int_equal(r.count, 1);
        assert_int_equal(r.remark_count, 1);
        char where[40];
        snprintf(where, sizeof where, "record 2, at byte %zu:", one);
        assert_non_null(strstr(r.remarks[0], where));
        reading_release(&r);
    }
    end(&f);
}

static void a_record_that_is_wrong_leaves_the_others(void **state)
{
    (void)state;
    struct fixture f;
    start(&f);
    put_response(&f.file, "200 OK\r\nContent-Type: text/html\r\nContent-Encoding: br",
                 span_text("\x1b\x02"));
    put_record(&f.file, "response", "application/http", span_text("nonsense"));
    put_response(&f.file, "200 OK\r\nContent-Type: text/html", span_text("<script>x</script>"));
    put_response(&f.file, "200 OK\r\nContent-Type: text/html", span_text(PAGE));
    assert_pages(&f, 1, 3);
    buf_text(&f.file, "rubbish");
    assert_pages(&f, 1, 4);
    buf_reset(&f.file);
    buf_text(&f.file, "WARC/1.0\r\nWARC-Type: response\r\n\r\n");
    assert_pages(&f, 0, 1);
    end(&f);
}

/* 64 MiB and more: it is passed over, and the next one read. */
static void a_record_that_is_too_long(void **state)
{
    (void)state;
    struct fixture f;
    const size_t len = READ_DOCUMENT_MAX_BYTES + 1;
    char *body = malloc(len);
    assert_non_null(body);
    memset(body, ' ', len);
    buf_init(&f.file, 1 << 28);
    buf_init(&f.part, 1 << 10);
    put_record(&f.file, "resource", "text/html", span_of(body, len));
    put_record(&f.file, "resource", "text/html", span_text(PAGE));
    free(body);
    struct reading_result r = reading("a.warc", buf_bytes(&f.file));
    assert_int_equal(r.error, 0);
    assert_int_equal(r.count, 1);
    assert_int_equal(r.remark_count, 1);
    assert_non_null(strstr(r.remarks[0], "longer than 64 MiB"));
    reading_release(&r);
    end(&f);
}

/* A few kilobytes that unpack to more than a document may be. */
static void a_packed_bomb_is_refused(void **state)
{
    (void)state;
    struct fixture f;
    const size_t len = READ_DOCUMENT_MAX_BYTES + 1;
    char *body = malloc(len);
    assert_non_null(body);
    memset(body, 'a', len);
    start(&f);
    pack(span_of(body, len), 15 + 16, &f.part);
    free(body);
    assert_refused("a.txt.gz", buf_bytes(&f.part), E_TOO_LARGE, "64 MiB");
    put_response(&f.file, "200 OK\r\nContent-Type: text/html\r\nContent-Encoding: gzip",
                 buf_bytes(&f.part));
    assert_pages(&f, 0, 1);
    end(&f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(pages_are_read_and_all_else_is_passed_over),
        cmocka_unit_test(bodies_in_chunks_and_packed),
        cmocka_unit_test(members_of_a_packed_file),
        cmocka_unit_test(a_file_cut_short_anywhere),
        cmocka_unit_test(a_record_that_is_wrong_leaves_the_others),
        cmocka_unit_test(a_record_that_is_too_long),
        cmocka_unit_test(a_packed_bomb_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
