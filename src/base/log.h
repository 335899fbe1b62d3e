/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* Lines to standard error, for programs' mains only: "vouchsafe-line: text". A library never
 * calls it. Nothing about who, when or what may be said: no address, tag, id, codename or time. */
#ifndef BASE_LOG_H
#define BASE_LOG_H

#include "base/compiler.h"

void log_name(const char *program);
void log_line(const char *format, ...) PRINTF_LIKE(1, 2);

#endif
