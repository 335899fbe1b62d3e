/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "base/compiler.h"
#include "http/gate.h"
#include "malformed.h"
#include "prop.h"

static const struct gate_limits limits = {MALFORMED_HEAD_BYTES_MAX, MALFORMED_BODY_BYTES_MAX};

static enum gate_verdict check(const char *bytes, size_t len, struct gate_head *head)
{
    /* In a block of its own size, for the sanitizers. */
    char *copy = malloc(len ? len : 1);
    assert_non_null(copy);
    if (len)
        memcpy(copy, bytes, len);
    enum gate_verdict verdict = gate_check(span_of(copy, len), &limits, head);
    if (verdict == GATE_PASS) {
        size_t at = (size_t)((const char *)head->target.data - copy);
        head->target.data = (const uint8_t *)bytes + at;
    }
    free(copy);
    return verdict;
}

static void refuses_each_with_its_status(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(malformed); i++) {
        struct gate_head head;
        enum gate_verdict verdict = check(malformed[i].bytes, malformed[i].len, &head);
        if (verdict != GATE_REFUSE || head.status != malformed[i].status)
            fail_msg("%s: verdict %d, status %d", malformed[i].name, verdict, head.status);
    }
}

struct good {
    const char *bytes;
    size_t len;
    const char *target;
    size_t body_bytes;
    bool post;
};
static const struct good good[] = {
    {BYTES(GET "\r\n"), "/", 0, false},
    {BYTES("GET /%41 HTTP/1.0\r\n\r\n"), "/%41", 0, false},
    {BYTES("GET / HTTP/1.0\r\n\r\n"), "/", 0, false},
    {BYTES("GET /a/%D1%8F-._~?lang=ru&x=!$'()*+,;:@/? HTTP/1.1\r\nHost:a\r\n\r\n"),
     "/a/%D1%8F-._~?lang=ru&x=!$'()*+,;:@/?", 0, false},
    {BYTES("GET / HTTP/1.1\r\nHOST: [::1]:8080\r\nX-Empty:\r\nX-Tab:\ta\tb\r\nX: \xd1\x8f\r\n\r\n"),
     "/", 0, false},
    {BYTES(GET "Accept: a\r\nAccept: b\r\naccept-language: ru\r\nAccept-Language: en\r\n\r\n"), "/",
     0, false},
    {BYTES(POST "Content-Length: 0\r\n\r\n"), "/", 0, true},
    {BYTES(POST "content-length:1000\r\n\r\n"), "/", 1000, true},
    {BYTES("POST /write HTTP/1.0\r\nContent-Length: 5\r\n\r\naaaaa"), "/write", 5, true},
    {BYTES(GET EIGHT_LINES("a") EIGHT_LINES("b") EIGHT_LINES("c") EIGHT_LINES("d") EIGHT_LINES("e")
               EIGHT_LINES("f") EIGHT_LINES(
                   "g") "h1: 1\r\nh2: 2\r\nh3: 3\r\nh4: 4\r\nh5: 5\r\nh6: 6\r\nh7: 7\r\n\r\n"),
     "/", 0, false},
};

static void passes_what_is_right(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(good); i++) {
        struct gate_head head;
        assert_int_equal(check(good[i].bytes, good[i].len, &head), GATE_PASS);
        assert_true(span_equal(head.target, span_text(good[i].target)));
        assert_int_equal(head.body_bytes, good[i].body_bytes);
        assert_int_equal(head.post, good[i].post);
        assert_memory_equal(good[i].bytes + head.head_bytes - 4, "\r\n\r\n", 4);
    }
}

static void a_head_of_the_last_byte_passes_and_of_one_more_does_not(void **state)
{
    (void)state;
    char bytes[MALFORMED_HEAD_BYTES_MAX + 1];
    struct gate_head head;
    for (size_t len = sizeof bytes - 1; len <= sizeof bytes; len++) {
        memset(bytes, 'a', len);
        memcpy(bytes, GET "X: ", strlen(GET "X: "));
        memcpy(bytes + len - 4, "\r\n\r\n", 4);
        bool fits = len == MALFORMED_HEAD_BYTES_MAX;
        assert_int_equal(check(bytes, len, &head), fits ? GATE_PASS : GATE_REFUSE);
        assert_int_equal(head.status, fits ? 0 : 431);
    }
}

static void short_limits_hold_for_the_request_line_too(void **state)
{
    (void)state;
    struct gate_head head;
    struct gate_limits small = {12, 0};
    assert_int_equal(gate_check(span_text("GET / HTTP/"), &small, &head), GATE_MORE);
    assert_int_equal(gate_check(span_text("GET / HTTP/1.1\r\n"), &small, &head), GATE_REFUSE);
    assert_int_equal(head.status, 431);
}

/* The verdict on each beginning is MORE until it is the verdict on the whole. */
static void check_beginnings(const char *bytes, size_t len)
{
    struct gate_head whole, part;
    enum gate_verdict last = check(bytes, len, &whole), verdict = GATE_MORE;
    for (size_t i = 0; i <= len; i++) {
        enum gate_verdict now = check(bytes, i, &part);
        assert_true(verdict == GATE_MORE || now == verdict);
        verdict = now;
        if (verdict == GATE_MORE)
            continue;
        assert_int_equal(verdict, last);
        assert_int_equal(part.status, whole.status);
        assert_int_equal(part.head_bytes, whole.head_bytes);
        assert_int_equal(part.body_bytes, whole.body_bytes);
    }
}

static void more_bytes_never_change_the_verdict(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(good); i++)
        check_beginnings(good[i].bytes, good[i].len);
    for (size_t i = 0; i < COUNT_OF(malformed); i++)
        check_beginnings(malformed[i].bytes, malformed[i].len);

    struct prop prop = prop_start("more_bytes_never_change_the_verdict");
    for (int round = 0; round < 2000; round++) {
        const struct good *from = &good[prop_below(&prop, COUNT_OF(good))];
        char bytes[1024];
        size_t len = from->len < sizeof bytes ? from->len : sizeof bytes;
        memcpy(bytes, from->bytes, len);
        for (uint64_t n = prop_below(&prop, 4); n > 0; n--)
            bytes[prop_below(&prop, len)] = "\r\n: \t\0%&;/a1"[prop_below(&prop, 12)];
        check_beginnings(bytes, len);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(refuses_each_with_its_status),
        cmocka_unit_test(passes_what_is_right),
        cmocka_unit_test(a_head_of_the_last_byte_passes_and_of_one_more_does_not),
        cmocka_unit_test(short_limits_hold_for_the_request_line_too),
        cmocka_unit_test(more_bytes_never_change_the_verdict),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
