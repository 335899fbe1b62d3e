/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "desk/web_session.h"

#include "base/encode.h"
#include "base/random.h"
#include "seal/secret.h"

static void random_digits(char *out, size_t digits)
{
    static const char hex[] = "0123456789abcdef";
    uint8_t bytes[WEB_SECRET_DIGITS / 2];
    random_bytes(bytes, digits / 2);
    for (size_t i = 0; i < digits; i++)
        out[i] = hex[i % 2 ? bytes[i / 2] & 15 : bytes[i / 2] >> 4];
    out[digits] = '\0';
    secret_wipe(bytes, sizeof bytes);
}

static bool is_secret(const struct web_secret *secret, struct span text)
{
    return secret->text[0] && text.len == WEB_SECRET_DIGITS &&
           secret_equal(secret->text, text.data, WEB_SECRET_DIGITS);
}

void web_session_invite(struct web_session *session, int64_t until_ms)
{
    random_digits(session->token.text, WEB_SECRET_DIGITS);
    session->token_until_ms = until_ms;
}

bool web_session_enter(struct web_session *session, struct span token, int64_t now_ms)
{
    bool good = is_secret(&session->token, token) && now_ms < session->token_until_ms;
    if (!good)
        return false;
    secret_wipe(session, sizeof *session);
    random_digits(session->cookie.text, WEB_SECRET_DIGITS);
    random_digits(session->form.text, WEB_SECRET_DIGITS);
    session->seen_ms = now_ms;
    return true;
}

/* Takes "name=value" off the front of a Cookie header. */
static struct span next_cookie(struct span *rest)
{
    size_t len = 0;
    while (rest->len && rest->data[0] == ' ')
        *rest = span_slice(*rest, 1, rest->len - 1);
    while (len < rest->len && rest->data[len] != ';')
        len++;
    struct span cookie = span_slice(*rest, 0, len);
    *rest = span_slice(*rest, len + 1, rest->len);
    return cookie;
}

bool web_session_knows(const struct web_session *session, const char *cookies, const char *name)
{
    struct span rest = span_text(cookies ? cookies : "");
    size_t name_len = strlen(name);
    bool known = false;
    while (rest.len && !known) {
        struct span cookie = next_cookie(&rest);
        if (cookie.len > name_len && memcmp(cookie.data, name, name_len) == 0 &&
            cookie.data[name_len] == '=')
            known = is_secret(&session->cookie,
                              span_slice(cookie, name_len + 1, cookie.len - name_len - 1));
    }
    return known;
}

bool web_session_form(const struct web_session *session, struct span csrf)
{
    return is_secret(&session->form, csrf);
}

void web_session_once_new(char out[WEB_ONCE_DIGITS + 1])
{
    random_digits(out, WEB_ONCE_DIGITS);
}

const char *web_session_once_find(const struct web_session *session, struct span form)
{
    for (size_t i = 0; i < session->once_count; i++) {
        if (span_equal(form, span_text(session->once[i].form)))
            return session->once[i].location;
    }
    return NULL;
}

void web_session_once_done(struct web_session *session, struct span form, const char *location)
{
    if (form.len != WEB_ONCE_DIGITS)
        return;
    if (session->once_count == WEB_ONCE_MAX) {
        memmove(&session->once[0], &session->once[1], (WEB_ONCE_MAX - 1) * sizeof session->once[0]);
        session->once_count--;
    }
    memcpy(session->once[session->once_count].form, form.data, form.len);
    session->once[session->once_count].form[form.len] = '\0';
    snprintf(session->once[session->once_count].location, WEB_LOCATION_MAX + 1, "%s", location);
    session->once_count++;
}
