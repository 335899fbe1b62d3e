/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* A saved model. What is read can be weighed by, and is what it says once written again. */
#include <math.h>
#include <string.h>

#include "fuzz.h"
#include "link/model.h"

static void weigh(const struct link_model *model)
{
    uint8_t levels[LINK_FIELDS_MAX] = {0};
    double terms[LINK_FIELDS_MAX];
    for (unsigned round = 0; round < LINK_LEVELS_MAX; round++) {
        for (unsigned f = 0; f < model->fields; f++)
            levels[f] = (uint8_t)((round + f) % model->field[f].levels);
        for (unsigned class = 0; class < LINK_CLASSES; class ++) {
            link_model_terms(model, (enum link_class) class, levels, terms);
            for (unsigned f = 0; f < model->fields; f++)
                ASSERT(isfinite(terms[f]) && terms[f] > 0);
        }
    }
    ASSERT(isfinite(link_model_prior_bits(model)));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct link_model model, again;
    struct buf text, same;
    if (link_model_read(span_of(data, size), &model, NULL) < 0)
        return 0;
    weigh(&model);
    buf_init(&text, LINK_MODEL_TEXT_MAX);
    buf_init(&same, LINK_MODEL_TEXT_MAX);
    link_model_write(&model, &text);
    ASSERT(buf_error(&text) == 0);
    ASSERT(link_model_read(buf_bytes(&text), &again, NULL) == 0);
    link_model_write(&again, &same);
    ASSERT(span_equal(buf_bytes(&text), buf_bytes(&same)));
    buf_release(&text);
    buf_release(&same);
    return 0;
}
