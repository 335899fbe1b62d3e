/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "samples.h"

#include "pages/desk.h"
#include "pages/line.h"
#include "samples_desk.h"
#include "samples_line.h"

static void fill_org(struct values *v, const struct language *language)
{
    (void)language;
    values_text(v, "org", "Veshnia Legal Aid");
}

static void fill_nothing(struct values *v, const struct language *language)
{
    (void)v;
    (void)language;
}

const struct sample samples[] = {
    {"line-home", &page_line_home, line_home},
    {"line-home-closed", &page_line_home, line_home_closed},
    {"line-write", &page_line_write, line_write},
    {"line-write-busy", &page_line_write, line_write_busy},
    {"line-late", &page_line_late, line_late},
    {"line-sent", &page_line_sent, line_sent},
    {"line-back", &page_line_back, line_back},
    {"line-back-word", &page_line_back, line_back_word},
    {"line-mailbox", &page_line_mailbox, line_mailbox},
    {"line-mailbox-empty", &page_line_mailbox, line_mailbox_empty},
    {"line-erase", &page_line_erase, line_erase},
    {"line-erased", &page_line_erased, fill_org},
    {"line-problem", &page_line_problem, line_problem},
    {"desk-inbox", &page_desk_inbox, desk_inbox},
    {"desk-inbox-empty", &page_desk_inbox, desk_inbox_empty},
    {"desk-report", &page_desk_report, desk_report},
    {"desk-take", &page_desk_take, desk_take},
    {"desk-search", &page_desk_search, desk_search},
    {"desk-search-nothing", &page_desk_search, desk_search_nothing},
    {"desk-status", &page_desk_status, desk_status},
    {"desk-erasures", &page_desk_erasures, desk_erasures},
    {"desk-problem", &page_desk_problem, desk_problem},
    {"desk-locked", &page_desk_problem, desk_locked},
    {"desk-opening", &page_desk_opening, fill_nothing},
};
const size_t sample_count = COUNT_OF(samples);
