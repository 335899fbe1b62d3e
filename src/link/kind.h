/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* What a field holds. */
#ifndef LINK_KIND_H
#define LINK_KIND_H

/* X(name, "for people and files") */
#define LINK_KIND_TABLE(X)                                                                         \
    X(GIVEN_NAME, "given name")                                                                    \
    X(FAMILY_NAME, "family name")                                                                  \
    X(PATRONYMIC, "patronymic")                                                                    \
    X(FULL_NAME, "full name") /* tokens in any order and number */                                 \
    X(DATE, "date")           /* of birth, of an event; of one column or of its parts */           \
    X(SEX, "sex")                                                                                  \
    X(PLACE, "place")                                                                              \
    X(ADDRESS, "address")                                                                          \
    X(PHONE, "phone")                                                                              \
    X(EMAIL, "e-mail")                                                                             \
    X(NUMBER, "identity number")                                                                   \
    X(TEXT, "free text")                                                                           \
    X(OTHER, "other") /* equal, alike, or not */

enum link_kind {
#define X(name, text) LINK_##name,
    LINK_KIND_TABLE(X)
#undef X
        LINK_KIND_COUNT
};

const char *link_kind_name(enum link_kind kind);

#endif
