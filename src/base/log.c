/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "base/log.h"

#include <stdarg.h>
#include <stdio.h>

static const char *program_name = "vouchsafe";

void log_name(const char *program)
{
    program_name = program;
}

/* One write a line, so that processes that share the stream do not tear each other's. */
void log_line(const char *format, ...)
{
    char text[1024];
    va_list args;
    va_start(args, format);
    vsnprintf(text, sizeof text, format, args);
    va_end(args);
    fprintf(stderr, "%s: %s\n", program_name, text);
}
