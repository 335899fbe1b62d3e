/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* Other people's text, made safe to look at. What has no shape of its own or changes the shape of
 * what is around it becomes a visible mark: controls, bidirectional controls, zero-width and other
 * ignorable characters, tags, private and unassigned characters as [U+202E], bytes that are no
 * UTF-8 as [0xFF]. A mark with nothing to stand on, and the seventh on one character, too.
 *
 * Kept: joiners between letters of scripts that join (Arabic and those after it) and between
 * pictographs, and one variation selector (U+FE00 to FE0F) after a character.
 *
 * What comes out is UTF-8; it still needs escaping for HTML. Errors stand in the buffer. */
#ifndef TEXT_SHOW_H
#define TEXT_SHOW_H

#include "base/buf.h"

/* Newlines and tabs stay; CR LF becomes a newline. */
void show_block(struct buf *b, struct span text);
/* One line: a run of white space is one space, none at the ends. Cut after max_characters, never
 * within what a reader takes for one character, and then … is added. */
void show_line(struct buf *b, struct span text, size_t max_characters);

#endif
