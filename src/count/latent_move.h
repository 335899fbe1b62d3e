/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* Metropolis moves of a chain of the latent-class model, with the split of persons over classes
 * and the number of unseen integrated out. With the prior 1/N what remains is
 *   product over the histories of (their probability / the probability of being seen)^persons
 *   times the prior of weights, lists' probabilities and alpha.
 * The sweep's own steps change a class's share by about what its persons' chance allows, a small
 * part of what the data leave open; these go as far as the data do. */
#ifndef COUNT_LATENT_MOVE_H
#define COUNT_LATENT_MOVE_H

struct latent_chain;

/* model->moves moves of each kind. Uses and changes the weights, their log_last, on and off. */
void latent_move(struct latent_chain *c);

#endif
