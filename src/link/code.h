/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* Values that are one piece: phone numbers, e-mail addresses, identity numbers, sex. Each is
 * brought to one form; two forms are compared by their slips. */
#ifndef LINK_CODE_H
#define LINK_CODE_H

#include "base/buf.h"
#include "link/kind.h"

/* Appends the form, nothing when there is none: of a phone number the last nine digits, of an
 * identity number its letters and digits, of an e-mail address all of it in lower case, of sex f,
 * m, or what stands there. kind is one of PHONE, EMAIL, NUMBER, SEX. E_UTF8, out's error. */
int link_code_form(enum link_kind kind, struct span text, struct buf *out) MUST_USE;

/* X(name, "for people"), from different to the same. */
#define LINK_PHONE_LEVELS(X)                                                                       \
    X(DIFFERENT, "different")                                                                      \
    X(END, "the last seven digits the same")                                                       \
    X(SLIP, "one digit off")                                                                       \
    X(SAME, "the same")
#define LINK_EMAIL_LEVELS(X)                                                                       \
    X(DIFFERENT, "different")                                                                      \
    X(ALIKE, "alike")                                                                              \
    X(LOCAL, "the same before the @")                                                              \
    X(SLIP, "one or two letters off")                                                              \
    X(SAME, "the same")
#define LINK_NUMBER_LEVELS(X)                                                                      \
    X(DIFFERENT, "different")                                                                      \
    X(SLIPS, "two characters off")                                                                 \
    X(SLIP, "one character off")                                                                   \
    X(SAME, "the same")
#define LINK_SEX_LEVELS(X)                                                                         \
    X(DIFFERENT, "different")                                                                      \
    X(SAME, "the same")

/* A phone number's form as one number: what is compared of it. */
uint64_t link_phone_pack(struct span form);
/* The level of two that differ; records.h's numbers. */
unsigned link_phone_compare(uint64_t a, uint64_t b);
/* The same of two forms of another kind, not empty. */
unsigned link_code_compare(enum link_kind kind, struct span a, struct span b);

#endif
