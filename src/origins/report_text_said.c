/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* What is said: claims with where they come from, statements with their wordings, passages. What
 * differs stands in [brackets]; of a long run that is the same only both ends are shown. */
#include <string.h>

#include "draw/term.h"
#include "origins/report_text.h"
#include "origins/report_words.h"

#define CLAIMS_MAX 20
#define STATEMENTS_MAX 20
#define PASSAGES_MAX 12
#define TREE_MAX 40      /* lines of a chain */
#define TREE_DEPTH_MAX 8 /* what is deeper is not moved further to the right */
#define BESIDE_MAX 8
#define SAME_WORDS_MAX 12 /* in a row that are shown in full */
#define SAME_WORDS_SHOWN 4
#define INDENT 2

/* Differences */

/* The first or the last few words of a run. */
static struct span some_words(struct span text, bool last)
{
    size_t spaces = 0, at = last ? text.len : 0;
    while (last ? at > 0 : at < text.len) {
        uint8_t byte = last ? text.data[at - 1] : text.data[at];
        if (byte == ' ' && ++spaces > SAME_WORDS_SHOWN)
            break;
        at = last ? at - 1 : at + 1;
    }
    return last ? span_slice(text, at, text.len - at) : span_slice(text, 0, at);
}

static void put_same(struct buf *out, const struct differ_piece *piece, bool first, bool last)
{
    if (piece->words <= SAME_WORDS_MAX) {
        buf_span(out, piece->text);
        return;
    }
    if (!first)
        buf_span(out, some_words(piece->text, false));
    buf_text(out, first ? "… " : last ? " …" : " … ");
    if (!last)
        buf_span(out, some_words(piece->text, true));
}

static void put_marked(struct buf *out, const struct differ_side *side)
{
    for (size_t i = 0; i < side->count; i++) {
        const struct differ_piece *piece = &side->pieces[i];
        if (piece->differs) {
            buf_u8(out, '[');
            buf_span(out, piece->text);
            buf_u8(out, ']');
        } else {
            put_same(out, piece, i == 0 && side->count > 1, i + 1 == side->count && i > 0);
        }
    }
}

/* Chains */

struct tree {
    struct text_report *report;
    const struct origin *origin;
    uint32_t lines;
};

static void put_node(struct tree *tree, uint32_t node, size_t depth)
{
    struct text_report *t = tree->report;
    const struct origin_node *n = &tree->origin->nodes[node];
    uint32_t way = report_words_way(tree->origin, node);
    if (n->kind == ORIGIN_DOCUMENT)
        text_report_put_document(t, n->document);
    else
        buf_span(&t->words, n->name);
    const char *why = way == tree->origin->edge_count
                          ? report_words_end(n)
                          : report_words_why(&tree->origin->edges[way], tree->origin);
    if (why)
        buf_printf(&t->words, " (%s)", why);
    depth = depth < TREE_DEPTH_MAX ? depth : TREE_DEPTH_MAX;
    text_report_paragraph(t, INDENT * (depth + 1));
    tree->lines++;
}

static void put_tree(struct tree *tree, uint32_t node, size_t depth)
{
    put_node(tree, node, depth);
    for (uint32_t i = 0; i < tree->origin->node_count && tree->lines < TREE_MAX; i++) {
        uint32_t way = report_words_way(tree->origin, i);
        if (way < tree->origin->edge_count && tree->origin->edges[way].to == node)
            put_tree(tree, i, depth + 1);
    }
}

static void put_chain(struct text_report *t, const struct origin *origin)
{
    struct tree tree = {.report = t, .origin = origin};
    for (uint32_t i = 0; i < origin->node_count && tree.lines < TREE_MAX; i++) {
        if (origin->nodes[i].origin)
            put_tree(&tree, i, 0);
    }
    if (tree.lines == TREE_MAX)
        text_report_more(t, origin->node_count - tree.lines);
}

/* Claims */

static void put_firmness(struct text_report *t, const struct claim_group *g)
{
    size_t hedged = 0, quoted = 0;
    for (size_t i = 0; i < g->count; i++) {
        hedged += g->tellings[i]->told->claim.hedged;
        quoted += g->tellings[i]->told->claim.quote != UINT32_MAX;
    }
    if (hedged > 0) {
        buf_text(&t->words, "Said with reserve (reportedly, may have) in ");
        report_words_counted(&t->words, hedged, "place.", "places.");
        text_report_paragraph(t, INDENT);
    }
    if (quoted > 0) {
        buf_text(&t->words, "Stands within a quotation in ");
        report_words_counted(&t->words, quoted, "place.", "places.");
        text_report_paragraph(t, INDENT);
    }
}

static void put_beside(struct text_report *t, const struct claim_group *g)
{
    const struct claim_group *groups = t->origins->claims.groups;
    for (uint32_t i = 0; i < g->beside_count && i < BESIDE_MAX; i++) {
        const struct claim_group *other = &groups[g->beside[i].group];
        buf_text(&t->words, g->beside[i].contradicts ? "Against it, both cannot be so: "
                                                     : "Beside it, both can be so: ");
        report_words_claim(&t->words, other);
        buf_text(&t->words, " (");
        report_words_counted(&t->words, report_words_documents(other), "document", "documents");
        buf_text(&t->words, ").");
        text_report_paragraph(t, INDENT);
    }
    if (g->beside_count > BESIDE_MAX)
        text_report_more(t, g->beside_count - BESIDE_MAX);
}

int text_report_claims(struct text_report *t)
{
    const struct claim_groups *claims = &t->origins->claims;
    if (claims->count == 0)
        return 0;
    text_report_heading(t, "Claims, and who said them first");
    for (size_t i = 0; i < claims->count && i < CLAIMS_MAX; i++) {
        const struct claim_group *g = &claims->groups[i];
        buf_text(t->out, i > 0 ? "\n" : "");
        report_words_claim(&t->words, g);
        buf_text(&t->words, ": ");
        report_words_origins(&t->words, t->origins, &g->origin);
        buf_u8(&t->words, '.');
        text_report_paragraph(t, 0);
        put_chain(t, &g->origin);
        put_firmness(t, g);
        put_beside(t, g);
    }
    text_report_more(t, claims->count > CLAIMS_MAX ? claims->count - CLAIMS_MAX : 0);
    return 0;
}

/* Statements */

static void put_speaker(struct text_report *t, const struct statement *s)
{
    buf_text(&t->words, *s->speaker ? s->speaker : "Nobody is named");
    if (*s->role && strcmp(s->role, s->speaker) != 0)
        buf_printf(&t->words, ", %s", s->role);
    if (s->disputed)
        buf_text(&t->words, " (documents name different speakers)");
    buf_text(&t->words, ": ");
    report_words_counted(&t->words, statement_documents(s), "document", "documents");
    text_report_paragraph(t, 0);
}

static void put_wording(struct text_report *t, const struct report_wording *w)
{
    buf_text(&t->words, w->fragment ? "part: “" : "“");
    if (w->marked.count > 0)
        put_marked(&t->words, &w->marked);
    else
        buf_span(&t->words, w->shown);
    buf_text(&t->words, "”");
    text_report_paragraph(t, INDENT);
    for (uint32_t i = 0; i < w->count && i < BESIDE_MAX; i++) {
        buf_text(&t->words, i > 0 ? "; " : "");
        text_report_put_document(t, w->documents[i]);
    }
    if (w->count > BESIDE_MAX) {
        buf_text(&t->words, "; and ");
        report_words_counted(&t->words, w->count - BESIDE_MAX, "more", "more");
    }
    text_report_paragraph(t, 2 * INDENT);
}

int text_report_statements(struct text_report *t)
{
    struct report_pick pick;
    struct report_wordings wordings;
    TRY(report_pick_statements(t->origins, STATEMENTS_MAX, &t->arena, &pick));
    if (pick.count == 0)
        return 0;
    text_report_heading(t, "Statements and their wordings");
    for (size_t i = 0; i < pick.count; i++) {
        const struct statement *s = &t->origins->statements->statements[pick.numbers[i]];
        buf_text(t->out, i > 0 ? "\n" : "");
        put_speaker(t, s);
        TRY(report_wordings(s, t->reader, &t->arena, &wordings));
        for (size_t k = 0; k < wordings.count; k++)
            put_wording(t, &wordings.wordings[k]);
        text_report_more(t, wordings.left_out);
    }
    text_report_more(t, pick.of - pick.count);
    return 0;
}

/* Passages */

static void put_side(struct text_report *t, uint32_t document, const struct differ_side *side)
{
    text_report_put_document(t, document);
    text_report_paragraph(t, INDENT);
    put_marked(&t->words, side);
    text_report_paragraph(t, 2 * INDENT);
}

static int put_passage(struct text_report *t, uint32_t number)
{
    const struct passage *p = &t->origins->passages->passages[number];
    struct span a, b;
    struct differ_side of_a, of_b;
    struct direction direction;
    TRY(report_stretch(p->a, (struct stretch){p->a_from, p->a_to}, t->reader, &t->arena, &a));
    TRY(report_stretch(p->b, (struct stretch){p->b_from, p->b_to}, t->reader, &t->arena, &b));
    TRY(differ_words(a, b, &t->arena, &of_a, &of_b));
    TRY(directions_of(t->directions, number, &direction));
    report_words_counted(&t->words, p->words, "word", "words");
    buf_text(&t->words, ", ");
    report_words_number(&t->words, p->same_words);
    buf_text(&t->words, " of them the same. ");
    report_words_direction(&t->words, t->origins, p, &direction);
    text_report_paragraph(t, 0);
    bool b_first = direction.way == DIRECTION_A_FROM_B;
    put_side(t, b_first ? p->b : p->a, b_first ? &of_b : &of_a);
    put_side(t, b_first ? p->a : p->b, b_first ? &of_a : &of_b);
    return 0;
}

int text_report_passages(struct text_report *t)
{
    struct report_pick pick;
    TRY(report_pick_passages(t->origins, PASSAGES_MAX, &t->arena, &pick));
    if (pick.count == 0)
        return 0;
    text_report_heading(t, "Passages: what differs is in [brackets]");
    for (size_t i = 0; i < pick.count; i++) {
        buf_text(t->out, i > 0 ? "\n" : "");
        TRY(put_passage(t, pick.numbers[i]));
    }
    text_report_more(t, pick.of - pick.count);
    return 0;
}
