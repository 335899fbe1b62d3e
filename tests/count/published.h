/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* Published tables whose answers are known. */
#ifndef TESTS_COUNT_PUBLISHED_H
#define TESTS_COUNT_PUBLISHED_H

#include "count/estimate.h"

/* counts by history written with list 1 as its first digit, from 1...1 down to 0...01. */
static inline struct count_table published_table(unsigned lists, const unsigned *counts)
{
    struct count_table t = {.lists = lists};
    for (unsigned written = (1u << lists) - 1; written > 0; written--) {
        unsigned h = 0;
        for (unsigned i = 0; i < lists; i++)
            h |= (written >> (lists - 1 - i) & 1) << i;
        t.cells[h] = *counts++;
    }
    return t;
}

/* Killings in Kosovo in 1999 on four lists (Ball, Betts, Scheuren, Dudukovich and Asher 2002):
 * the bar association's interviews, exhumations, Human Rights Watch, OSCE, as EXH ABA OSCE HRW. */
static inline struct count_table published_kosovo(void)
{
    static const unsigned counts[] = {27, 181, 18, 177, 42,  228, 106, 1131,
                                      32, 217, 31, 845, 123, 936, 306};
    return published_table(4, counts);
}

/* Diabetes in Casale Monferrato (Bruno and others 1994, Diabetes Care 17, 548-556). */
static inline struct count_table published_diabetes(void)
{
    static const unsigned counts[] = {58, 157, 18, 104, 46, 650, 12, 709,
                                      14, 20,  7,  74,  8,  182, 10};
    return published_table(4, counts);
}

/* Deaths at work on three lists (Cormack, Chang and Smith 2000, table 3b). */
static inline struct count_table published_deaths(void)
{
    static const unsigned counts[] = {72, 5, 29, 54, 24, 3, 14};
    return published_table(3, counts);
}

/* The same on four lists (table 3a), of which the first holds everybody whom the third holds. */
static inline struct count_table published_nested_deaths(void)
{
    static const unsigned counts[] = {72, 5, 29, 53, 24, 3, 12, 14, 0, 0, 0, 1, 0, 0, 2};
    return published_table(4, counts);
}

/* A rehearsal of a census in three samples, stratum R3 (Darroch, Fienberg, Glonek and Junker 1993):
 * 850 (standard error 186) when the first and the third do not depend on each other, 1,240 (451)
 * with all pairs (Rivest 2011). */
static inline struct count_table published_census(void)
{
    static const unsigned counts[] = {72, 155, 7, 71, 13, 53, 43};
    return published_table(3, counts);
}

/* An outbreak of hepatitis A in Taiwan (Chao and others 2001, Statistics in Medicine 20,
 * 3123-3157): 388 if the lists were independent, 1,313 with all pairs; there were 545. */
static inline struct count_table published_hepatitis(void)
{
    static const unsigned counts[] = {28, 21, 17, 69, 18, 55, 63};
    return published_table(3, counts);
}

/* Spina bifida in the state of New York by certificates of birth and of death and by rehabilitation
 * (Hook, Albright and Cross 1980; Madigan and York 1997). */
static inline struct count_table published_spina_bifida(void)
{
    static const unsigned counts[] = {12, 142, 112, 247, 4, 49, 60};
    return published_table(3, counts);
}

/* An anomaly of children in Massachusetts on five lists (Wittes 1974; Madigan and York 1997). */
static inline struct count_table published_anomaly(void)
{
    return (struct count_table){.lists = 5,
                                .cells = {0,  27, 37, 19, 4, 4, 1, 1, 97, 22, 37, 25, 2, 1, 3, 5,
                                          83, 36, 34, 18, 3, 5, 0, 2, 30, 5,  23, 8,  0, 3, 0, 2}};
}

/* Potential victims of trafficking known in the United Kingdom in 2013 on five lists, as Chan,
 * Silverman and Vincent (2021) and Binette and Steorts (2022) take them. */
static inline struct count_table published_trafficked(void)
{
    return (struct count_table){.lists = 5,
                                .cells = {[1] = 54,
                                          [2] = 463,
                                          [3] = 15,
                                          [4] = 995,
                                          [5] = 19,
                                          [6] = 62,
                                          [7] = 1,
                                          [8] = 695,
                                          [9] = 3,
                                          [10] = 19,
                                          [11] = 1,
                                          [12] = 76,
                                          [14] = 4,
                                          [15] = 1,
                                          [16] = 316,
                                          [18] = 1,
                                          [20] = 11,
                                          [24] = 8}};
}

#endif
