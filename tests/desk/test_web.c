/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* Who is let in, and when the desk locks. What the pages do is in test_web_pages.c. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdatomic.h>
#include <unistd.h>

#include "base/clock.h"
#include "web_served.h"

static struct served w;
static _Atomic int64_t slept_ms;

static int64_t fake_slept_ms(void)
{
    return atomic_load(&slept_ms);
}

static int begin(void **state)
{
    (void)state;
    served_begin(&w);
    served_serve(&w, NULL);
    return 0;
}

static int begin_idle(void **state)
{
    struct web_options options = {.token_ms = WEB_TOKEN_MS, .idle_ms = 1500};
    (void)state;
    served_begin(&w);
    served_serve(&w, &options);
    return 0;
}

static int begin_sleepy(void **state)
{
    struct web_options options = {
        .token_ms = WEB_TOKEN_MS, .idle_ms = WEB_IDLE_MS, .slept_ms = fake_slept_ms};
    (void)state;
    atomic_store(&slept_ms, 5000);
    served_begin(&w);
    served_serve(&w, &options);
    return 0;
}

static int begin_short_token(void **state)
{
    struct web_options options = {.token_ms = 1, .idle_ms = WEB_IDLE_MS};
    (void)state;
    served_begin(&w);
    served_serve(&w, &options);
    return 0;
}

static int end(void **state)
{
    (void)state;
    served_end(&w);
    return 0;
}

static void assert_status(const struct ask *ask, int status)
{
    struct reply reply = served_ask(&w, ask);
    if (reply.status != status)
        fail_msg("%s %s: %d instead of %d", ask->method ? ask->method : "GET", ask->path,
                 reply.status, status);
    if (status == 403)
        assert_null(strstr(reply.body, "Veshnia Legal Aid"));
    reply_release(&reply);
}

static void assert_get(const char *path, int status)
{
    struct ask ask = {.path = path};
    assert_status(&ask, status);
}

/* The token */

static void the_token_works_once(void **state)
{
    (void)state;
    served_enter(&w);
    assert_get("/", 200);
    struct ask again = {.path = w.invitation, .cookie = ""};
    assert_status(&again, 403);
    assert_get("/", 200);
    struct ask wrong = {.path = "/open?token=00", .cookie = ""};
    assert_status(&wrong, 403);
    wrong.path = "/open";
    assert_status(&wrong, 403);
}

static void the_token_has_its_time(void **state)
{
    (void)state;
    served_invite(&w);
    usleep(20000);
    struct ask ask = {.path = w.invitation, .cookie = ""};
    assert_status(&ask, 403);
}

static void the_cookie_is_the_browser_s_alone(void **state)
{
    (void)state;
    served_invite(&w);
    struct ask ask = {.path = w.invitation, .cookie = "", .site = "cross-site"};
    struct reply reply = served_ask(&w, &ask);
    const char *cookie = reply_header(&reply, "Set-Cookie");
    assert_int_equal(reply.status, 200);
    assert_non_null(strstr(cookie, "; HttpOnly"));
    assert_non_null(strstr(cookie, "; SameSite=Strict"));
    assert_non_null(strstr(cookie, "; Path=/"));
    assert_int_equal(strcspn(strchr(cookie, '=') + 1, ";"), 64);
    assert_string_equal(reply_header(&reply, "Cache-Control"), "no-store");
    reply_release(&reply);
}

static void another_session_ends_this_one(void **state)
{
    (void)state;
    char first[128];
    served_enter(&w);
    snprintf(first, sizeof first, "%s", w.cookie);
    served_enter(&w);
    struct ask ask = {.path = "/", .cookie = first};
    assert_status(&ask, 403);
    assert_get("/", 200);
}

/* Who asks */

static const char *const paths[] = {"/",       "/report/00112233", "/take",  "/search?q=a",
                                    "/status", "/erasures",        "/awake", "/nothing"};

static void without_the_cookie_there_is_nothing(void **state)
{
    (void)state;
    served_enter(&w);
    for (size_t i = 0; i < COUNT_OF(paths); i++) {
        struct ask ask = {.path = paths[i], .cookie = ""};
        assert_status(&ask, 403);
        ask.cookie = "desk-1=0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef";
        assert_status(&ask, 403);
        ask.method = "POST";
        assert_status(&ask, 403);
    }
}

static void another_host_is_refused(void **state)
{
    (void)state;
    char localhost[64], bare[64];
    served_enter(&w);
    snprintf(localhost, sizeof localhost, "localhost%s", strchr(w.address, ':'));
    snprintf(bare, sizeof bare, "%.*s", (int)strcspn(w.address, ":"), w.address);
    const char *hosts[] = {localhost, bare, "127.0.0.1:1", "desk.example", ""};
    for (size_t i = 0; i < COUNT_OF(hosts); i++) {
        struct ask ask = {.path = "/", .host = hosts[i]};
        assert_status(&ask, 403);
        served_invite(&w);
        ask.path = w.invitation;
        assert_status(&ask, 403);
    }
    assert_get("/", 200);
}

static void what_other_sites_start_is_refused(void **state)
{
    (void)state;
    static const char *const sites[] = {"cross-site", "same-site", "weird"};
    served_enter(&w);
    for (size_t i = 0; i < COUNT_OF(sites); i++) {
        struct ask ask = {.path = "/", .site = sites[i]};
        assert_status(&ask, 403);
    }
    struct ask ask = {.path = "/", .site = "none"};
    assert_status(&ask, 200);
}

static void post_from(const char *origin, const char *site, bool with_csrf, int status)
{
    struct reply page = served_get(&w, "/");
    char body[256];
    snprintf(body, sizeof body, "handled=1%s%s", with_csrf ? "&csrf=" : "",
             with_csrf ? served_hidden(page.body, "csrf") : "");
    reply_release(&page);
    struct ask ask = {
        .method = "POST", .path = "/erasures/00", .origin = origin, .site = site, .body = body};
    assert_status(&ask, status);
}

static void post_as(const char *origin, bool with_csrf, int status)
{
    post_from(origin, NULL, with_csrf, status);
}

/* 400: it came through all checks, and only then was found to say no decision. */
static void a_form_must_be_ours(void **state)
{
    (void)state;
    char ours[80], other_port[80];
    served_enter(&w);
    snprintf(ours, sizeof ours, "http://%s", w.address);
    snprintf(other_port, sizeof other_port, "http://%s0", w.address);
    post_as(ours, true, 400);
    post_as(NULL, true, 400);
    post_as("null", true, 403);
    post_from("null", "same-origin", true, 400); /* our pages, which name no referrer */
    post_from("null", "cross-site", true, 403);
    post_from("null", "none", true, 403);
    post_from(ours, "cross-site", true, 403);
    post_as("https://desk.example", true, 403);
    post_as(other_port, true, 403);
    post_as(w.address, true, 403);
    post_as(ours, false, 403);
    struct ask ask = {.method = "POST", .path = "/lock", .body = "csrf=00"};
    assert_status(&ask, 403);
    assert_get("/", 200);
}

static void every_page_is_sealed_off(void **state)
{
    (void)state;
    served_enter(&w);
    for (size_t i = 0; i < COUNT_OF(paths); i++) {
        struct reply reply = served_get(&w, paths[i]);
        assert_string_equal(reply_header(&reply, "Cache-Control"), "no-store");
        if (reply.status != 204) {
            const char *policy = reply_header(&reply, "Content-Security-Policy");
            assert_non_null(strstr(policy, "default-src 'none'; style-src 'sha256-"));
            assert_non_null(strstr(policy, "script-src 'sha256-"));
            assert_non_null(strstr(policy, "frame-ancestors 'none'"));
        }
        reply_release(&reply);
    }
}

static void only_loopback_is_listened_on(void **state)
{
    (void)state;
    static const char *const addresses[] = {"0.0.0.0:0",    "192.0.2.1:80", "[::]:0", "unix:/tmp/x",
                                            "localhost:80", "127.0.0.1",    ""};
    for (size_t i = 0; i < COUNT_OF(addresses); i++) {
        struct web_options options = {.listen = addresses[i]};
        struct web *web = NULL;
        struct problem problem = {""};
        assert_int_equal(web_new(&options, &web, &problem), E_ARGUMENT);
        assert_null(web);
    }
}

/* Locking */

static void assert_locked(void)
{
    struct reply reply = served_get(&w, "/");
    assert_int_equal(reply.status, 403);
    assert_non_null(strstr(reply.body, "The desk is locked"));
    assert_null(strstr(reply.body, "Veshnia"));
    reply_release(&reply);
    served_stop(&w);
    assert_true(web_locked(w.web));
    assert_false(desk_unlocked(w.desk));
}

static void the_button_locks(void **state)
{
    (void)state;
    served_enter(&w);
    struct reply reply = served_post(&w, "/", "/lock", "");
    assert_int_equal(reply.status, 403);
    assert_non_null(strstr(reply.body, "The desk is locked"));
    reply_release(&reply);
    assert_locked();
}

static void it_locks_when_nobody_asks(void **state)
{
    (void)state;
    served_enter(&w);
    for (int i = 0; i < 4; i++) { /* who asks keeps it open */
        usleep(500000);
        assert_get("/awake", 204);
    }
    usleep(1600000);
    assert_locked();
}

/* Not by the next request, but by itself. */
static void the_keys_do_not_wait_for_a_request(void **state)
{
    (void)state;
    served_enter(&w);
    usleep(3200000);
    served_stop(&w);
    assert_true(web_locked(w.web));
    assert_false(desk_unlocked(w.desk));
}

static void a_page_left_open_does_not_keep_it_open(void **state)
{
    (void)state;
    served_enter(&w);
    for (int i = 0; i < 4; i++) {
        usleep(300000);
        assert_get("/still", 204);
    }
    usleep(400000);
    assert_get("/still", 403);
    assert_locked();
}

static void strangers_do_not_keep_it_open(void **state)
{
    (void)state;
    served_enter(&w);
    for (int i = 0; i < 6; i++) {
        struct ask ask = {.path = "/", .cookie = ""};
        usleep(300000);
        assert_status(&ask, 403);
    }
    assert_locked();
}

static void it_locks_when_the_computer_slept(void **state)
{
    (void)state;
    served_enter(&w);
    assert_get("/", 200);
    atomic_store(&slept_ms, 5900); /* within what two clocks may differ */
    assert_get("/", 200);
    atomic_store(&slept_ms, 60000);
    assert_locked();
}

static void after_a_lock_the_session_is_over(void **state)
{
    (void)state;
    served_enter(&w);
    struct reply reply = served_post(&w, "/", "/lock", "");
    reply_release(&reply);
    assert_locked();
    served_unlock(&w);
    assert_get("/", 403);
    served_enter(&w);
    assert_get("/", 200);
}

static void what_was_typed_is_not_lost(void **state)
{
    (void)state;
    served_enter(&w);
    struct reply page = served_get(&w, "/take");
    char body[512];
    snprintf(body, sizeof body, "csrf=%s&once=", served_hidden(page.body, "csrf"));
    snprintf(body + strlen(body), sizeof body - strlen(body),
             "%s&channel=telephone&wording=summary&text=Two+vans+%%3Cin+Tolma%%3E"
             "&safe_ways=by+post",
             served_hidden(page.body, "once"));
    reply_release(&page);
    struct reply reply = served_post(&w, "/", "/lock", "");
    reply_release(&reply);
    struct ask ask = {.method = "POST", .path = "/take", .body = body};
    reply = served_ask(&w, &ask); /* locked: given back to be copied */
    assert_int_equal(reply.status, 403);
    assert_non_null(strstr(reply.body, "Two vans &lt;in Tolma&gt;\n\nby post"));
    reply_release(&reply);
    served_stop(&w);
    served_unlock(&w);
    served_enter(&w);
    reply = served_ask(&w, &ask); /* an old form: shown again, not obeyed */
    assert_int_equal(reply.status, 400);
    assert_non_null(strstr(reply.body, "Two vans &lt;in Tolma&gt;"));
    assert_non_null(strstr(reply.body, "was locked since"));
    reply_release(&reply);
    reply = served_get(&w, "/");
    assert_non_null(strstr(reply.body, "There is nothing here."));
    reply_release(&reply);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(the_token_works_once, begin, end),
        cmocka_unit_test_setup_teardown(the_token_has_its_time, begin_short_token, end),
        cmocka_unit_test_setup_teardown(the_cookie_is_the_browser_s_alone, begin, end),
        cmocka_unit_test_setup_teardown(another_session_ends_this_one, begin, end),
        cmocka_unit_test_setup_teardown(without_the_cookie_there_is_nothing, begin, end),
        cmocka_unit_test_setup_teardown(another_host_is_refused, begin, end),
        cmocka_unit_test_setup_teardown(what_other_sites_start_is_refused, begin, end),
        cmocka_unit_test_setup_teardown(a_form_must_be_ours, begin, end),
        cmocka_unit_test_setup_teardown(every_page_is_sealed_off, begin, end),
        cmocka_unit_test(only_loopback_is_listened_on),
        cmocka_unit_test_setup_teardown(the_button_locks, begin, end),
        cmocka_unit_test_setup_teardown(it_locks_when_nobody_asks, begin_idle, end),
        cmocka_unit_test_setup_teardown(the_keys_do_not_wait_for_a_request, begin_idle, end),
        cmocka_unit_test_setup_teardown(a_page_left_open_does_not_keep_it_open, begin_idle, end),
        cmocka_unit_test_setup_teardown(strangers_do_not_keep_it_open, begin_idle, end),
        cmocka_unit_test_setup_teardown(it_locks_when_the_computer_slept, begin_sleepy, end),
        cmocka_unit_test_setup_teardown(after_a_lock_the_session_is_over, begin, end),
        cmocka_unit_test_setup_teardown(what_was_typed_is_not_lost, begin, end),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
