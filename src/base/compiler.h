/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* Words for the compiler, and the two words for "this cannot be".
 *
 * ASSERT is for our own mistakes: it stays on in release and stops the process.
 * REJECT_IF is for bytes and wishes of others: it returns an error code. */
#ifndef BASE_COMPILER_H
#define BASE_COMPILER_H

#define MUST_USE __attribute__((warn_unused_result))
#define PRINTF_LIKE(fmt, args) __attribute__((format(printf, fmt, args)))
#define CLEANUP(fn) __attribute__((cleanup(fn)))
#define NORETURN __attribute__((noreturn))
#define COUNT_OF(array) (sizeof(array) / sizeof((array)[0]))

NORETURN void assert_failed(const char *what, const char *file, int line);

#define ASSERT(cond) ((cond) ? (void)0 : assert_failed(#cond, __FILE__, __LINE__))
#define REJECT_IF(cond, err)                                                                       \
    do {                                                                                           \
        if (cond)                                                                                  \
            return (err);                                                                          \
    } while (0)
/* Passes an error on. */
#define TRY(call)                                                                                  \
    do {                                                                                           \
        int try_error_ = (call);                                                                   \
        if (try_error_ < 0)                                                                        \
            return try_error_;                                                                     \
    } while (0)

#endif
