/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "base/error.h"

#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

static const struct {
    const char *name;
    const char *sentence;
    int http_status;
} errors[ERROR_INDEX_COUNT] = {{"OK", "All is well.", 200},
#define X(name, status, sentence) {#name, sentence, status},
                               ERROR_TABLE(X)
#undef X
};

static bool is_ours(int error)
{
    return error <= 0 && error > -ERROR_INDEX_COUNT;
}

const char *error_name(int error)
{
    return is_ours(error) ? errors[-error].name : "UNKNOWN";
}

const char *error_sentence(int error)
{
    return is_ours(error) ? errors[-error].sentence : "Something unknown went wrong.";
}

int error_http_status(int error)
{
    return is_ours(error) ? errors[-error].http_status : 500;
}

void problem_clear(struct problem *problem)
{
    if (problem)
        problem->text[0] = '\0';
}

/* vsnprintf cuts between bytes; half a character at the end would be shown as rubbish. */
static void drop_half_character(char *text)
{
    size_t len = strlen(text), tail = 0;
    while (tail < len && tail < 3 && ((unsigned char)text[len - 1 - tail] & 0xC0) == 0x80)
        tail++;
    if (tail == len)
        return;
    unsigned char lead = (unsigned char)text[len - 1 - tail];
    size_t want = lead >= 0xF0 ? 3 : lead >= 0xE0 ? 2 : lead >= 0xC0 ? 1 : 0;
    if (tail < want)
        text[len - 1 - tail] = '\0';
}

int problem_set(struct problem *problem, int error, const char *format, ...)
{
    if (!problem || problem->text[0])
        return error;
    va_list args;
    va_start(args, format);
    int len = vsnprintf(problem->text, sizeof problem->text, format, args);
    va_end(args);
    if (len >= (int)sizeof problem->text)
        drop_half_character(problem->text);
    return error;
}

void problem_at(struct problem *problem, const char *format, ...)
{
    if (!problem)
        return;
    struct problem said = *problem;
    va_list args;
    va_start(args, format);
    int where = vsnprintf(problem->text, sizeof problem->text, format, args);
    va_end(args);
    if (where < 0 || where >= (int)sizeof problem->text) {
        *problem = said;
        return;
    }
    size_t room = sizeof problem->text - (size_t)where;
    int rest = snprintf(problem->text + where, room, "%s%s", said.text[0] ? ": " : "", said.text);
    if (rest >= (int)room)
        drop_half_character(problem->text);
}

const char *problem_text(const struct problem *problem, int error)
{
    return problem && problem->text[0] ? problem->text : error_sentence(error);
}
