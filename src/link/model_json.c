/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include <math.h>

#include "link/model.h"
#include "table/json.h"

#define SUM_SLACK 1e-6 /* shares are read as written, and rounded when they were summed */

static const char *const class_names[LINK_CLASSES] = {[LINK_U] = "u", [LINK_M] = "m"};

/* Writing */

static void write_given(struct json_writer *w, const struct link_model *model,
                        const struct link_model_field *field, enum link_class class)
{
    const struct link_branch *branch = &field->of[class];
    json_open_object(w, class_names[class]);
    json_put_cstr(w, "on", model->field[branch->parent].name);
    json_put_int(w, "field", branch->parent);
    json_open_array(w, "given");
    for (unsigned above = 1; above < model->field[branch->parent].levels; above++) {
        for (unsigned level = 1; level < field->levels; level++) {
            json_open_object(w, NULL);
            json_put_int(w, "level_of_other", above);
            json_put_int(w, "level", level);
            json_put_real(w, "share", branch->given[above][level]);
            json_close_object(w);
        }
    }
    json_close_array(w);
    json_close_object(w);
}

static void write_field(struct json_writer *w, const struct link_model *model, unsigned f)
{
    const struct link_model_field *field = &model->field[f];
    json_open_object(w, NULL);
    json_put_cstr(w, "name", field->name);
    json_put_cstr(w, "kind", link_kind_name(field->kind));
    json_open_array(w, "levels");
    for (unsigned level = 1; level < field->levels; level++) {
        json_open_object(w, NULL);
        json_put_real(w, "m", field->of[LINK_M].share[level]);
        json_put_real(w, "u", field->of[LINK_U].share[level]);
        json_put_real(w, "rarity_slope", field->rarity[level].slope);
        json_put_real(w, "rarity_offset", field->rarity[level].offset);
        json_close_object(w);
    }
    json_close_array(w);
    json_open_object(w, "depends");
    for (unsigned class = 0; class < LINK_CLASSES; class ++) {
        if (field->of[class].parent >= 0)
            write_given(w, model, field, class);
    }
    json_close_object(w);
    json_close_object(w);
}

void link_model_write(const struct link_model *model, struct buf *out)
{
    struct json_writer w;
    json_writer_init(&w, out);
    json_open_object(&w, NULL);
    json_put_int(&w, "vouchsafe_link_model", LINK_MODEL_VERSION);
    json_put_real(&w, "match_share", model->match_share);
    json_put_real(&w, "pairs_possible", model->pairs_possible);
    json_put_real(&w, "mates", model->mates);
    json_put_real(&w, "coverage", model->coverage);
    json_open_array(&w, "fields");
    for (unsigned f = 0; f < model->fields; f++)
        write_field(&w, model, f);
    json_close_array(&w);
    json_close_object(&w);
    json_writer_end(&w);
}

/* Reading */

static int read_kind(const struct json_node *node, enum link_kind *ret_kind,
                     struct problem *problem)
{
    struct span text;
    TRY(json_get_text(node, "kind", &text, problem));
    for (unsigned kind = 0; kind < LINK_KIND_COUNT; kind++) {
        if (span_equal(text, span_text(link_kind_name(kind)))) {
            *ret_kind = kind;
            return 0;
        }
    }
    return problem_set(problem, E_FORMAT, "a field is of an unknown kind");
}

static int check_sum(const double *shares, unsigned levels, const char *name,
                     struct problem *problem)
{
    double sum = 0;
    for (unsigned level = 1; level < levels; level++)
        sum += shares[level];
    if (fabs(sum - 1) > SUM_SLACK)
        return problem_set(problem, E_FORMAT, "field \"%s\": shares do not sum to 1", name);
    return 0;
}

static int read_levels(const struct json_node *node, struct link_model_field *field,
                       struct problem *problem)
{
    struct json_node levels, item;
    TRY(json_get_array(node, "levels", &levels, problem));
    field->levels = (unsigned)json_count(&levels) + 1;
    if (json_count(&levels) < 2 || field->levels > LINK_LEVELS_MAX)
        return problem_set(problem, E_FORMAT, "field \"%s\" has too few or too many levels",
                           field->name);
    for (unsigned level = 1; level < field->levels; level++) {
        struct link_rarity *r = &field->rarity[level];
        TRY(json_item_object(&levels, level - 1, &item, problem));
        TRY(json_get_real(&item, "m", LINK_SHARE_MIN, 1, &field->of[LINK_M].share[level], problem));
        TRY(json_get_real(&item, "u", LINK_SHARE_MIN, 1, &field->of[LINK_U].share[level], problem));
        TRY(json_get_real(&item, "rarity_slope", 0, 2, &r->slope, problem));
        TRY(json_get_real(&item, "rarity_offset", -100, 100, &r->offset, problem));
    }
    TRY(check_sum(field->of[LINK_M].share, field->levels, field->name, problem));
    return check_sum(field->of[LINK_U].share, field->levels, field->name, problem);
}

static int read_name(const struct json_node *node, struct link_model_field *field,
                     struct problem *problem)
{
    struct span name;
    TRY(json_get_text(node, "name", &name, problem));
    if (name.len >= sizeof field->name)
        return problem_set(problem, E_FORMAT, "a field's name is too long");
    memcpy(field->name, name.data, name.len);
    field->name[name.len] = 0;
    return read_kind(node, &field->kind, problem);
}

/* The levels of the parent are known by now. */
static int read_given(const struct json_node *node, struct link_model *model, unsigned f,
                      enum link_class class, struct problem *problem)
{
    struct link_model_field *field = &model->field[f];
    struct link_branch *branch = &field->of[class];
    struct json_node given, item;
    int64_t parent, above, level;
    TRY(json_get_int(node, "field", 0, (int64_t)model->fields - 1, &parent, problem));
    TRY(json_get_array(node, "given", &given, problem));
    branch->parent = (int)parent;
    unsigned parent_levels = model->field[parent].levels;
    for (size_t i = 0; i < json_count(&given); i++) {
        TRY(json_item_object(&given, i, &item, problem));
        TRY(json_get_int(&item, "level_of_other", 1, parent_levels - 1, &above, problem));
        TRY(json_get_int(&item, "level", 1, field->levels - 1, &level, problem));
        TRY(json_get_real(&item, "share", LINK_SHARE_MIN, 1, &branch->given[above][level],
                          problem));
    }
    for (unsigned other = 1; other < parent_levels; other++) {
        TRY(check_sum(branch->given[other], field->levels, field->name, problem));
        for (unsigned own = 1; own < field->levels; own++) {
            if (branch->given[other][own] < LINK_SHARE_MIN)
                return problem_set(problem, E_FORMAT, "field \"%s\" lacks a share", field->name);
        }
    }
    return 0;
}

static int read_depends(const struct json_node *node, struct link_model *model, unsigned f,
                        struct problem *problem)
{
    struct json_node depends, branch;
    TRY(json_get_object(node, "depends", &depends, problem));
    for (unsigned class = 0; class < LINK_CLASSES; class ++) {
        model->field[f].of[class].parent = -1;
        if (!json_has(&depends, class_names[class]))
            continue;
        TRY(json_get_object(&depends, class_names[class], &branch, problem));
        TRY(read_given(&branch, model, f, class, problem));
    }
    return 0;
}

static int read_fields(const struct json_node *root, struct link_model *model,
                       struct problem *problem)
{
    struct json_node fields, item;
    TRY(json_get_array(root, "fields", &fields, problem));
    if (json_count(&fields) > LINK_FIELDS_MAX)
        return problem_set(problem, E_FORMAT, "there are more than %d fields", LINK_FIELDS_MAX);
    model->fields = (unsigned)json_count(&fields);
    for (unsigned f = 0; f < model->fields; f++) {
        TRY(json_item_object(&fields, f, &item, problem));
        TRY(read_name(&item, &model->field[f], problem));
        TRY(read_levels(&item, &model->field[f], problem));
    }
    for (unsigned f = 0; f < model->fields; f++) {
        TRY(json_item_object(&fields, f, &item, problem));
        TRY(read_depends(&item, model, f, problem));
    }
    if (!link_model_set_order(model))
        return problem_set(problem, E_FORMAT, "fields depend on each other in a circle");
    return 0;
}

static int read_root(const struct json_node *root, struct link_model *model,
                     struct problem *problem)
{
    int64_t version;
    TRY(json_get_int(root, "vouchsafe_link_model", 1, INT64_MAX, &version, problem));
    if (version > LINK_MODEL_VERSION)
        return problem_set(problem, E_VERSION, "the model was made by a newer version");
    TRY(json_get_real(root, "match_share", 1e-18, 0.5, &model->match_share, problem));
    TRY(json_get_real(root, "pairs_possible", 0, 1e18, &model->pairs_possible, problem));
    TRY(json_get_real(root, "mates", 0, 1e9, &model->mates, problem));
    TRY(json_get_real(root, "coverage", 0, 1, &model->coverage, problem));
    return read_fields(root, model, problem);
}

int link_model_read(struct span text, struct link_model *ret_model, struct problem *problem)
{
    struct json_node root;
    struct link_model model = {.fields = 0};
    TRY(json_read(text, LINK_MODEL_TEXT_MAX, &root, problem));
    int error = read_root(&root, &model, problem);
    json_release(&root);
    if (error == E_MISSING)
        error = E_FORMAT;
    if (error == 0)
        *ret_model = model;
    return error;
}

int link_model_fits(const struct link_model *model, const struct link_records *r,
                    struct problem *problem)
{
    struct link_model own;
    link_model_start(&own, r);
    if (own.fields != model->fields)
        return problem_set(problem, E_ARGUMENT, "the model has %u fields, the lists have %u",
                           model->fields, own.fields);
    for (unsigned f = 0; f < own.fields; f++) {
        const struct link_model_field *has = &own.field[f], *needed = &model->field[f];
        if (strcmp(has->name, needed->name) != 0 || has->kind != needed->kind ||
            has->levels != needed->levels)
            return problem_set(problem, E_ARGUMENT,
                               "field %u is \"%s\" (%s) in the model and \"%s\" (%s) in the lists",
                               f + 1, needed->name, link_kind_name(needed->kind), has->name,
                               link_kind_name(has->kind));
    }
    return 0;
}
