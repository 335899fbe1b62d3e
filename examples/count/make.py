#!/usr/bin/env python3
# SPDX-License-Identifier: AGPL-3.0-or-later
"""Makes the invented lists of this folder again: make.py FOLDER

1,200 persons were harmed in Veshnia in 2031 to 2033: that is the truth that the lists do not show. Nobody here is real.
The lists are as lists are. Open Door Karsk sends people to Tolma Lawyers, so those two depend on each other; parents
look for the disappeared, and a hospital sees the killed and not the detained, so those two shy away from each other.
Some records of one person were not recognised as such: they have two ids, and stand among the doubtful pairs.
"""
import csv
import random
import sys
from pathlib import Path

PERSONS = 1200
SEED = 2031
DRAWS = 10
LISTS = ['Open Door Karsk', 'Tolma Lawyers', 'Parents of Orlets', 'Zhelan Hospital']
ACTS = [('detained', 0.40), ('disappeared', 0.35), ('killed', 0.25)]
YEARS = [('2031', 0.30), ('2032', 0.45), ('2033', 0.25)]
PLACES = [('Karsk', 0.35), ('Orlets', 0.25), ('Tolma', 0.25), ('Zhelan', 0.15)]
AGAIN = 0.08   # a person is reported to the same list a second time
SPLIT = 0.06   # a person of several lists has two ids
STRANGERS = 15 # doubtful pairs who are two persons
NAMELESS = 7   # records whose list was not written down


def pick(rng, choices):
    """Only random() is used: its numbers are the same in every version of Python."""
    at = rng.random()
    for value, share in choices:
        at -= share
        if at < 0:
            return value
    return choices[-1][0]


def listed(rng, act, place):
    door = rng.random() < (0.45 if place == 'Karsk' else 0.22)
    lawyers = rng.random() < (0.35 if place == 'Tolma' else 0.16) + (0.18 if door else 0)
    parents = rng.random() < {'detained': 0.15, 'disappeared': 0.42, 'killed': 0.18}[act]
    hospital = rng.random() < {'detained': 0.06, 'disappeared': 0.08, 'killed': 0.36}[act]
    return [name for name, on in zip(LISTS, (door, lawyers, parents, hospital)) if on]


def simulate(rng):
    """The records with the id that the linkage gave, and the pairs that it was in doubt about."""
    records, pairs, ids = [], [], []
    for number in range(PERSONS):
        act, year, place = pick(rng, ACTS), pick(rng, YEARS), pick(rng, PLACES)
        lists = listed(rng, act, place)
        split = len(lists) > 1 and rng.random() < SPLIT
        if lists:
            ids.append(number)
        if split:
            pairs.append((name_of(number), name_of(number, 'b')))
        for place_in, name in enumerate(lists):
            person = name_of(number, 'b' if split and place_in == 0 else '')
            for _ in range(2 if rng.random() < AGAIN else 1):
                records.append([person, name, act, year, place])
    for _ in range(STRANGERS):
        one, other = (ids[int(rng.random() * len(ids))] for _ in range(2))
        pairs.append((name_of(one), name_of(other)))
    order = sorted((rng.random(), record) for record in records)
    records = [record for _, record in order]
    for _ in range(NAMELESS):
        records[int(rng.random() * len(records))][1] = ''
    return records, pairs


def name_of(number, half=''):
    return f'V{(number * 7919 + 1013) % 10007:05d}{half}'


def histories(records):
    persons = {}
    for person, name, act, year, place in records:
        if name:
            row = persons.setdefault(person, [year, place, set()])
            row[2].add(name)
    return {person: (year, place, [int(name in on) for name in LISTS])
            for person, (year, place, on) in sorted(persons.items())}


def merged(records, pairs, rng, share):
    """Each record's id when a share of the pairs is one person."""
    stands_for = {}

    def root(person):
        while person in stands_for:
            person = stands_for[person]
        return person
    for one, other in pairs:
        if rng.random() < share and root(one) != root(other):
            stands_for[max(root(one), root(other))] = min(root(one), root(other))
    return [root(record[0]) for record in records]


def write(path, rows):
    with open(path, 'w', newline='', encoding='utf-8') as file:
        csv.writer(file, lineterminator='\n').writerows(rows)


def main(folder):
    rng = random.Random(SEED)
    records, pairs = simulate(rng)
    persons = histories(records)
    counts = {}
    for _, _, on in persons.values():
        counts[tuple(on)] = counts.get(tuple(on), 0) + 1
    draws = [merged(records, pairs, rng, 0.6) for _ in range(DRAWS)] + [merged(records, pairs, rng, 1)]
    write(folder / 'records.csv', [['person', 'list', 'act', 'year', 'place'], *records])
    write(folder / 'persons.csv', [['person', 'year', 'place', *LISTS],
                                   *([person, year, place, *on] for person, (year, place, on) in persons.items())])
    write(folder / 'histories.csv', [[*LISTS, 'n'], *([*on, n] for on, n in sorted(counts.items(), reverse=True))])
    write(folder / 'doubtful.csv', [['one', 'other'], *pairs])
    write(folder / 'draws.csv', [['record', *(f'draw_{i}' for i in range(1, DRAWS + 1)), 'merged'],
                                 *([i, *row] for i, row in enumerate(zip(*draws), 1))])


if __name__ == '__main__':
    main(Path(sys.argv[1]))
