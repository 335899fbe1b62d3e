/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* The tables that tools/embed_names.py makes of src/link/data: what is said there in words. */
#ifndef LINK_NAMES_DATA_H
#define LINK_NAMES_DATA_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Sounds are sets of these bits. */
#define LINK_SOUNDS(X)                                                                             \
    X(P)                                                                                           \
    X(B)                                                                                           \
    X(F)                                                                                           \
    X(V)                                                                                           \
    X(M)                                                                                           \
    X(N)                                                                                           \
    X(L)                                                                                           \
    X(R)                                                                                           \
    X(T)                                                                                           \
    X(D)                                                                                           \
    X(S)                                                                                           \
    X(Z)                                                                                           \
    X(SH)                                                                                          \
    X(ZH)                                                                                          \
    X(TS)                                                                                          \
    X(DZ)                                                                                          \
    X(CH)                                                                                          \
    X(J)                                                                                           \
    X(K)                                                                                           \
    X(G)                                                                                           \
    X(KH)                                                                                          \
    X(GH)                                                                                          \
    X(H)                                                                                           \
    X(Y)                                                                                           \
    X(X)                                                                                           \
    X(A)                                                                                           \
    X(E)                                                                                           \
    X(I)                                                                                           \
    X(O)                                                                                           \
    X(U)
enum link_sound_bit {
#define X(name) LINK_SET_BIT_##name,
    LINK_SOUNDS(X)
#undef X
};
enum link_sound {
#define X(name) LINK_SET_##name = 1 << LINK_SET_BIT_##name,
    LINK_SOUNDS(X)
#undef X
        LINK_SET_VOWELS = LINK_SET_A | LINK_SET_E | LINK_SET_I | LINK_SET_O | LINK_SET_U,
    LINK_SET_SILENT = 1 << 30 /* may be left out */
};

#define LINK_DATA_SOUNDS_MAX 3
struct link_data_sounds {
    uint32_t sets[LINK_DATA_SOUNDS_MAX];
    uint8_t count;
};

enum link_script {
    LINK_SCRIPT_LATIN,
    LINK_SCRIPT_CYRILLIC,
    LINK_SCRIPT_GREEK,
    LINK_SCRIPT_ARABIC,
    LINK_SCRIPT_HEBREW,
    LINK_SCRIPT_GEORGIAN,
    LINK_SCRIPT_ARMENIAN,
    LINK_SCRIPT_OTHER
};

/* letters.txt, sorted by bytes of the letters. */
struct link_data_letter {
    const char *letters;
    const char *latin;
    uint8_t sounds; /* number of link_data_sets, 0xFF: as the Latin letters sound */
    uint8_t script;
};
extern const struct link_data_letter link_data_letters[];
extern const size_t link_data_letters_count;
extern const struct link_data_sounds link_data_sets[];

/* sounds.txt: those that begin with one letter stand together, the longest first. */
struct link_data_rule {
    const char *letters;
    const char *followed; /* by one of these; NULL: by anything */
    bool at_start, at_end;
    struct link_data_sounds sounds;
};
extern const struct link_data_rule link_data_rules[];
extern const uint16_t link_data_rules_of[27]; /* of each letter the first, then the end of all */

/* nicknames.txt, abbreviations.txt: sorted by word; the groups are numbers of lines. */
#define LINK_DATA_GROUPS_MAX 8
struct link_data_group {
    const char *word;
    uint16_t groups[LINK_DATA_GROUPS_MAX]; /* ascending */
    uint8_t count;
};
extern const struct link_data_group link_data_nicknames[], link_data_abbreviations[];
extern const size_t link_data_nicknames_count, link_data_abbreviations_count;

/* particles.txt, sorted. */
extern const char *const link_data_particles[];
extern const size_t link_data_particles_count;

/* headers.txt's concepts: of a header that names several the first counts. */
#define LINK_CONCEPTS(X)                                                                           \
    X(EMAIL, EMAIL, "")                                                                            \
    X(PHONE, PHONE, "")                                                                            \
    X(SEX, SEX, "")                                                                                \
    X(YEAR, DATE, "")                                                                              \
    X(MONTH, DATE, "")                                                                             \
    X(DAY, DATE, "")                                                                               \
    X(ZIP, OTHER, "postcode")                                                                      \
    X(HOUSE, OTHER, "house number")                                                                \
    X(COUNTRY, PLACE, "country")                                                                   \
    X(REGION, PLACE, "region")                                                                     \
    X(BIRTHPLACE, PLACE, "birthplace")                                                             \
    X(PLACE, PLACE, "place")                                                                       \
    X(PATRONYMIC, PATRONYMIC, "")                                                                  \
    X(GIVEN, GIVEN_NAME, "")                                                                       \
    X(FAMILY, FAMILY_NAME, "")                                                                     \
    X(ADDRESS, ADDRESS, "")                                                                        \
    X(DEATH, DATE, "death")                                                                        \
    X(EVENT, DATE, "event")                                                                        \
    X(DATE, DATE, "")                                                                              \
    X(NUMBER, NUMBER, "")                                                                          \
    X(TEXT, TEXT, "")                                                                              \
    X(OTHER, OTHER, "")                                                                            \
    X(FULL, FULL_NAME, "")                                                                         \
    X(ID, NUMBER, "")
enum link_concept {
#define X(name, kind, stem) LINK_CONCEPT_##name,
    LINK_CONCEPTS(X)
#undef X
        LINK_CONCEPT_NONE
};

/* months.txt, headers.txt, sexes.txt: sorted by word; a word can have several numbers. */
struct link_data_word {
    const char *word;
    uint8_t number;
};
extern const struct link_data_word link_data_months[], link_data_headers[], link_data_sexes[];
extern const size_t link_data_months_count, link_data_headers_count, link_data_sexes_count;

#endif
