/* palette.h - which colours go together, at what time of day?
 *
 * Schemes are data: adding one is a row in palette.c.
 * SPDX-License-Identifier: MIT */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "colour.h"

enum palette_land { PALETTE_HILLS, PALETTE_PEAKS, PALETTE_DUNES };
enum palette_light { PALETTE_SUN, PALETTE_MOON, PALETTE_AURORA };   /* by moon and aurora there are stars */

enum { PALETTE_SKY = 4 };

struct palette {
    struct colour sky[PALETTE_SKY];         /* from the top down to the horizon */
    struct colour glow, disc;               /* around the sun or moon, and itself */
    struct colour cloud_lit, cloud_shade;
    struct colour far, middle, near;        /* land */
    struct colour haze, snow;
    enum palette_land land;
    enum palette_light light;
    int low, high;                          /* of the sun above the horizon, in percent of the scene's unit */
};

/* Another scheme for each of neighbouring indexes; the shades vary with seed. */
struct palette palette_pick(bool vivid, uint64_t seed, uint64_t index);
