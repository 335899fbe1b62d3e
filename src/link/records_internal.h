/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* What records.c builds and compare.c and key.c look at. */
#ifndef LINK_RECORDS_INTERNAL_H
#define LINK_RECORDS_INTERNAL_H

#include "link/columns.h"
#include "link/date.h"
#include "link/records.h"
#include "link/similarity.h"

struct link_field {
    enum link_kind kind;
    char *name;
    uint32_t *column;       /* per record: its value */
    struct link_pool texts; /* per value, as for all that follows */
    uint32_t *frequency;
    uint32_t *class_of;
    uint32_t *class_frequency; /* per class */
    uint32_t classes;
    struct link_pool plain; /* the comparable form */
    struct link_packed *packed;
    link_date *dates; /* of a date */
};

struct link_records {
    uint32_t count;
    uint32_t *lines;
    unsigned lists_count;
    struct {
        char *name;
        bool unique;
        uint32_t start; /* its first record */
    } lists[LINK_LISTS_MAX];
    unsigned fields_count;
    struct link_field fields[LINK_FIELDS_MAX];
};

#endif
