/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* The records to be linked, brought to comparable fields.
 *
 * Each column of each list was given a kind (columns.h); columns that say the same in several lists
 * became one field. A field holds each distinct value once, so that a comparison is of two small
 * numbers: value 0 is "missing", equal numbers are equal values. What is slow (transliteration,
 * folding, phonetic keys, parsing of dates) is done once a value, not once a pair.
 *
 * Everything after this header sees records only as numbers, levels and keys: it knows nothing of
 * names, scripts or dates. */
#ifndef LINK_RECORDS_H
#define LINK_RECORDS_H

#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "base/span.h"
#include "link/columns.h"

#define LINK_FIELDS_MAX 24
#define LINK_LISTS_MAX 32
#define LINK_RECORDS_MAX 100000000u

/* The levels of agreement of a field. LEVEL_MISSING: one of the two has no value, which is no
 * evidence. LEVEL_DIFFERENT is the lowest; each higher one is closer, the highest is "the same". */
#define LINK_LEVEL_MISSING 0
#define LINK_LEVEL_DIFFERENT 1
#define LINK_LEVELS_MAX 8 /* MISSING included */

struct link_records; /* records.c's */

/* lists were read (read.h), and columns of them understood (columns.h); lists give up what is no
 * longer needed and must still be released. E_NOMEM, E_TOO_LARGE. */
int link_records_new(struct link_lists *lists, const struct link_columns *columns,
                     struct link_records **ret_records, struct problem *problem) MUST_USE;
void link_records_free(struct link_records *r);

size_t link_records_count(const struct link_records *r);
unsigned link_records_lists(const struct link_records *r);
unsigned link_records_list_of(const struct link_records *r, uint32_t record);
/* Where the record begins in its list's file. */
uint32_t link_records_line(const struct link_records *r, uint32_t record);
/* A list known to hold each person once: two of its records are never the same person. */
bool link_records_list_is_unique(const struct link_records *r, unsigned list);

unsigned link_records_fields(const struct link_records *r);
enum link_kind link_field_kind(const struct link_records *r, unsigned field);
const char *link_field_name(const struct link_records *r, unsigned field);
/* How many levels it has, MISSING and DIFFERENT included; 3 to LINK_LEVELS_MAX. */
unsigned link_field_levels(const struct link_records *r, unsigned field);
/* "the same", "one letter off", "day and month swapped". */
const char *link_level_name(const struct link_records *r, unsigned field, unsigned level);

/* Values: 0 is missing; below link_field_values. */
uint32_t link_field_values(const struct link_records *r, unsigned field);
/* Of a record, in each field. */
const uint32_t *link_record_values(const struct link_records *r, uint32_t record);
/* How many records hold the value. */
uint32_t link_value_frequency(const struct link_records *r, unsigned field, uint32_t value);
/* How many hold it in whatever writing (Khalid, Haled): what counts where two values agree but for
 * their writing. */
uint32_t link_value_writings(const struct link_records *r, unsigned field, uint32_t value);
/* Of all that tells a value from others, whatever its number. */
uint64_t link_value_hash(const struct link_records *r, unsigned field, uint32_t value);

/* The levels of agreement of two records: levels[f] for each field. Symmetric; the highest when the
 * values are equal and not missing. A field's level may depend on neighbouring fields of the two
 * records (given and family name in each other's place). Safe from several threads; scratch is one
 * per thread. */
struct link_scratch;
struct link_scratch *link_scratch_new(const struct link_records *r) MUST_USE;
void link_scratch_free(struct link_scratch *s);
void link_compare_all(const struct link_records *r, uint32_t a, uint32_t b, uint8_t *levels,
                      struct link_scratch *s);
/* The level at which a record agrees, in one field, with a value that was put together by chance:
 * of as many words as from[0] has, each word that of another record (from[i]) at its place. MISSING
 * when one of them has none there, or only one word: then there is nothing to put together. */
#define LINK_MIXED_MAX 24
unsigned link_compare_mixed(const struct link_records *r, unsigned field, uint32_t a,
                            const uint32_t from[LINK_MIXED_MAX], struct link_scratch *s);

/* Keys for blocking. Each field offers some: of a family name for instance the whole, the
 * phonetic key, the consonants, the first three letters; of a date the whole, year and month, the
 * year, day and month. A record can have several of one kind (the tokens of a full name), or none:
 * then it is in no block of it. A key depends on what the value says, never on its number, which
 * depends on the order of the rows. */
#define LINK_KEYS_PER_FIELD_MAX 8
#define LINK_KEY_VALUES_MAX 8
unsigned link_field_keys(const struct link_records *r, unsigned field);
const char *link_key_name(const struct link_records *r, unsigned field, unsigned key);
/* How many; none of them is 0. */
unsigned link_keys(const struct link_records *r, unsigned field, unsigned key, uint32_t record,
                   uint64_t ret_keys[LINK_KEY_VALUES_MAX]);

#endif
