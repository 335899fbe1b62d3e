/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* The index holds folded words only, so a snippet's hits are found by folding the text's words once
 * more: that is done for the few texts that are shown. */
#include "desk/model_internal.h"
#include "text/show.h"
#include "text/utf8.h"
#include "text/word.h"

#define WORDS_MAX 16
#define WORD_MAX_BYTES 200
#define QUERY_MAX_BYTES 8192
#define SNIPPET_BEFORE 60
#define SNIPPET_CHARACTERS 160

struct searching {
    size_t count;
    struct buf words[WORDS_MAX]; /* folded */
    struct buf query;            /* for FTS5 */
};

static void searching_release(struct searching *s)
{
    for (size_t i = 0; i < s->count; i++)
        buf_wipe_release(&s->words[i]);
    buf_wipe_release(&s->query);
}

/* Each word in quotes, so that nothing in it is a command, and open at its end. */
static int add_word(struct searching *s, struct span word)
{
    struct buf *folded = &s->words[s->count];
    buf_init(folded, WORD_MAX_BYTES);
    s->count++;
    TRY(model_text_word(folded, word));
    if (folded->len == 0) {
        buf_release(folded);
        s->count--;
        return 0;
    }
    buf_printf(&s->query, "\"%s\"* ", buf_cstr(folded));
    return buf_error(&s->query);
}

static int read_words(struct searching *s, const char *text, struct problem *problem)
{
    struct span rest = span_text(text), word;
    buf_init(&s->query, QUERY_MAX_BYTES);
    while (word_next(&rest, &word)) {
        if (s->count == WORDS_MAX || word.len > WORD_MAX_BYTES)
            return problem_set(problem, E_ARGUMENT, "Search for at most %d words.", WORDS_MAX);
        TRY(add_word(s, word));
    }
    if (s->count == 0)
        return problem_set(problem, E_ARGUMENT, "There is no word to search for.");
    return 0;
}

static bool is_hit(const struct searching *s, struct span word)
{
    struct buf folded;
    bool hit = false;
    buf_init(&folded, 4096);
    if (model_text_word(&folded, word) == 0) {
        for (size_t i = 0; i < s->count && !hit; i++)
            hit = folded.len >= s->words[i].len &&
                  memcmp(buf_cstr(&folded), buf_cstr(&s->words[i]), s->words[i].len) == 0;
    }
    buf_wipe_release(&folded);
    return hit;
}

/* Where the snippet begins: so many characters before the first hit, at a character's start. */
static size_t snippet_start(const struct searching *s, struct span text)
{
    struct span rest = text, word;
    while (word_next(&rest, &word)) {
        if (!is_hit(s, word))
            continue;
        size_t at = (size_t)(word.data - text.data);
        for (size_t back = 0; at > 0 && back < SNIPPET_BEFORE; back++) {
            at--;
            while (at > 0 && (text.data[at] & 0xC0) == 0x80)
                at--;
        }
        return at;
    }
    return 0;
}

static int make_snippet(const struct searching *s, struct span text, struct arena *arena,
                        struct model_hit *hit)
{
    size_t start = snippet_start(s, text);
    struct buf line;
    buf_init(&line, 64 * SNIPPET_CHARACTERS);
    if (start > 0)
        buf_text(&line, "… ");
    show_line(&line, span_slice(text, start, 16 * SNIPPET_CHARACTERS), SNIPPET_CHARACTERS);
    int error = buf_error(&line);
    if (error == 0)
        hit->snippet = arena_copy_text(arena, buf_bytes(&line));
    buf_wipe_release(&line);
    TRY(error);
    REJECT_IF(!hit->snippet, E_NOMEM);
    struct span shown = span_text(hit->snippet), rest = shown, word;
    while (hit->mark_count < COUNT_OF(hit->marks) && word_next(&rest, &word)) {
        if (!is_hit(s, word))
            continue;
        size_t from = (size_t)(word.data - shown.data);
        hit->marks[hit->mark_count].from = from;
        hit->marks[hit->mark_count++].to = from + word.len;
    }
    return 0;
}

/* The newest rows, which the index gives without looking at the others. An answer is shown unless
 * all of its conversation is hidden. */
static const char search[] =
    "SELECT t.entry, t.body, r.id IS NULL, ifnull(r.minute, a.minute), substr(c.first_pos, 9)"
    " FROM words w JOIN texts t ON t.n = w.rowid"
    " LEFT JOIN reports r ON r.id = t.entry LEFT JOIN answers a ON a.id = t.entry"
    " JOIN convs c ON c.conv = ifnull(r.conv, a.conv)"
    " WHERE words MATCH ? AND ifnull(r.hidden, 0) = 0"
    " ORDER BY w.rowid DESC LIMIT ?";

static int read_hit(const struct searching *s, sqlite3_stmt *stmt, struct arena *arena,
                    struct model_hit *hit)
{
    uint8_t conversation[ENTRY_ID_BYTES];
    REJECT_IF(!sql_copy(stmt, 0, hit->id, sizeof hit->id) ||
                  !sql_copy(stmt, 4, conversation, sizeof conversation),
              E_DAMAGED);
    hit->kind = sql_int(stmt, 2) ? ITEM_ANSWER : ITEM_REPORT;
    hit->minute = (uint32_t)sql_int(stmt, 3);
    hit->short_id = model_short_id(arena, hit->id);
    hit->conversation = model_short_id(arena, conversation);
    REJECT_IF(!hit->short_id || !hit->conversation, E_NOMEM);
    return make_snippet(s, sql_bytes(stmt, 1), arena, hit);
}

static int run_search(struct model *model, const struct searching *s, size_t max,
                      struct arena *arena, struct model_hits *hits)
{
    sqlite3_stmt *stmt;
    TRY(sql_query(&model->sql, search, SQL_ARGS(SQL_TEXT(buf_bytes(&s->query)), SQL_INT(max)),
                  &stmt));
    int more;
    while ((more = sql_step(stmt)) > 0) {
        int error = hits->count < max ? read_hit(s, stmt, arena, &hits->hits[hits->count]) : 0;
        if (error < 0) {
            sql_reset(stmt);
            return error;
        }
        hits->count++;
    }
    return more;
}

static int newest_first(const void *left, const void *right)
{
    const struct model_hit *a = left, *b = right;
    if (a->minute != b->minute)
        return a->minute < b->minute ? 1 : -1;
    return memcmp(a->id, b->id, sizeof a->id);
}

int model_search(struct model *model, const char *words, size_t max, struct arena *arena,
                 struct model_hits *ret_hits, struct problem *problem)
{
    struct searching s = {0};
    struct model_hits hits = {0};
    int error = read_words(&s, words, problem);
    if (error == 0) {
        hits.hits = arena_alloc(arena, (max + 1) * sizeof *hits.hits);
        error = hits.hits ? run_search(model, &s, max, arena, &hits) : E_NOMEM;
    }
    searching_release(&s);
    if (error < 0)
        return error;
    qsort(hits.hits, hits.count, sizeof *hits.hits, newest_first);
    *ret_hits = hits;
    return 0;
}
