/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* One pass over the tokens. Elements that say where one is (article, nav, div ...) are on a stack;
 * all others only begin and end blocks, so that what is never closed does no harm: closing an outer
 * element closes what was left open in it. */
#include "origins/read_html.h"

#include <string.h>
#include <strings.h>

#include "origins/read_charset.h"
#include "origins/read_entities.h"
#include "origins/read_html_internal.h"
#include "origins/read_token.h"
#include "text/utf8.h"

#define DEPTH_MAX 512
#define CHARSET_BYTES 4096
#define VALUE_BYTES_MAX 4096 /* of an attribute or a JSON-LD value that is kept */
#define BLOCKS_BYTES_MAX ((size_t)1 << 31)

/* What an element does. */
enum effect {
    INLINE = 0,
    BLOCK = 1,     /* begins and ends a block */
    CONTAINER = 2, /* is on the stack */
    VOID = 4,      /* is never closed */
};
struct element {
    const char *name;
    uint8_t effect, region;
};
static const struct element elements[] = {
    {"address", BLOCK, 0},
    {"article", BLOCK | CONTAINER, READ_ARTICLE},
    {"aside", BLOCK | CONTAINER, READ_BESIDE},
    {"blockquote", BLOCK, 0},
    {"body", BLOCK, 0},
    {"button", BLOCK | CONTAINER, READ_NEVER},
    {"canvas", CONTAINER, READ_NEVER},
    {"center", BLOCK, 0},
    {"datalist", CONTAINER, READ_NEVER},
    {"dd", BLOCK, 0},
    {"details", BLOCK, 0},
    {"dialog", BLOCK | CONTAINER, READ_BESIDE},
    {"dir", BLOCK, 0},
    {"div", BLOCK | CONTAINER, 0},
    {"dl", BLOCK, 0},
    {"dt", BLOCK, 0},
    {"fieldset", BLOCK, 0},
    {"figcaption", BLOCK, 0},
    {"figure", BLOCK, 0},
    {"footer", BLOCK | CONTAINER, READ_BESIDE},
    {"form", BLOCK | CONTAINER, READ_FORM},
    {"h1", BLOCK, 0},
    {"h2", BLOCK, 0},
    {"h3", BLOCK, 0},
    {"h4", BLOCK, 0},
    {"h5", BLOCK, 0},
    {"h6", BLOCK, 0},
    {"header", BLOCK | CONTAINER, 0},
    {"hr", BLOCK | VOID, 0},
    {"li", BLOCK, 0},
    {"main", BLOCK | CONTAINER, READ_MAIN},
    {"map", CONTAINER, READ_NEVER},
    {"math", CONTAINER, READ_NEVER},
    {"menu", BLOCK | CONTAINER, READ_BESIDE},
    {"nav", BLOCK | CONTAINER, READ_BESIDE},
    {"noscript", CONTAINER, READ_NEVER},
    {"object", CONTAINER, READ_NEVER},
    {"ol", BLOCK | CONTAINER, 0},
    {"option", BLOCK, 0},
    {"p", BLOCK, 0},
    {"pre", BLOCK, 0},
    {"section", BLOCK | CONTAINER, 0},
    {"select", CONTAINER, READ_NEVER},
    {"summary", BLOCK, 0},
    {"svg", CONTAINER, READ_NEVER},
    {"table", BLOCK | CONTAINER, 0},
    {"tbody", BLOCK, 0},
    {"td", BLOCK, 0},
    {"template", CONTAINER, READ_NEVER},
    {"tfoot", BLOCK, 0},
    {"th", BLOCK, 0},
    {"thead", BLOCK, 0},
    {"tr", BLOCK, 0},
    {"ul", BLOCK | CONTAINER, 0},
    {"video", CONTAINER, READ_NEVER},
};

struct open_element {
    uint8_t element; /* of elements */
    uint8_t region;  /* of what is in it */
    uint32_t article;
};

/* Where a day was found; the surer the lower. */
enum day_from { DAY_PUBLISHED, DAY_META, DAY_TIME, DAY_SOURCES };

struct reading {
    const struct languages *languages;
    struct arena *arena;
    struct read_tokens tokens;
    struct read_blocks blocks;
    struct read_block block; /* the one that is being made */
    struct open_element stack[DEPTH_MAX];
    size_t depth, beyond; /* beyond: containers that are open and did not fit */
    uint32_t open_count[COUNT_OF(elements)];
    uint32_t articles;
    bool in_link, in_headline;
    bool headline_seen, space, in_title, in_json;
    struct span og_title, site_name, canonical, og_url, h1, title;
    int32_t days[DAY_SOURCES];
    struct buf decoded, value; /* scratch */
    int error;
};

static const struct element *element_of(struct span name)
{
    size_t low = 0, high = COUNT_OF(elements);
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        const char *other = elements[middle].name;
        size_t len = strlen(other), least = len < name.len ? len : name.len;
        int order = strncasecmp(other, (const char *)name.data, least);
        if (order == 0 && len == name.len)
            return &elements[middle];
        if (order < 0 || (order == 0 && len < name.len))
            low = middle + 1;
        else
            high = middle;
    }
    return NULL;
}

/* Blocks */

static struct open_element here(const struct reading *r)
{
    return r->depth > 0 ? r->stack[r->depth - 1] : (struct open_element){.element = 0};
}

static void end_block(struct reading *r)
{
    r->block.to = r->blocks.text.len;
    r->space = false;
    if (r->block.to > r->block.from)
        buf_put(&r->blocks.blocks, &r->block, sizeof r->block);
    const struct open_element at = here(r);
    r->block =
        (struct read_block){.from = r->blocks.text.len,
                            .article = at.article,
                            .region = (uint8_t)(at.region | (r->in_headline ? READ_HEADLINE : 0))};
}

/* Spaces of all kinds are one; a break is a new line, and two of them a new block. */
static void put_character(struct reading *r, uint32_t c, struct span bytes)
{
    bool space = c == ' ' || (c >= 9 && c <= 13) || c == 0xA0 || c == 0x202F || c == 0x2009 ||
                 c == 0x2002 || c == 0x2003;
    if (space) {
        r->space = true;
        return;
    }
    if (c == 0xAD || c == 0x200B || c == 0xFEFF || c < ' ')
        return;
    bool first = r->blocks.text.len == r->block.from;
    if (r->space && !first && r->blocks.text.data[r->blocks.text.len - 1] != '\n')
        buf_u8(&r->blocks.text, ' ');
    r->space = false;
    buf_span(&r->blocks.text, bytes);
}

static void put_text(struct reading *r, struct span text)
{
    size_t before = r->blocks.text.len;
    if (here(r).region & READ_NEVER)
        return;
    buf_reset(&r->decoded);
    read_entities_decode(text, &r->decoded);
    struct span rest = buf_bytes(&r->decoded);
    while (rest.len > 0) {
        const uint8_t *from = rest.data;
        uint32_t c = utf8_next(&rest);
        if (c == UTF8_INVALID)
            continue;
        put_character(r, c, span_of(from, (size_t)(rest.data - from)));
    }
    if (buf_error(&r->decoded))
        r->error = buf_error(&r->decoded);
    if (r->in_link)
        r->block.link_bytes += r->blocks.text.len - before;
}

static void put_break(struct reading *r)
{
    size_t len = r->blocks.text.len;
    if (len == r->block.from)
        return;
    if (r->blocks.text.data[len - 1] == '\n') {
        buf_cut(&r->blocks.text, len - 1);
        end_block(r);
        return;
    }
    buf_u8(&r->blocks.text, '\n');
    r->space = false;
}

/* What is known of the page */

static struct span attribute(struct span attributes, const char *wanted)
{
    struct span name, value;
    while (read_token_attribute(&attributes, &name, &value)) {
        if (read_token_is(name, wanted))
            return value;
    }
    return span_of(NULL, 0);
}

/* Decoded, with spaces as one; kept in the arena when kept is empty. */
static void keep(struct reading *r, struct span value, struct span *kept)
{
    if (kept->len > 0 || value.len == 0 || value.len > VALUE_BYTES_MAX)
        return;
    buf_reset(&r->decoded);
    read_entities_decode(value, &r->decoded);
    buf_reset(&r->value);
    struct span rest = buf_bytes(&r->decoded);
    bool space = false;
    while (rest.len > 0) {
        struct span from = rest;
        uint32_t c = utf8_next(&rest);
        if (c <= ' ' || c == 0xA0) {
            space = r->value.len > 0;
        } else if (c != UTF8_INVALID) {
            if (space)
                buf_u8(&r->value, ' ');
            buf_put(&r->value, from.data, from.len - rest.len);
            space = false;
        }
    }
    char *copy = arena_copy_text(r->arena, buf_bytes(&r->value));
    if (!copy)
        r->error = E_NOMEM;
    else
        *kept = span_of(copy, r->value.len);
}

static void keep_day(struct reading *r, struct span value, enum day_from from)
{
    int32_t day;
    if (value.len <= VALUE_BYTES_MAX && r->days[from] == ABOUT_DAY_NONE &&
        about_find_day(value, r->languages, &day))
        r->days[from] = day;
}

static bool is_one_of(struct span name, const char *const *list, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        if (read_token_is(name, list[i]))
            return true;
    }
    return false;
}

/* Ways to say when it was published; when it was changed is not asked. */
static const char *const published_names[] = {"article:published_time", "og:published_time",
                                              "datepublished", "article:published"};
static const char *const date_names[] = {"date",
                                         "pubdate",
                                         "publishdate",
                                         "publish-date",
                                         "publish_date",
                                         "dc.date",
                                         "dc.date.issued",
                                         "dcterms.created",
                                         "dcterms.date",
                                         "dcterms.issued",
                                         "parsely-pub-date",
                                         "sailthru.date",
                                         "article.published",
                                         "publication_date",
                                         "citation_publication_date",
                                         "mediator_published_time",
                                         "og:article:published_time",
                                         "cxenseparse:recs:publishtime",
                                         "article_date_original",
                                         "originalpublicationdate"};

static void see_meta(struct reading *r, struct span attributes)
{
    struct span name, value, key = {0}, content = {0}, item = {0};
    while (read_token_attribute(&attributes, &name, &value)) {
        if (read_token_is(name, "property") || (read_token_is(name, "name") && key.len == 0))
            key = value;
        else if (read_token_is(name, "itemprop"))
            item = value;
        else if (read_token_is(name, "content"))
            content = value;
    }
    if (read_token_is(key, "og:title"))
        keep(r, content, &r->og_title);
    else if (read_token_is(key, "og:site_name"))
        keep(r, content, &r->site_name);
    else if (read_token_is(key, "og:url"))
        keep(r, content, &r->og_url);
    if (is_one_of(key, published_names, COUNT_OF(published_names)) ||
        read_token_is(item, "datepublished"))
        keep_day(r, content, DAY_PUBLISHED);
    else if (is_one_of(key, date_names, COUNT_OF(date_names)))
        keep_day(r, content, DAY_META);
}

static void see_time(struct reading *r, struct span attributes)
{
    struct span item = attribute(attributes, "itemprop");
    bool published = read_token_is(item, "datepublished");
    if (!(here(r).region & (READ_BESIDE | READ_NEVER)) && !read_token_is(item, "datemodified"))
        keep_day(r, attribute(attributes, "datetime"), published ? DAY_PUBLISHED : DAY_TIME);
}

/* "datePublished": "2031-04-09T10:00:00Z", wherever it stands in it. */
static void see_json(struct reading *r, struct span json)
{
    static const char key[] = "\"datePublished\"";
    const uint8_t *found = json.len ? memmem(json.data, json.len, key, sizeof key - 1) : NULL;
    if (!found)
        return;
    struct span rest = span_slice(json, (size_t)(found - json.data) + sizeof key - 1, 80);
    const uint8_t *from = rest.len ? memchr(rest.data, '"', rest.len) : NULL;
    if (!from)
        return;
    rest = span_slice(rest, (size_t)(from - rest.data) + 1, rest.len);
    const uint8_t *to = rest.len ? memchr(rest.data, '"', rest.len) : NULL;
    if (to)
        keep_day(r, span_slice(rest, 0, (size_t)(to - rest.data)), DAY_PUBLISHED);
}

/* Tags */

/* A word of a class or id that all sites use for what is no part of the article. */
static bool is_beside(struct span names)
{
    static const char *const beside[] = {
        "nav",           "navbar",        "navigation",      "menu",
        "breadcrumb",    "breadcrumbs",   "sidebar",         "footer",
        "comments",      "related",       "share",           "sharing",
        "social",        "cookie",        "cookies",         "newsletter",
        "subscribe",     "advertisement", "banner",          "popup",
        "modal",         "pagination",    "comment-list",    "related-posts",
        "cookie-banner", "cookie-notice", "share-buttons",   "social-share",
        "site-footer",   "site-header",   "related-articles"};
    while (names.len > 0) {
        size_t len = 0;
        while (len < names.len && names.data[len] != ' ')
            len++;
        if (is_one_of(span_slice(names, 0, len), beside, COUNT_OF(beside)))
            return true;
        names = span_slice(names, len + 1, names.len);
    }
    return false;
}

static bool is_hidden_style(struct span style)
{
    const uint8_t *at = style.len ? memmem(style.data, style.len, "display", 7) : NULL;
    return at && memmem(at, style.len - (size_t)(at - style.data), "none", 4) != NULL;
}

static uint8_t region_by_attributes(struct span attributes)
{
    static const char *const roles[] = {"navigation", "banner",        "contentinfo",
                                        "search",     "complementary", "menu",
                                        "menubar",    "dialog",        "alert"};
    struct span name, value;
    uint8_t region = 0;
    while (read_token_attribute(&attributes, &name, &value)) {
        if (read_token_is(name, "hidden") ||
            (read_token_is(name, "aria-hidden") && read_token_is(value, "true")) ||
            (read_token_is(name, "style") && is_hidden_style(value)))
            region |= READ_NEVER;
        else if (read_token_is(name, "role"))
            region |= is_one_of(value, roles, COUNT_OF(roles)) ? READ_BESIDE
                      : read_token_is(value, "main")           ? READ_MAIN
                                                               : 0;
        else if (read_token_is(name, "itemprop") && read_token_is(value, "articlebody"))
            region |= READ_BODY;
        else if ((read_token_is(name, "class") || read_token_is(name, "id")) && is_beside(value))
            region |= READ_BESIDE;
    }
    return region;
}

static void push(struct reading *r, const struct element *e, struct span attributes)
{
    size_t index = (size_t)(e - elements);
    if (r->depth == DEPTH_MAX) {
        r->beyond++;
        return;
    }
    struct open_element o = here(r);
    bool in_article = (o.region & (READ_ARTICLE | READ_MAIN)) != 0;
    o.element = (uint8_t)index;
    if ((e->region & READ_ARTICLE) && !(o.region & READ_ARTICLE))
        o.article = ++r->articles;
    o.region |= e->region | region_by_attributes(attributes);
    if (read_token_is(span_text(e->name), "header") && !in_article)
        o.region |= READ_BESIDE;
    r->stack[r->depth++] = o;
    r->open_count[index]++;
}

static void pop(struct reading *r, const struct element *e)
{
    size_t index = (size_t)(e - elements);
    if (r->beyond > 0) {
        r->beyond--;
        return;
    }
    if (r->open_count[index] == 0)
        return;
    for (bool found = false; !found;) {
        uint8_t open = r->stack[--r->depth].element;
        r->open_count[open]--;
        found = open == index;
    }
}

static void see_open(struct reading *r, const struct read_token *t)
{
    const struct element *e = element_of(t->name);
    r->in_title = read_token_is(t->name, "title");
    r->in_json = false;
    if (e && e->effect & BLOCK)
        end_block(r);
    if (e && e->effect & CONTAINER && !t->closed)
        push(r, e, t->attributes);
    if (read_token_is(t->name, "h1") && !r->headline_seen) {
        r->headline_seen = true;
        r->in_headline = true;
    }
    if (e && e->effect & BLOCK)
        end_block(r);
    if (read_token_is(t->name, "br"))
        put_break(r);
    else if (read_token_is(t->name, "a"))
        r->in_link = true;
    else if (read_token_is(t->name, "meta"))
        see_meta(r, t->attributes);
    else if (read_token_is(t->name, "time"))
        see_time(r, t->attributes);
    else if (read_token_is(t->name, "link") &&
             read_token_is(attribute(t->attributes, "rel"), "canonical"))
        keep(r, attribute(t->attributes, "href"), &r->canonical);
    else if (read_token_is(t->name, "script"))
        r->in_json = read_token_is(attribute(t->attributes, "type"), "application/ld+json");
}

static void see_close(struct reading *r, const struct read_token *t)
{
    const struct element *e = element_of(t->name);
    r->in_title = r->in_json = false;
    if (read_token_is(t->name, "a"))
        r->in_link = false;
    if (read_token_is(t->name, "h1") && r->in_headline) {
        keep(r, span_slice(buf_bytes(&r->blocks.text), r->block.from, SIZE_MAX), &r->h1);
        end_block(r);
        r->in_headline = false;
    }
    if (e && e->effect & BLOCK)
        end_block(r);
    if (e && e->effect & CONTAINER)
        pop(r, e);
    if (e && e->effect & BLOCK)
        end_block(r);
    if (read_token_is(t->name, "br") || read_token_is(t->name, "p"))
        r->in_link = false;
}

static void see_text(struct reading *r, const struct read_token *t)
{
    if (r->in_json)
        see_json(r, t->text);
    else if (r->in_title && !(here(r).region & READ_NEVER))
        keep(r, t->text, &r->title);
    else if (!t->raw && !r->in_title)
        put_text(r, t->text);
    r->in_title = r->in_json = false;
}

static int see_all(struct reading *r, struct span page)
{
    struct read_token t;
    read_tokens_init(&r->tokens, page);
    end_block(r);
    while (r->error == 0 && read_tokens_next(&r->tokens, &t)) {
        if (t.kind == READ_TOKEN_TEXT)
            see_text(r, &t);
        else if (t.kind == READ_TOKEN_OPEN)
            see_open(r, &t);
        else
            see_close(r, &t);
    }
    end_block(r);
    TRY(r->error);
    TRY(buf_error(&r->blocks.text));
    return buf_error(&r->blocks.blocks);
}

static struct span first_of(struct span a, struct span b)
{
    return a.len > 0 ? a : b;
}

static void find_day(struct reading *r, struct about *about)
{
    for (int i = 0; i < DAY_SOURCES && about->day == ABOUT_DAY_NONE; i++)
        about->day = r->days[i];
    if (about->day != ABOUT_DAY_NONE)
        return;
    struct buf top;
    buf_init(&top, 64 << 10);
    read_blocks_top(&r->blocks, &top);
    int32_t day;
    if (about_find_day_at_top(buf_bytes(&top), r->languages, &day))
        about->day = day;
    buf_release(&top);
}

static int take(struct reading *r, struct about *about, struct buf *out)
{
    about->title = first_of(about->title, first_of(r->og_title, first_of(r->h1, r->title)));
    struct span address = first_of(r->canonical, r->og_url);
    about->address =
        first_of(about->address, about_host(address).len > 0 ? address : span_of(NULL, 0));
    about->outlet = first_of(about->outlet, first_of(r->site_name, about_host(about->address)));
    find_day(r, about);
    read_blocks_choose(&r->blocks, out);
    return buf_error(out);
}

int read_html(struct span page, const struct languages *languages, struct arena *arena,
              struct about *about, struct buf *out)
{
    struct reading *r = arena_alloc(arena, sizeof *r);
    REJECT_IF(!r, E_NOMEM);
    r->languages = languages;
    r->arena = arena;
    for (int i = 0; i < DAY_SOURCES; i++)
        r->days[i] = ABOUT_DAY_NONE;
    buf_init(&r->blocks.text, 2 * page.len + 64);
    buf_init(&r->blocks.blocks, BLOCKS_BYTES_MAX);
    buf_init(&r->value, 8 * VALUE_BYTES_MAX);
    buf_init(&r->decoded, 4 * page.len + 8 * VALUE_BYTES_MAX);
    int error = see_all(r, page);
    if (error == 0)
        error = take(r, about, out);
    buf_release(&r->value);
    buf_release(&r->decoded);
    buf_release(&r->blocks.text);
    buf_release(&r->blocks.blocks);
    return error;
}

/* In <meta charset="..."> and <meta http-equiv content="text/html; charset=...">. */
struct span read_html_charset(struct span page)
{
    struct read_tokens tokens;
    struct read_token t;
    read_tokens_init(&tokens, span_slice(page, 0, CHARSET_BYTES));
    while (read_tokens_next(&tokens, &t)) {
        if (t.kind != READ_TOKEN_OPEN || !read_token_is(t.name, "meta"))
            continue;
        struct span charset = attribute(t.attributes, "charset");
        if (charset.len > 0)
            return charset;
        charset = read_charset_of_type(attribute(t.attributes, "content"));
        if (charset.len > 0)
            return charset;
    }
    return span_of(NULL, 0);
}
