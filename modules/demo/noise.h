/* noise.h - where does chance come from, the same on every machine?
 *
 * A stream of random numbers for decisions, and value noise for shapes. Positions
 * are whole numbers with 24 bits below the unit of the lattice.
 * SPDX-License-Identifier: MIT */
#pragma once

#include <stdint.h>

enum { NOISE_ONE = 1 << 14, NOISE_UNIT = 1 << 24 };

struct chance {
    uint64_t state;
};

uint64_t chance_next(struct chance *chance);

/* low to high, both included. */
int32_t chance_between(struct chance *chance, int32_t low, int32_t high);

/* FNV-1a of text, going on from hash; NOISE_HASH to begin with. */
#define NOISE_HASH 14695981039346656037u
uint64_t noise_hash(uint64_t hash, const char *text);

enum noise_shape { NOISE_SOFT, NOISE_SHARP };       /* hills and clouds; crests and crevices */

struct noise {
    uint64_t seed;
    int octaves;
    enum noise_shape shape;
};

/* A row of n values, 0 to NOISE_ONE, from (x, y) on in steps of dx. Octaves finer
 * than two steps are left out: they would only flicker. */
void noise_row(const struct noise *noise, int64_t x, int64_t dx, int64_t y, int32_t *out, int n);
