/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <math.h>
#include <stdio.h>

#include "base/error.h"
#include "fake.h"
#include "link/model.h"
#include "prop.h"

static double unit(struct prop *prop)
{
    return ((double)prop_below(prop, 1000000) + 0.5) / 1000000;
}

static void fill_shares(double *shares, unsigned levels, struct prop *prop)
{
    double sum = 0;
    for (unsigned level = 1; level < levels; level++)
        sum += shares[level] = unit(prop);
    for (unsigned level = 1; level < levels; level++)
        shares[level] /= sum;
}

static void random_model(struct link_model *model, struct prop *prop)
{
    *model = (struct link_model){.fields = 1 + (unsigned)prop_below(prop, 6),
                                 .match_share = unit(prop) / 2,
                                 .pairs_possible = 1e6,
                                 .mates = unit(prop),
                                 .coverage = unit(prop)};
    for (unsigned f = 0; f < model->fields; f++) {
        struct link_model_field *field = &model->field[f];
        snprintf(field->name, sizeof field->name, "field %u", f);
        field->kind = prop_below(prop, LINK_KIND_COUNT);
        field->levels = 3 + (unsigned)prop_below(prop, LINK_LEVELS_MAX - 2);
        for (unsigned level = 1; level < field->levels; level++)
            field->rarity[level] = (struct link_rarity){unit(prop), -unit(prop)};
    }
    for (unsigned f = 0; f < model->fields; f++) {
        struct link_model_field *field = &model->field[f];
        for (unsigned class = 0; class < LINK_CLASSES; class ++) {
            struct link_branch *branch = &field->of[class];
            fill_shares(branch->share, field->levels, prop);
            branch->parent = (int)prop_below(prop, f + 1) - 1;
            for (unsigned above = 1; branch->parent >= 0 && above < LINK_LEVELS_MAX; above++) {
                if (above < model->field[branch->parent].levels)
                    fill_shares(branch->given[above], field->levels, prop);
            }
        }
    }
    assert_true(link_model_set_order(model));
}

/* Over all patterns of what is not missing the probabilities sum to 1. */
static double sum_patterns(const struct link_model *model, enum link_class class, unsigned from,
                           uint8_t *levels)
{
    double terms[LINK_FIELDS_MAX], product = 1, sum = 0;
    if (from < model->fields && levels[from] == LINK_LEVEL_MISSING)
        return sum_patterns(model, class, from + 1, levels);
    if (from < model->fields) {
        for (unsigned level = 1; level < model->field[from].levels; level++) {
            levels[from] = (uint8_t)level;
            sum += sum_patterns(model, class, from + 1, levels);
        }
        levels[from] = 1;
        return sum;
    }
    link_model_terms(model, class, levels, terms);
    for (unsigned f = 0; f < model->fields; f++)
        product *= terms[f];
    return product;
}

static void terms_are_probabilities(void **state)
{
    (void)state;
    struct prop prop = prop_start("terms_are_probabilities");
    for (int i = 0; i < 60; i++) {
        struct link_model model;
        random_model(&model, &prop);
        model.fields = model.fields > 4 ? 4 : model.fields;
        assert_true(link_model_set_order(&model));
        for (unsigned class = 0; class < LINK_CLASSES; class ++) {
            uint8_t levels[LINK_FIELDS_MAX] = {0};
            for (unsigned f = 0; f < model.fields; f++)
                levels[f] = prop_below(&prop, 3) > 0;
            double sum = sum_patterns(&model, class, 0, levels);
            assert_true(fabs(sum - 1) < 1e-9);
        }
    }
}

/* A missing field is summed over: what hangs on it still hangs together. */
static void missing_is_summed_over(void **state)
{
    (void)state;
    struct prop prop = prop_start("missing_is_summed_over");
    for (int i = 0; i < 100; i++) {
        struct link_model model;
        random_model(&model, &prop);
        if (model.fields < 3)
            continue;
        model.fields = 3; /* 1 and 2 hang on 0 */
        for (unsigned f = 0; f < 3; f++) {
            struct link_branch *branch = &model.field[f].of[LINK_U];
            branch->parent = f == 0 ? -1 : 0;
            for (unsigned above = 1; f > 0 && above < model.field[0].levels; above++)
                fill_shares(branch->given[above], model.field[f].levels, &prop);
        }
        for (unsigned f = 1; f < 3; f++) /* and their own shares follow from that */
            for (unsigned level = 1; level < model.field[f].levels; level++) {
                model.field[f].of[LINK_U].share[level] = 0;
                for (unsigned above = 1; above < model.field[0].levels; above++)
                    model.field[f].of[LINK_U].share[level] +=
                        model.field[0].of[LINK_U].share[above] *
                        model.field[f].of[LINK_U].given[above][level];
            }
        assert_true(link_model_set_order(&model));
        uint8_t levels[LINK_FIELDS_MAX] = {0, 2, 1};
        double terms[LINK_FIELDS_MAX], sum = 0;
        link_model_terms(&model, LINK_U, levels, terms);
        double without = terms[0] * terms[1] * terms[2];
        for (unsigned level = 1; level < model.field[0].levels; level++) {
            levels[0] = (uint8_t)level;
            link_model_terms(&model, LINK_U, levels, terms);
            sum += terms[0] * terms[1] * terms[2];
        }
        assert_true(fabs(sum - without) < 1e-9);
    }
}

static void rare_values_say_more(void **state)
{
    (void)state;
    struct link_model model = {.fields = 1};
    struct link_model_field *f = &model.field[0];
    f->levels = 3;
    f->of[LINK_U].share[2] = 0.01;
    f->rarity[2] = (struct link_rarity){.slope = 1, .offset = log(0.01)};
    assert_true(fabs(link_model_rarity(&model, 0, 2, 0.01, 0.01) - 0.01) < 1e-12);
    assert_true(fabs(link_model_rarity(&model, 0, 2, 0.01, 0.001) - 0.001) < 1e-12);
    /* What the parent explains nearly whole, rarity changes hardly. */
    double term = link_model_rarity(&model, 0, 2, 0.9, 0.001);
    assert_true(term > 0.89 && term < 0.9);
}

static void write_model(const struct link_model *model, struct buf *out)
{
    buf_init(out, LINK_MODEL_TEXT_MAX);
    link_model_write(model, out);
    assert_int_equal(buf_error(out), 0);
}

static void is_read_as_written(void **state)
{
    (void)state;
    struct prop prop = prop_start("is_read_as_written");
    for (int i = 0; i < 50; i++) {
        struct link_model model, back;
        struct buf text, again;
        struct problem problem = {""};
        random_model(&model, &prop);
        write_model(&model, &text);
        int error = link_model_read(buf_bytes(&text), &back, &problem);
        assert_string_equal(problem.text, "");
        assert_int_equal(error, 0);
        write_model(&back, &again);
        assert_string_equal(buf_cstr(&text), buf_cstr(&again));
        for (unsigned class = 0; class < LINK_CLASSES; class ++) {
            uint8_t levels[LINK_FIELDS_MAX] = {0};
            double a[LINK_FIELDS_MAX], b[LINK_FIELDS_MAX];
            for (unsigned f = 0; f < model.fields; f++)
                levels[f] = (uint8_t)prop_below(&prop, model.field[f].levels);
            link_model_terms(&model, class, levels, a);
            link_model_terms(&back, class, levels, b);
            assert_memory_equal(a, b, model.fields * sizeof *a);
        }
        buf_release(&text);
        buf_release(&again);
    }
}

static void assert_refused(const char *text, int error, const char *why)
{
    struct link_model model;
    struct problem problem = {""};
    assert_int_equal(link_model_read(span_text(text), &model, &problem), error);
    if (!strstr(problem.text, why))
        fail_msg("\"%s\" does not say \"%s\"", problem.text, why);
}

#define HEAD                                                                                       \
    "{\"vouchsafe_link_model\":1,\"match_share\":0.1,\"pairs_possible\":9,\"mates\":0,"            \
    "\"coverage\":1,\"fields\":["
#define LEVELS(m, u)                                                                               \
    "\"levels\":[{\"m\":" m ",\"u\":0.5,\"rarity_slope\":0,\"rarity_offset\":0},"                  \
    "{\"m\":0.5,\"u\":" u ",\"rarity_slope\":0,\"rarity_offset\":0}]"
#define FIELD(depends)                                                                             \
    "{\"name\":\"a\",\"kind\":\"date\"," LEVELS("0.5", "0.5") ",\"depends\":{" depends "}}"
#define ON(field)                                                                                  \
    "\"u\":{\"field\":" field ",\"given\":["                                                       \
    "{\"level_of_other\":1,\"level\":1,\"share\":0.5},"                                            \
    "{\"level_of_other\":1,\"level\":2,\"share\":0.5},"                                            \
    "{\"level_of_other\":2,\"level\":1,\"share\":0.5},"                                            \
    "{\"level_of_other\":2,\"level\":2,\"share\":0.5}]}"

static void what_is_no_model_is_refused(void **state)
{
    (void)state;
    struct link_model model;
    assert_int_equal(
        link_model_read(span_text(HEAD FIELD("") "," FIELD(ON("0")) "]}"), &model, NULL), 0);
    assert_refused("{}", E_FORMAT, "vouchsafe_link_model");
    assert_refused("{\"vouchsafe_link_model\":2}", E_VERSION, "newer");
    assert_refused(HEAD "{\"name\":\"a\",\"kind\":\"sort\"}]}", E_FORMAT, "unknown kind");
    assert_refused(HEAD
                   "{\"name\":\"a\",\"kind\":\"date\"," LEVELS("0.6", "0.5") ",\"depends\":{}}]}",
                   E_FORMAT, "sum to 1");
    assert_refused(HEAD
                   "{\"name\":\"a\",\"kind\":\"date\"," LEVELS("0.5", "0") ",\"depends\":{}}]}",
                   E_FORMAT, "u");
    assert_refused(HEAD FIELD(ON("1")) "," FIELD(ON("0")) "]}", E_FORMAT, "circle");
    assert_refused(HEAD FIELD(ON("0")) "]}", E_FORMAT, "circle");
    assert_refused(HEAD FIELD(ON("3")) "]}", E_FORMAT, "field");
    assert_refused(HEAD FIELD("\"m\":{\"field\":0,\"given\":[]}") "]}", E_FORMAT, "sum to 1");
}

static void fits_its_own_records_only(void **state)
{
    (void)state;
    struct fake_options o = {.seed = 1, .persons = 5};
    struct link_model model;
    struct problem problem = {""};
    fake_usual(&o);
    struct link_records *r = fake_new(&o);
    link_model_start(&model, r);
    assert_int_equal(link_model_fits(&model, r, &problem), 0);
    model.field[1].kind = LINK_OTHER;
    assert_int_equal(link_model_fits(&model, r, &problem), E_ARGUMENT);
    assert_string_equal(problem.text, "field 2 is \"second\" (other) in the model and \"second\" "
                                      "(family name) in the lists");
    link_model_start(&model, r);
    model.fields--;
    problem_clear(&problem);
    assert_int_equal(link_model_fits(&model, r, &problem), E_ARGUMENT);
    fake_free(r);
}

static void general_knowledge_is_sane(void **state)
{
    (void)state;
    for (unsigned kind = 0; kind < LINK_KIND_COUNT; kind++) {
        for (unsigned levels = 3; levels <= LINK_LEVELS_MAX; levels++) {
            double m[LINK_LEVELS_MAX], sum = 0;
            link_model_prior_m(kind, levels, m);
            for (unsigned level = 1; level < levels; level++) {
                assert_true(m[level] > 0);
                sum += m[level];
            }
            assert_true(fabs(sum - 1) < 1e-9);
            assert_true(m[1] < link_model_different_max(kind));
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(terms_are_probabilities),     cmocka_unit_test(missing_is_summed_over),
        cmocka_unit_test(rare_values_say_more),        cmocka_unit_test(is_read_as_written),
        cmocka_unit_test(what_is_no_model_is_refused), cmocka_unit_test(fits_its_own_records_only),
        cmocka_unit_test(general_knowledge_is_sane),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
