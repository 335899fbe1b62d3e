/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* Blocks of documents are tasks; each has an arena of its own, and what it makes is taken in the
 * order of the documents. Of those that have the same text the first one alone is read. */
#include "origins/statement_parts.h"

#include <stdio.h>
#include <string.h>

#include "base/mem.h"
#include "origins/name.h"
#include "text/fold.h"
#include "text/utf8.h"
#include "text/word.h"

#define BLOCK_DOCUMENTS 64
#define BLOCK_ARENA_BYTES ((size_t)8 << 30)
#define QUOTES_ARENA_BYTES ((size_t)4 << 30)
#define FOLDED_BYTES_MAX ((size_t)1 << 20)
#define STEM_POINTS 5
#define STEM_BITS 0x3ffffffu
#define WORDS_MIN 2
#define AROUND_BYTES 160
#define AROUND_WORDS_MAX 12 /* what is longer speaks for itself */

/* Utterances of a document, as a list. */
struct chained {
    struct utterance utterance;
    struct chained *next;
};

struct taking {
    struct corpus *corpus;
    const struct languages *languages;
    struct watch *watch;
    struct corpus_reader *readers[WORKERS_MAX];
    struct arena *arenas;
    struct chained **firsts; /* by document */
    uint32_t documents;
};

/* One document. */
struct source {
    struct span text;
    uint32_t number;
    int32_t day;
    struct quote_words words;
    const struct language_section *negation, *alike, *common, *numbers, *question;
    uint32_t language; /* a hash */
    struct quotes quotes;
    struct arena *arena;
    struct buf folded;
    struct said_word scratch[STATEMENT_WORDS_MAX];
};

static uint64_t hash_of(struct span s, uint64_t hash)
{
    hash = span_hash(hash, s);
    hash ^= hash >> 29;
    return hash * 0x9E3779B97F4A7C15u;
}

/* The first letters say enough of a word whose end may change. */
static struct span stem_of(struct span folded)
{
    struct span rest = folded;
    for (int i = 0; i < STEM_POINTS && rest.len > 0; i++)
        utf8_next(&rest);
    return span_of(folded.data, folded.len - rest.len);
}

static int fold_one(struct source *s, struct span word, struct span *ret_folded)
{
    buf_reset(&s->folded);
    int error = word.len <= FOLDED_BYTES_MAX / 16 ? fold_search(word, &s->folded) : E_UTF8;
    REJECT_IF(error == E_NOMEM, E_NOMEM);
    *ret_folded = error == 0 ? buf_bytes(&s->folded) : word;
    return 0;
}

/* A capital that no full stop, and no beginning, stands before. */
static bool is_name(const struct source *s, struct span word, uint32_t from)
{
    uint32_t at = (uint32_t)(word.data - s->text.data);
    if (!word_is_capital(word) || at <= from)
        return false;
    uint8_t before = s->text.data[at - 1];
    uint8_t mark = at >= from + 2 && before == ' ' ? s->text.data[at - 2] : before;
    return before == ' ' && mark != '.' && mark != '?' && mark != '!' && mark != ':';
}

static uint32_t alike(const struct source *s, struct span folded)
{
    int64_t number;
    if (language_match(s->alike, &folded, 1, &number) == 0)
        return 0;
    return (uint32_t)hash_of(span_of(&number, sizeof number), s->language) | 1;
}

/* What parts two wordings when it is another: a number, in digits or words, and what is asked for.
 * "One" is more often none. */
static void take_number(const struct source *s, struct span word, struct span folded,
                        struct said_word *w)
{
    int64_t number = 0;
    bool in_words = language_match(s->numbers, &folded, 1, &number) > 0 && number > 1;
    w->number = in_words || (word.data[0] >= '0' && word.data[0] <= '9') ||
                language_has(s->question, folded);
    if (!in_words)
        return;
    char digits[24];
    int len = snprintf(digits, sizeof digits, "%lld", (long long)number);
    w->word = (uint32_t)hash_of(span_of(digits, (size_t)len), SPAN_HASH_START);
}

static int take_words(struct source *s, struct stretch part, uint32_t *count)
{
    struct span rest = span_of(s->text.data + part.from, part.to - part.from), word, folded;
    while (*count < STATEMENT_WORDS_MAX && word_next(&rest, &word)) {
        TRY(fold_one(s, word, &folded));
        struct said_word *w = &s->scratch[(*count)++];
        int64_t number = 0;
        *w = (struct said_word){.word = (uint32_t)hash_of(folded, SPAN_HASH_START)};
        w->stem = (uint32_t)hash_of(stem_of(folded), SPAN_HASH_START) & STEM_BITS;
        w->negation = language_match(s->negation, &folded, 1, &number) > 0;
        w->denies = w->negation && number == 0;
        w->stop = !w->negation && language_has(s->words.stop, folded);
        w->common = language_has(s->common, folded);
        w->alike = alike(s, folded);
        take_number(s, word, folded, w);
        w->name = !w->stop && is_name(s, word, part.from);
    }
    return 0;
}

static const char *copy(struct source *s, struct stretch what, int *error)
{
    uint32_t len = what.to - what.from;
    if (len == 0 || *error < 0)
        return NULL;
    if (len > STATEMENT_NAME_MAX_BYTES) {
        len = STATEMENT_NAME_MAX_BYTES;
        while (len > 0 && (s->text.data[what.from + len] & 0xc0) == 0x80)
            len--;
    }
    const char *kept = arena_copy_text(s->arena, span_of(s->text.data + what.from, len));
    if (!kept)
        *error = E_NOMEM;
    return kept;
}

static int speaker_hash(struct source *s, struct stretch name, uint64_t *ret_hash)
{
    struct span rest = span_of(s->text.data + name.from, name.to - name.from), word, last = {0},
                folded;
    while (word_next(&rest, &word))
        last = word;
    TRY(fold_one(s, last, &folded));
    *ret_hash = hash_of(name_stem(&s->words, folded), SPAN_HASH_START) | 1;
    return 0;
}

static bool is_pronoun(struct source *s, struct stretch mention)
{
    struct span rest = span_of(s->text.data + mention.from, mention.to - mention.from), word,
                folded;
    return word_next(&rest, &word) && fold_one(s, word, &folded) == 0 &&
           language_has(s->words.pronoun, folded);
}

static int take_speaker(struct source *s, const struct quote *q, struct utterance *u)
{
    int error = 0;
    if (!q->known)
        return 0;
    u->wording.attributed = true;
    u->wording.speaker = q->speaker;
    u->wording.named = q->named;
    u->role = copy(s, q->role, &error);
    if (q->named.to > q->named.from) {
        u->name = copy(s, q->named, &error);
        TRY(speaker_hash(s, q->named, &u->speaker));
    } else if (!is_pronoun(s, q->speaker)) {
        u->name = copy(s, q->speaker, &error);
    }
    return error;
}

static bool tells(const struct said_word *w)
{
    return !w->stop && !w->negation && !w->number && !w->name;
}

/* So many bytes before and behind, without the words that are cut. */
static int take_around(struct source *s, struct utterance *u, uint32_t end)
{
    uint32_t from = u->wording.parts[0].from, to = end, count = 0, kept = 0;
    uint32_t first = from > AROUND_BYTES ? from - AROUND_BYTES : 0;
    uint32_t last = s->text.len - to > AROUND_BYTES ? to + AROUND_BYTES : (uint32_t)s->text.len;
    while (first < from && first > 0 && s->text.data[first - 1] != ' ')
        first++;
    while (last > to && last < s->text.len && s->text.data[last] != ' ')
        last--;
    TRY(take_words(s, (struct stretch){first, from}, &count));
    TRY(take_words(s, (struct stretch){to, last}, &count));
    for (uint32_t i = 0; i < count; i++) {
        if (tells(&s->scratch[i]))
            s->scratch[kept++] = s->scratch[i];
    }
    u->around = arena_alloc(s->arena, kept * sizeof *u->around + 1);
    REJECT_IF(!u->around, E_NOMEM);
    if (kept > 0)
        memcpy(u->around, s->scratch, kept * sizeof *u->around);
    u->around_count = kept;
    return 0;
}

/* The quotation i with all that go on with it. */
static int take_utterance(struct source *s, size_t i, struct utterance *u)
{
    const struct quote *quotes = s->quotes.quotes;
    uint32_t count = 0, end = quotes[i].whole.to;
    u->wording.document = s->number;
    u->day = s->day;
    for (size_t k = i; k < s->quotes.count && u->wording.part_count < STATEMENT_PARTS_MAX; k++) {
        if (quotes[k].continues != i && quotes[k].whole.from >= end)
            break;
        if (quotes[k].continues != i)
            continue;
        end = quotes[k].whole.to;
        u->wording.parts[u->wording.part_count++] = quotes[k].words;
        TRY(take_words(s, quotes[k].words, &count));
        if (!u->wording.attributed)
            TRY(take_speaker(s, &quotes[k], u));
    }
    u->words = arena_alloc(s->arena, count * sizeof *u->words + 1);
    REJECT_IF(!u->words, E_NOMEM);
    if (count > 0)
        memcpy(u->words, s->scratch, count * sizeof *u->words);
    u->count = count;
    u->text = SPAN_HASH_START;
    for (uint32_t k = 0; k < count; k++)
        u->text = hash_of(span_of(&u->words[k].word, sizeof u->words[k].word), u->text);
    return count <= AROUND_WORDS_MAX ? take_around(s, u, end) : 0;
}

static int take_document(struct source *s, struct chained ***end)
{
    uint32_t outer_to = 0;
    for (size_t i = 0; i < s->quotes.count; i++) {
        const struct quote *q = &s->quotes.quotes[i];
        bool inner = q->whole.from < outer_to;
        outer_to = q->whole.to > outer_to ? q->whole.to : outer_to;
        if (inner || q->kind != QUOTE_STATEMENT || q->continues != i)
            continue;
        struct utterance u = {.text = 0};
        TRY(take_utterance(s, i, &u));
        if (u.count < WORDS_MIN)
            continue;
        struct chained *kept = arena_alloc(s->arena, sizeof *kept);
        REJECT_IF(!kept, E_NOMEM);
        kept->utterance = u;
        **end = kept;
        *end = &kept->next;
    }
    return 0;
}

static int read_document(struct taking *t, struct corpus_reader *reader, struct arena *arena,
                         uint32_t number, struct chained ***end)
{
    struct source *s = mem_calloc(1, sizeof *s);
    struct arena quotes;
    REJECT_IF(!s, E_NOMEM);
    arena_init(&quotes, QUOTES_ARENA_BYTES);
    buf_init(&s->folded, FOLDED_BYTES_MAX);
    s->number = number;
    s->arena = arena;
    s->day = corpus_document(t->corpus, number).day;
    int error = corpus_read(reader, number, &s->text);
    if (error == 0) {
        const struct language *language = languages_detect(t->languages, s->text);
        s->words = quote_words_of(language);
        s->negation = language_section(language, "negation");
        s->alike = language_section(language, "alike");
        s->common = language_section(language, "common");
        s->numbers = language_section(language, "number");
        s->question = language_section(language, "question");
        s->language =
            language ? (uint32_t)hash_of(span_text(language_name(language)), SPAN_HASH_START) : 0;
        error = quotes_find(s->text, language, &quotes, &s->quotes);
    }
    if (error == 0)
        error = take_document(s, end);
    buf_release(&s->folded);
    arena_release(&quotes);
    mem_free(s);
    return error;
}

static int read_block(void *arg, size_t index, unsigned worker)
{
    struct taking *t = arg;
    if (watch_stopped(t->watch))
        return E_STOPPED;
    if (!t->readers[worker])
        TRY(corpus_reader_new(t->corpus, &t->readers[worker]));
    uint32_t from = (uint32_t)index * BLOCK_DOCUMENTS;
    for (uint32_t i = from; i < t->documents && i < from + BLOCK_DOCUMENTS; i++) {
        struct chained **end = &t->firsts[i];
        if (corpus_same_text(t->corpus, i) == i)
            TRY(read_document(t, t->readers[worker], &t->arenas[index], i, &end));
    }
    watch_progress(t->watch, "reading quotations", from, t->documents);
    return 0;
}

/* As the document's own, where it was read in the first one with the same text. */
static int take_as(const struct taking *t, uint32_t document, struct utterance *read,
                   struct arena *arena, struct utterance **ret_own)
{
    struct utterance *own = read;
    if (read->wording.document != document) {
        own = arena_alloc(arena, sizeof *own);
        REJECT_IF(!own, E_NOMEM);
        *own = *read;
        own->wording.document = document;
        own->day = corpus_document(t->corpus, document).day;
    }
    *ret_own = own;
    return 0;
}

static int list_all(const struct taking *t, struct utterances *u)
{
    uint32_t count = 0;
    for (uint32_t i = 0; i < t->documents; i++) {
        for (const struct chained *c = t->firsts[corpus_same_text(t->corpus, i)]; c; c = c->next)
            count++;
    }
    u->all = mem_calloc((size_t)count + 1, sizeof(struct utterance *));
    REJECT_IF(!u->all, E_NOMEM);
    for (uint32_t i = 0; i < t->documents; i++) {
        for (struct chained *c = t->firsts[corpus_same_text(t->corpus, i)]; c; c = c->next)
            TRY(take_as(t, i, &c->utterance, &u->arenas[i / BLOCK_DOCUMENTS], &u->all[u->count++]));
    }
    return 0;
}

int utterances_read(struct corpus *corpus, const struct languages *languages,
                    const struct origins_means *means, struct utterances *ret_utterances)
{
    struct taking t = {.corpus = corpus,
                       .languages = languages,
                       .watch = means->watch,
                       .documents = corpus_count(corpus)};
    struct utterances *u = ret_utterances;
    *u = (struct utterances){.count = 0};
    size_t blocks = ((size_t)t.documents + BLOCK_DOCUMENTS - 1) / BLOCK_DOCUMENTS;
    t.firsts = mem_calloc((size_t)t.documents + 1, sizeof(struct chained *));
    t.arenas = u->arenas = mem_calloc(blocks + 1, sizeof *u->arenas);
    int error = t.firsts && u->arenas ? 0 : E_NOMEM;
    if (error == 0) {
        u->arena_count = blocks;
        for (size_t i = 0; i < blocks; i++)
            arena_init(&u->arenas[i], BLOCK_ARENA_BYTES);
        error = workers_run(means->workers, blocks, read_block, &t);
    }
    if (error == 0)
        error = list_all(&t, u);
    for (size_t i = 0; i < COUNT_OF(t.readers); i++)
        corpus_reader_free(t.readers[i]);
    mem_free(t.firsts);
    return error;
}

void utterances_release(struct utterances *u)
{
    for (size_t i = 0; i < u->arena_count; i++)
        arena_release(&u->arenas[i]);
    mem_free(u->arenas);
    mem_free(u->all);
}
