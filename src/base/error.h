/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* The one registry of errors: name, HTTP status, and the sentence that a person reads.
 *
 * Functions return 0 or one of these (negative). The sentence says what happened in plain words;
 * where and with what goes into a struct problem. */
#ifndef BASE_ERROR_H
#define BASE_ERROR_H

#include <stddef.h>

#include "base/compiler.h"

/* X(name, http status, sentence) */
#define ERROR_TABLE(X)                                                                             \
    X(NOMEM, 503, "There is not enough memory.")                                                   \
    X(IO, 503, "A file could not be read or written.")                                             \
    X(NOT_FOUND, 404, "There is nothing here by that name.")                                       \
    X(EXISTS, 409, "It is already there.")                                                         \
    X(TOO_LARGE, 413, "It is larger than what is accepted.")                                       \
    X(FORMAT, 400, "The bytes do not follow the expected format.")                                 \
    X(VERSION, 400, "It was made by a newer version of this program.")                             \
    X(ARGUMENT, 400, "A value that was given is not allowed.")                                     \
    X(UTF8, 400, "The text is not valid UTF-8.")                                                   \
    X(BAD_WORD, 400, "A word is not in the list.")                                                 \
    X(CHECKSUM, 400, "The words do not belong together: one of them is another word.")             \
    X(PASSPHRASE, 403, "The passphrase is not right, or the key file is damaged.")                 \
    X(KEYFILE, 400, "The key file is damaged.")                                                    \
    X(OTHER_ORG, 403, "This belongs to another organisation.")                                     \
    X(CANNOT_OPEN, 403, "No key here opens it.")                                                   \
    X(SIGNATURE, 403, "A signature does not fit.")                                                 \
    X(DENIED, 403, "This is not allowed.")                                                         \
    X(EXPIRED, 410, "It is no longer valid.")                                                      \
    X(ERASED, 410, "It was erased.")                                                               \
    X(BUSY, 503, "There is no room at this moment.")                                               \
    X(PROOF, 403, "The proof does not fit.")                                                       \
    X(ROLLBACK, 409, "An older state was shown than the one already seen.")                        \
    X(FORK, 409, "Two different histories were shown.")                                            \
    X(MISSING, 409, "Something that must be there is missing.")                                    \
    X(DAMAGED, 500, "Stored data are damaged.")                                                    \
    X(ROSTER, 403, "The roster does not allow it.")                                                \
    X(NETWORK, 502, "The other side could not be reached.")                                        \
    X(TIMEOUT, 408, "It took too long.")                                                           \
    X(STOPPED, 503, "It was stopped before it was done.")

enum error_index {
    ERROR_INDEX_OK = 0,
#define X(name, status, sentence) ERROR_INDEX_##name,
    ERROR_TABLE(X)
#undef X
        ERROR_INDEX_COUNT
};

enum error {
    E_OK = 0,
#define X(name, status, sentence) E_##name = -ERROR_INDEX_##name,
    ERROR_TABLE(X)
#undef X
};

/* For 0 and for numbers that are no error of ours too; never NULL. */
const char *error_name(int error);
const char *error_sentence(int error);
int error_http_status(int error);

/* What and where, for a person. Every function that takes one accepts NULL.
 * The first thing said stays: an outer function adds where with problem_at. */
#define PROBLEM_TEXT_MAX 480
struct problem {
    char text[PROBLEM_TEXT_MAX];
};
void problem_clear(struct problem *problem);
/* Sets the text if there is none yet. Returns error, so: return problem_set(p, E_FORMAT, "..."). */
int problem_set(struct problem *problem, int error, const char *format, ...) PRINTF_LIKE(3, 4);
/* Puts "where: " before what was said. */
void problem_at(struct problem *problem, const char *format, ...) PRINTF_LIKE(2, 3);
/* What was said, or the sentence of the error when nothing was. */
const char *problem_text(const struct problem *problem, int error);

#endif
