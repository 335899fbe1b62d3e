/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* Included before every file by the build: string functions without a bound do not compile. */
#ifndef BASE_BANNED_H
#define BASE_BANNED_H

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define BANNED(name) banned_use_base_buf_or_span_not_##name

#undef strcpy
#undef strcat
#undef strncpy
#undef strncat
#undef sprintf
#undef vsprintf
#undef strtok
#undef gets
#undef atoi
#undef atol
#undef atof
#undef rand
#undef srand
#undef gmtime
#undef localtime
#undef ctime
#undef asctime
#define strcpy(a, b) BANNED(strcpy)
#define strcat(a, b) BANNED(strcat)
#define strncpy(a, b, c) BANNED(strncpy)
#define strncat(a, b, c) BANNED(strncat)
#define sprintf(...) BANNED(sprintf)
#define vsprintf(...) BANNED(vsprintf)
#define strtok(a, b) BANNED(strtok)
#define gets(a) BANNED(gets)
#define atoi(a) BANNED(atoi)
#define atol(a) BANNED(atol)
#define atof(a) BANNED(atof)
#define rand() BANNED(rand)
#define srand(a) BANNED(srand)
#define gmtime(a) BANNED(gmtime)
#define localtime(a) BANNED(localtime)
#define ctime(a) BANNED(ctime)
#define asctime(a) BANNED(asctime)

#endif
