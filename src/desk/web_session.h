/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* Who is in: the token, the cookie, the value of forms, and which forms were already accepted.
 * Lives in secret_alloc memory; compared in constant time. Zeroed is nobody. */
#ifndef DESK_WEB_SESSION_H
#define DESK_WEB_SESSION_H

#include "base/span.h"
#include "draw/language.h"

#define WEB_SECRET_DIGITS 64 /* 256 bits */
#define WEB_ONCE_MAX 32
#define WEB_ONCE_DIGITS 32
#define WEB_LOCATION_MAX 63
#define WEB_NOTE_MAX 500

struct web_secret {
    char text[WEB_SECRET_DIGITS + 1]; /* "" is none */
};

struct web_session {
    struct web_secret token, cookie, form;
    int64_t token_until_ms;
    int64_t seen_ms;                 /* the last request */
    const struct language *language; /* NULL: the browser's */
    char note[WEB_NOTE_MAX + 1];     /* to be shown on the next page */
    size_t once_count;
    struct {
        char form[WEB_ONCE_DIGITS + 1];
        char location[WEB_LOCATION_MAX + 1];
    } once[WEB_ONCE_MAX];
};

void web_session_invite(struct web_session *session, int64_t until_ms);
/* True once for the token, before its time is over: then cookie and form are new. */
bool web_session_enter(struct web_session *session, struct span token, int64_t now_ms);
/* cookies: the header's text, or NULL; name: of ours. */
bool web_session_knows(const struct web_session *session, const char *cookies, const char *name);
bool web_session_form(const struct web_session *session, struct span csrf);

/* A number for a form that does something: the same form sent again does it once. */
void web_session_once_new(char out[WEB_ONCE_DIGITS + 1]);
/* Where the first sending of that form led; NULL when it is new. */
const char *web_session_once_find(const struct web_session *session, struct span form);
/* The oldest is forgotten when there are too many. */
void web_session_once_done(struct web_session *session, struct span form, const char *location);

#endif
