/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "desk/web_session.h"

#define NAME "desk-4100"

static bool knows(const struct web_session *session, const char *format)
{
    char header[1024];
    snprintf(header, sizeof header, "%s%s", format, session->cookie.text);
    return web_session_knows(session, header, NAME);
}

static void a_token_lets_in_once(void **state)
{
    (void)state;
    struct web_session session = {.cookie.text = ""};
    char token[WEB_SECRET_DIGITS + 1], cookie[WEB_SECRET_DIGITS + 1];
    assert_false(web_session_enter(&session, span_text(""), 0));
    web_session_invite(&session, 1000);
    memcpy(token, session.token.text, sizeof token);
    assert_false(web_session_enter(&session, span_text("0123"), 10));
    assert_true(web_session_enter(&session, span_text(token), 999));
    memcpy(cookie, session.cookie.text, sizeof cookie);
    assert_false(web_session_enter(&session, span_text(token), 999));
    assert_string_equal(session.cookie.text, cookie);
    assert_int_equal(session.seen_ms, 999);
}

static void a_token_has_its_time(void **state)
{
    (void)state;
    struct web_session session = {.cookie.text = ""};
    char first[WEB_SECRET_DIGITS + 1];
    web_session_invite(&session, 1000);
    memcpy(first, session.token.text, sizeof first);
    assert_false(web_session_enter(&session, span_text(first), 1000));
    web_session_invite(&session, 2000);
    assert_false(web_session_enter(&session, span_text(first), 1500));
    assert_true(web_session_enter(&session, span_text(session.token.text), 1500));
}

static void the_next_session_ends_the_last(void **state)
{
    (void)state;
    struct web_session session = {.cookie.text = ""};
    char cookie[WEB_SECRET_DIGITS + 1], form[WEB_SECRET_DIGITS + 1], header[200];
    web_session_invite(&session, 1000);
    assert_true(web_session_enter(&session, span_text(session.token.text), 0));
    memcpy(cookie, session.cookie.text, sizeof cookie);
    memcpy(form, session.form.text, sizeof form);
    web_session_invite(&session, 1000);
    assert_true(knows(&session, NAME "="));
    assert_true(web_session_enter(&session, span_text(session.token.text), 0));
    snprintf(header, sizeof header, NAME "=%s", cookie);
    assert_false(web_session_knows(&session, header, NAME));
    assert_false(web_session_form(&session, span_text(form)));
    assert_true(web_session_form(&session, span_text(session.form.text)));
}

static void cookies_are_read_by_their_whole_name(void **state)
{
    (void)state;
    struct web_session session = {.cookie.text = ""};
    assert_false(web_session_knows(&session, NULL, NAME));
    assert_false(web_session_knows(&session, NAME "=", NAME)); /* nobody is in */
    web_session_invite(&session, 1000);
    assert_true(web_session_enter(&session, span_text(session.token.text), 0));
    assert_true(knows(&session, NAME "="));
    assert_true(knows(&session, "a=b; " NAME "="));
    assert_true(knows(&session, NAME "=0; " NAME "="));
    assert_false(knows(&session, "x" NAME "="));
    assert_false(knows(&session, NAME "0="));
    assert_false(knows(&session, "desk="));
    assert_false(knows(&session, ""));
    assert_false(knows(&session, NAME "=0"));
    assert_false(web_session_knows(&session, NAME "=0000", NAME));
    assert_false(web_session_knows(&session, ";;=; " NAME, NAME));
}

static void an_accepted_form_is_remembered(void **state)
{
    (void)state;
    struct web_session session = {.cookie.text = ""};
    char forms[WEB_ONCE_MAX + 1][WEB_ONCE_DIGITS + 1], location[32];
    for (size_t i = 0; i <= WEB_ONCE_MAX; i++) {
        web_session_once_new(forms[i]);
        assert_null(web_session_once_find(&session, span_text(forms[i])));
        snprintf(location, sizeof location, "/report/%zu", i);
        web_session_once_done(&session, span_text(forms[i]), location);
        assert_string_equal(web_session_once_find(&session, span_text(forms[i])), location);
    }
    assert_null(web_session_once_find(&session, span_text(forms[0])));
    assert_string_equal(web_session_once_find(&session, span_text(forms[1])), "/report/1");
    assert_null(web_session_once_find(&session, span_text("")));
    web_session_once_done(&session, span_text("short"), "/");
    assert_null(web_session_once_find(&session, span_text("short")));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_token_lets_in_once),
        cmocka_unit_test(a_token_has_its_time),
        cmocka_unit_test(the_next_session_ends_the_last),
        cmocka_unit_test(cookies_are_read_by_their_whole_name),
        cmocka_unit_test(an_accepted_form_is_remembered),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
