/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* Asking the person at the terminal. Questions go to standard error, answers come from standard
 * input; where that is no terminal nothing is asked and its next line is the answer. */
#ifndef DESK_PROMPT_H
#define DESK_PROMPT_H

#include "base/buf.h"
#include "base/error.h"

#define PROMPT_LINE_MAX 4096

/* Whether there is a person: standard input is a terminal. */
bool prompt_person(void);
/* When this descriptor is readable, waiting for an answer ends as if the input had; -1 for none. */
void prompt_until(int fd);
/* One line, without its newline, appended to out. E_NOT_FOUND at the end of input, E_TOO_LARGE. */
int prompt_line(const char *question, struct buf *out) MUST_USE;
/* One key, pressed after the question stood there, without waiting for the end of the line; it is
 * not shown. A key of several bytes is its first one. Where there is no terminal the first letter
 * of the next line, or a newline when it is empty. E_NOT_FOUND at the end of input, and for Ctrl-C
 * and Ctrl-D. A signal that ends the program finds the terminal as it was. */
int prompt_key(const char *question, char *ret_key) MUST_USE;
/* All up to a line with nothing but a full stop, or the end of input. */
int prompt_text(const char *question, size_t max_bytes, struct buf *out) MUST_USE;
/* Takes the newlines off the end. */
void prompt_trim(struct buf *text);
/* The answer must be exactly that word. */
bool prompt_confirm(const char *question, const char *word);
/* From the file when there is one; else typed without echo. */
int prompt_passphrase(const char *file, const char *question, struct buf *out,
                      struct problem *problem) MUST_USE;
/* A new one, good enough; a person types it twice. */
int prompt_new_passphrase(const char *file, struct buf *out, struct problem *problem) MUST_USE;

#endif
