/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* The two ways in which a whole roster travels: as a person's file and as bytes. */
#include "base/encode.h"
#include "seal/roster.h"
#include "seal/words.h"

#define FIRST_LINE "vouchsafe-pack "
#define PACK_VERSION "1"
#define NAME_LINE "organisation "
#define WORDS_LINE "fingerprint "
#define BASE64_COLUMNS 76
#define LINE_MAX_BYTES 256

void roster_chain_write(const struct roster *roster, struct buf *out)
{
    for (size_t i = 0; i < roster_count(roster); i++) {
        struct span entry = roster_entry(roster, i);
        buf_u32(out, (uint32_t)entry.len);
        buf_span(out, entry);
    }
}

static int read_entries(struct span bytes, struct roster *roster, struct problem *problem)
{
    struct cursor c;
    cursor_init(&c, bytes);
    while (cursor_left(&c)) {
        struct span entry = cursor_block32(&c, ROSTER_ENTRY_MAX);
        int error = c.failed ? E_FORMAT : roster_add(roster, entry, problem);
        if (error) {
            problem_set(problem, error, "%s", error_sentence(error));
            problem_at(problem, "roster entry %zu", roster_count(roster));
            return error;
        }
    }
    if (roster_count(roster) == 0)
        return problem_set(problem, E_FORMAT, "the roster has no entries");
    return 0;
}

int roster_chain_read(struct span bytes, struct roster **ret_roster, struct problem *problem)
{
    struct roster *roster = roster_new();
    REJECT_IF(!roster, E_NOMEM);
    int error = read_entries(bytes, roster, problem);
    if (error)
        roster_free(roster);
    else
        *ret_roster = roster;
    return error;
}

void pack_write(const struct roster *roster, struct buf *out)
{
    struct buf chain, text;
    buf_init(&chain, (size_t)ROSTER_ENTRIES_MAX * (ROSTER_ENTRY_MAX + 4));
    buf_init(&text, PACK_TEXT_MAX);
    roster_chain_write(roster, &chain);
    base64_put(&text, buf_bytes(&chain));
    buf_text(out, FIRST_LINE PACK_VERSION "\n" NAME_LINE);
    buf_text(out, roster_name(roster));
    buf_text(out, "\n" WORDS_LINE);
    words_six(roster_organisation(roster), out);
    buf_text(out, "\n");
    for (size_t at = 0; at < text.len; at += BASE64_COLUMNS) {
        buf_span(out, span_slice(buf_bytes(&text), at, BASE64_COLUMNS));
        buf_text(out, "\n");
    }
    if (buf_error(&chain))
        buf_fail(out, buf_error(&chain));
    if (buf_error(&text))
        buf_fail(out, buf_error(&text));
    buf_release(&chain);
    buf_release(&text);
}

/* A line without what editors and mail leave at its end. */
static struct span next_line(struct cursor *c)
{
    struct span line = cursor_line(c, LINE_MAX_BYTES);
    while (line.len && (line.data[line.len - 1] == '\r' || line.data[line.len - 1] == ' '))
        line.len--;
    return line;
}

/* What comes after the word at the start of a line; false when it starts with another one. */
static bool after(struct span line, const char *word, struct span *ret_rest)
{
    size_t len = strlen(word);
    *ret_rest = span_slice(line, len, line.len);
    return span_equal(span_slice(line, 0, len), span_text(word));
}

/* The lines for people, and the base64 of the others, decoded. */
static int read_lines(struct span text, struct span *ret_name, struct span *ret_words,
                      struct buf *chain)
{
    struct cursor c;
    struct span version;
    cursor_init(&c, text);
    REJECT_IF(!after(next_line(&c), FIRST_LINE, &version), E_FORMAT);
    REJECT_IF(!span_equal(version, span_text(PACK_VERSION)), E_VERSION);
    REJECT_IF(!after(next_line(&c), NAME_LINE, ret_name), E_FORMAT);
    REJECT_IF(!after(next_line(&c), WORDS_LINE, ret_words), E_FORMAT);
    struct buf joined;
    buf_init(&joined, PACK_TEXT_MAX);
    while (!c.failed && cursor_left(&c))
        buf_span(&joined, next_line(&c));
    int error = c.failed ? E_FORMAT : buf_error(&joined);
    if (!error)
        error = base64_read(buf_bytes(&joined), chain);
    buf_release(&joined);
    return error;
}

/* A person may have compared the words with what another one read aloud. */
static int check_lines(const struct roster *roster, struct span name, struct span words,
                       struct problem *problem)
{
    struct buf own;
    buf_init(&own, LINE_MAX_BYTES);
    words_six(roster_organisation(roster), &own);
    int error = buf_error(&own);
    if (!error &&
        (!span_equal(words, buf_bytes(&own)) || !span_equal(name, span_text(roster_name(roster)))))
        error = problem_set(problem, E_FORMAT,
                            "the pack's name or fingerprint is not that of its roster");
    buf_release(&own);
    return error;
}

int pack_read(struct span text, struct roster **ret_roster, struct problem *problem)
{
    REJECT_IF(text.len > PACK_TEXT_MAX, E_TOO_LARGE);
    struct span name, words;
    struct roster *roster = NULL;
    struct buf chain;
    buf_init(&chain, PACK_TEXT_MAX);
    int error = read_lines(text, &name, &words, &chain);
    if (error)
        problem_set(problem, error, "this is not a pack, or it is damaged");
    else
        error = roster_chain_read(buf_bytes(&chain), &roster, problem);
    if (!error)
        error = check_lines(roster, name, words, problem);
    buf_release(&chain);
    if (error)
        roster_free(roster);
    else
        *ret_roster = roster;
    return error;
}
