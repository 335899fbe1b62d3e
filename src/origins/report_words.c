/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "origins/report_words.h"

#include <inttypes.h>

#include "base/mem.h"

#define NAMES_MAX 8 /* origins that are named in a sentence */

const char report_words_caution[] =
    "Nothing here says what is true. It says who says it, in which words, and from whom they seem "
    "to have it. Many documents may have one origin; an origin may be right or wrong.";

void report_words_number(struct buf *out, uint64_t n)
{
    char digits[24];
    int len = snprintf(digits, sizeof digits, "%" PRIu64, n);
    for (int i = 0; i < len; i++) {
        if (i > 0 && (len - i) % 3 == 0)
            buf_u8(out, ',');
        buf_u8(out, (uint8_t)digits[i]);
    }
}

void report_words_counted(struct buf *out, uint64_t n, const char *one, const char *several)
{
    report_words_number(out, n);
    buf_printf(out, " %s", n == 1 ? one : several);
}

void report_words_sums(struct buf *out, const struct origins *o)
{
    report_words_counted(out, corpus_count(o->corpus), "document", "documents");
    buf_text(out, ", ");
    report_words_counted(out, corpus_text_bytes(o->corpus), "byte", "bytes");
    buf_text(out, " of text: ");
    report_words_counted(out, o->claims.count, "claim", "claims");
    buf_text(out, " that count people, ");
    report_words_counted(out, o->statements->count, "statement", "statements");
    buf_text(out, ", ");
    report_words_counted(out, o->passages->count, "shared passage", "shared passages");
    buf_u8(out, '.');
}

int report_words_alone(const struct origins *o, uint32_t *ret_count)
{
    uint32_t documents = corpus_count(o->corpus), count = documents;
    uint8_t *shares = mem_calloc(documents, 1);
    REJECT_IF(!shares, E_NOMEM);
    for (size_t i = 0; i < o->passages->count; i++) {
        const uint32_t ends[] = {o->passages->passages[i].a, o->passages->passages[i].b};
        for (size_t k = 0; k < COUNT_OF(ends); k++) {
            count -= !shares[ends[k]];
            shares[ends[k]] = 1;
        }
    }
    mem_free(shares);
    *ret_count = count;
    return 0;
}

/* Claims */

/* What is counted, in the words of the earliest telling, when it is no act that the languages
 * know. */
static void put_counted(struct buf *out, const struct claim_group *g)
{
    const struct telling *t = g->tellings[0];
    if (g->act_kind) {
        buf_printf(out, " %s", g->act_kind);
        return;
    }
    struct stretch what = t->told->claim.what, sentence = t->told->claim.sentence;
    if (what.from >= sentence.from && what.to > what.from &&
        what.to - sentence.from <= t->told->said.len) {
        buf_u8(out, ' ');
        buf_span(out, span_slice(t->told->said, what.from - sentence.from, what.to - what.from));
    }
}

void report_words_claim(struct buf *out, const struct claim_group *g)
{
    static const char *const bounds[] = {
        [CLAIM_EXACTLY] = "",         [CLAIM_AT_LEAST] = "at least ",
        [CLAIM_ABOUT] = "about ",     [CLAIM_MORE_THAN] = "more than ",
        [CLAIM_AT_MOST] = "at most ", [CLAIM_FEWER_THAN] = "fewer than ",
        [CLAIM_RANGE] = "between ",   [CLAIM_NONE] = "nobody"};
    if (g->denied)
        buf_text(out, "denied: ");
    buf_text(out, bounds[g->bound]);
    if (g->bound != CLAIM_NONE)
        report_words_number(out, g->low > 0 ? (uint64_t)g->low : 0);
    if (g->bound == CLAIM_RANGE) {
        buf_text(out, " and ");
        report_words_number(out, g->high > 0 ? (uint64_t)g->high : 0);
    }
    put_counted(out, g);
}

uint32_t report_words_documents(const struct claim_group *g)
{
    uint32_t count = 0;
    while (count < g->origin.node_count && g->origin.nodes[count].kind == ORIGIN_DOCUMENT)
        count++;
    return count;
}

/* Origins */

struct span report_words_node(const struct origins *o, const struct origin_node *node)
{
    return node->kind == ORIGIN_DOCUMENT ? corpus_document(o->corpus, node->document).name
                                         : node->name;
}

const char *report_words_end(const struct origin_node *node)
{
    switch (node->kind) {
    case ORIGIN_DOCUMENT:
        return "on its own word";
    case ORIGIN_ROLE:
        return "without a name";
    case ORIGIN_NAMELESS:
        return "cannot be named, as a document says itself";
    case ORIGIN_NAMED:
        break;
    }
    return NULL;
}

const char *report_words_why(const struct origin_edge *edge, const struct origin *origin)
{
    switch (edge->why) {
    case ORIGIN_OUTLET:
        return "names this outlet";
    case ORIGIN_PASSAGE:
        return "has the same passage, later";
    case ORIGIN_EITHER:
        return "same passage; order unknown";
    case ORIGIN_SAYS_SO:
        break;
    }
    return origin->nodes[edge->from].kind == ORIGIN_DOCUMENT ? "names them"
                                                             : "has it from them, a document says";
}

/* Edges are in the order of from. */
static uint32_t first_edge(const struct origin *origin, uint32_t node)
{
    uint32_t low = 0, high = origin->edge_count;
    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        if (origin->edges[middle].from < node)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

uint32_t report_words_way(const struct origin *origin, uint32_t node)
{
    uint32_t first = first_edge(origin, node);
    for (uint32_t i = first; i < origin->edge_count && origin->edges[i].from == node; i++) {
        if (origin->nodes[origin->edges[i].to].kind == ORIGIN_DOCUMENT)
            return i;
    }
    bool any = first < origin->edge_count && origin->edges[first].from == node;
    return any ? first : origin->edge_count;
}

static void put_origin_names(struct buf *out, const struct origins *o, const struct origin *origin)
{
    uint32_t named = 0;
    for (uint32_t i = 0; i < origin->node_count && named < NAMES_MAX; i++) {
        const struct origin_node *node = &origin->nodes[i];
        if (!node->origin)
            continue;
        buf_text(out, named++ ? "; " : ": ");
        buf_span(out, report_words_node(o, node));
        if (report_words_end(node))
            buf_printf(out, " (%s)", report_words_end(node));
    }
    if (origin->lenient > named) {
        buf_text(out, "; and ");
        report_words_counted(out, origin->lenient - named, "more", "more");
    }
}

void report_words_origins(struct buf *out, const struct origins *o, const struct origin *origin)
{
    uint32_t documents = 0;
    while (documents < origin->node_count && origin->nodes[documents].kind == ORIGIN_DOCUMENT)
        documents++;
    report_words_counted(out, documents, "document", "documents");
    buf_text(out, ", ");
    report_words_counted(out, origin->strict, "origin with a name", "origins with a name");
    buf_text(out, ", ");
    report_words_number(out, origin->lenient);
    buf_text(out, " in all");
    put_origin_names(out, o, origin);
}

/* Passages */

const char *report_words_relation(enum relation relation)
{
    static const char *const names[] = {[RELATION_PASSAGES] = "some passages",
                                        [RELATION_EVENT] = "same event",
                                        [RELATION_REWRITTEN] = "rewritten copy",
                                        [RELATION_COPY] = "copy"};
    return names[relation];
}

static void put_reasons(struct buf *out, unsigned reasons)
{
    static const struct {
        unsigned reason;
        const char *words;
    } all[] = {{DIRECTION_DATE, "it is later"},
               {DIRECTION_NAMED, "it names the other's outlet"},
               {DIRECTION_LOST, "it leaves out a name that the other has"},
               {DIRECTION_SIGNED, "the other carries its own outlet's name there"}};
    const char *before = "";
    for (size_t i = 0; i < COUNT_OF(all); i++) {
        if (!(reasons & all[i].reason))
            continue;
        buf_printf(out, "%s%s", before, all[i].words);
        before = ", and ";
    }
}

static void put_way(struct buf *out, const struct origins *o, uint32_t taker, uint32_t giver,
                    unsigned reasons)
{
    buf_span(out, corpus_document(o->corpus, taker).name);
    buf_text(out, " likely has it from ");
    buf_span(out, corpus_document(o->corpus, giver).name);
    buf_text(out, ": ");
    put_reasons(out, reasons);
}

void report_words_direction(struct buf *out, const struct origins *o, const struct passage *p,
                            const struct direction *d)
{
    if (d->way == DIRECTION_A_FROM_B)
        put_way(out, o, p->a, p->b, d->a_from_b);
    else if (d->way == DIRECTION_B_FROM_A)
        put_way(out, o, p->b, p->a, d->b_from_a);
    else if (d->a_from_b | d->b_from_a)
        buf_text(out, "Which has it from which cannot be told: there are reasons for both");
    else
        buf_text(out, "Which has it from which cannot be told");
    buf_u8(out, '.');
    if (d->between == UINT32_MAX)
        return;
    buf_text(out, " The wording of ");
    buf_span(out, corpus_document(o->corpus, d->between).name);
    buf_text(out, " stands between the two.");
}
