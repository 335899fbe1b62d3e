/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* How a desk's folder comes into being: by founding an organisation, or from a recovery kit. The
 * key file is written last: without it there is no desk, and the next try begins anew. */
#ifndef DESK_FOUND_H
#define DESK_FOUND_H

#include "desk/desk.h"

#define FOUND_INTAKE_DAYS 180

/* Makes the folder and those above it. E_EXISTS when there is a desk in it already. */
int found_folder(const char *folder, struct problem *problem) MUST_USE;
/* A roster with its founder and the first intake epoch, from today. */
int found_roster(const char *organisation, const char *member, const struct member_keys *keys,
                 struct roster **ret_roster, struct problem *problem) MUST_USE;
/* Writes the store's roster, the pack and the key file. The keys must be of a member of it. A log
 * that is in the folder already is kept; another organisation's is E_OTHER_ORG. */
int found_write(const char *folder, const struct roster *roster, const struct member_keys *keys,
                struct span passphrase, enum keyfile_cost cost, struct problem *problem) MUST_USE;
/* pack.txt anew, after the roster grew. */
int found_write_pack(const char *folder, const struct roster *roster,
                     struct problem *problem) MUST_USE;

/* Sheets of the recovery kit (docs/crypto.md, "Recovery kit"). */
struct found_sheet {
    unsigned number; /* 1 or 2; 0 when the text does not say */
    uint8_t secret[WORDS_SECRET_BYTES];
    char organisation[200]; /* its six words; "" when the text does not say */
};
/* A page of plain text to print. */
void found_sheet_write(const struct found_sheet *sheet, const struct roster *roster,
                       const char *member, struct buf *out);
/* Reads such a page, or twelve words alone. The errors of words_read_secret. */
int found_sheet_read(struct span text, struct found_sheet *ret_sheet,
                     struct problem *problem) MUST_USE;
/* The keys that two sheets make. E_OTHER_ORG when they say that they are of different kits, or both
 * the same sheet. NULL roster: only that; else the keys must be a member's of it (E_ROSTER). */
int found_keys_of_sheets(const struct found_sheet *one, const struct found_sheet *two,
                         const struct roster *roster, struct member_keys **ret_keys,
                         struct problem *problem) MUST_USE;

#endif
