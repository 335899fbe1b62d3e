/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* From what was gathered to count_data: names put in order, persons counted, what must be known of
 * the file said in notes. */
#ifndef COUNT_SETTLE_H
#define COUNT_SETTLE_H

#include "count/gather.h"

/* Where in count_data each gathered list, stratum and act stands. */
struct count_order {
    uint8_t list[COUNT_NAMES_MAX];
    uint16_t stratum[COUNT_STRATA_MAX], act[COUNT_ACTS_MAX];
};

/* data->memory is there and empty. E_FORMAT when no row is used, E_NOT_FOUND when nobody is on a
 * list that was named, E_NOMEM. */
int count_settle(struct count_gather *g, struct count_data *data,
                 struct count_order *ret_order) MUST_USE;

#endif
