/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* The insides of the report as JSON: for the files report_json*.c. */
#ifndef ORIGINS_REPORT_JSON_H
#define ORIGINS_REPORT_JSON_H

#include "origins/report.h"
#include "table/json.h"

/* Reads texts, and knows how many characters are before a byte of the text last asked for. */
struct json_reader {
    struct corpus_reader *reader;
    uint32_t document;
    uint32_t bytes;
    int64_t characters;
};

struct json_report {
    const struct origins_report *report;
    const struct origins *origins;
    struct json_reader a, b;
    struct json_writer json;
};

void json_report_document(struct json_report *r, const char *key, uint32_t number);
/* null when it is empty. */
void json_report_known(struct json_report *r, const char *key, struct span value);
/* An object: document, from, length, text, cut. NULL as key within a list. E_IO, E_NOMEM. */
int json_report_stretch(struct json_report *r, const char *key, struct json_reader *reader,
                        uint32_t document, struct stretch s) MUST_USE;

/* Between two values, where much may have come together. */
int json_report_flush(struct json_report *r) MUST_USE;

int json_report_statements(struct json_report *r) MUST_USE;
int json_report_claims(struct json_report *r) MUST_USE;

#endif
