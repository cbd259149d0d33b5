/* landscape.h - what is in the picture?
 *
 * Composes a scene (sky, sun or moon, ridges in haze, perhaps water, trees) from
 * a number, and paints it row by row. Knows nothing of files or prompts.
 * SPDX-License-Identifier: MIT */
#pragma once

#include <stdbool.h>
#include <stdint.h>

struct landscape_wanted {
    uint64_t seed, index;       /* neighbouring indexes differ in time of day, too */
    int width, height;
    bool vivid;
};

struct landscape;

/* NULL when out of memory. Free with landscape_free(); NULL is fine. */
struct landscape *landscape_new(const struct landscape_wanted *wanted);
void landscape_free(struct landscape *landscape);

/* Row y into width * 3 bytes, red green blue. */
void landscape_row(struct landscape *landscape, int y, unsigned char *rgb);
