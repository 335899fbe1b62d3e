/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "count/doubtful.h"

#include "table/csv.h"

static bool known(const struct count_gather *g, struct span id, uint32_t *ret_person)
{
    while (id.len && (id.data[0] == ' ' || id.data[0] == '\t'))
        id = (struct span){id.data + 1, id.len - 1};
    while (id.len && (id.data[id.len - 1] == ' ' || id.data[id.len - 1] == '\t'))
        id.len--;
    return count_ids_find(&g->persons, id, ret_person);
}

static int take_pair(struct count_gather *g, struct csv_reader *csv, bool is_first)
{
    uint64_t line = csv_reader_line(csv);
    if (csv_reader_count(csv) < 2)
        return problem_set(g->problem, E_FORMAT, "line %llu: a pair needs two ids.",
                           (unsigned long long)line);
    uint32_t a = 0, b = 0;
    bool knows_a = known(g, csv_reader_field(csv, 0), &a);
    bool knows_b = known(g, csv_reader_field(csv, 1), &b);
    if (knows_a && knows_b) {
        g->doubtful_pairs++;
        return count_gather_merge(g, a, b);
    }
    if (is_first && !knows_a && !knows_b)
        return 0; /* the header */
    if (g->unknown_pairs.rows++ == 0)
        g->unknown_pairs.first_line = line;
    return 0;
}

int count_doubtful_read(struct count_gather *g, const struct count_input *input)
{
    struct csv_reader *csv =
        input->fd >= 0 ? csv_reader_new_fd(input->fd, NULL) : csv_reader_new(input->bytes, NULL);
    REJECT_IF(!csv, E_NOMEM);
    bool got = true, is_first = true;
    int error = count_gather_merge(g, 0, 0); /* no doubts are an answer too */
    while (error == 0 && got) {
        error = csv_reader_next(csv, &got, g->problem);
        if (error == 0 && got)
            error = take_pair(g, csv, is_first);
        is_first = false;
        if (error == 0 && watch_stopped(g->reading->watch))
            error = E_STOPPED;
    }
    if (error == 0 && g->doubtful_pairs == 0 && g->unknown_pairs.rows > 0)
        error = problem_set(g->problem, E_FORMAT,
                            "line %llu: none of the pairs names two persons of the file.",
                            (unsigned long long)g->unknown_pairs.first_line);
    csv_reader_free(csv);
    return error;
}
