/* scene.h - what was decided before the first row is painted?
 *
 * landscape.c owns it; sky.c, night.c, ridges.c and trees.c decide where things
 * are, and with land.c and water.c paint their part of a row. Lengths are pixels,
 * with eight bits below when called fine.
 * SPDX-License-Identifier: MIT */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "colour.h"
#include "noise.h"
#include "palette.h"

enum { SCENE_RIDGES = 6, SCENE_STARS = 420, SCENE_TREES = 260, SCENE_MARGIN = 32, FINE = 256 };

struct ridge {
    int32_t *crest;             /* fine, one for each column; owned by the scene's block */
    int32_t top;                /* fine: the highest point */
    int32_t base, rise;         /* fine: foot, and how far the crest may be above it */
    uint64_t seed;
    struct colour body, foot;   /* at the crest, and in the mist below it */
    int32_t mist_top, mist_end; /* fine: between them, the body fades into the foot */
    int grain, slant;           /* of the relief: sixteenths of a cell in a unit; sixteenths across for one down */
    int rough;                  /* how much the relief shows */
    bool spurs;
    int32_t snow;               /* share of the rise above which it lies; ONE: none */
    int32_t far;                /* ONE: at the horizon; 0: at our feet */
};

struct star {
    int32_t x, y, radius;       /* fine */
    int32_t bright;
};

struct tree {
    int32_t x, top, height;     /* fine */
    int ridge;                  /* that it stands on */
    uint64_t seed;
};

struct scene {
    struct palette palette;
    uint64_t seed;
    int width, height;
    int unit;                   /* the length that sizes are relative to */
    int horizon;
    int sun_x, sun_y, sun_radius;
    int32_t cloudy;             /* share */
    int32_t shine;              /* share of the glow that the land takes on */
    int water;                  /* the row where it begins; height: none */
    int ridge_count, behind;    /* of the ridges, how many lie behind the water */
    struct ridge ridges[SCENE_RIDGES];
    int star_count, tree_count;
    struct star stars[SCENE_STARS];
    struct tree trees[SCENE_TREES];
    int32_t *glow;              /* this row: how strongly the sun shines into each column */
    int32_t *scratch[2];        /* a row of noise each, with a margin at both ends */
    int32_t *aurora, *curtain;  /* by column: fine, its lower edge, and its strength */
    struct colour *row, *mirror;
};

/* A length as a position of noise with so many (sixteenths) cells in a unit. */
static inline int64_t scene_noise(const struct scene *scene, int64_t pixels, int sixteenths)
{
    return pixels * sixteenths * (NOISE_UNIT / 16) / scene->unit;
}

static inline int scene_part(const struct scene *scene, int percent) { return scene->unit * percent / 100; }

/* low to high percent of a length. */
static inline int scene_chance(struct chance *chance, int of, int low, int high)
{
    return (int)((int64_t)of * chance_between(chance, low, high) / 100);
}

static inline int64_t squared(int64_t length) { return length * length; }

/* Each part is placed once, in this order, then painted row by row. */
void sky_place(struct scene *scene, struct chance *chance);
void night_place(struct scene *scene, struct chance *chance);
void ridges_place(struct scene *scene, struct chance *chance);
void trees_place(struct scene *scene, struct chance *chance);

void sky_row(struct scene *scene, int y, struct colour *row);
void night_row(const struct scene *scene, int y, struct colour *row);       /* called by sky_row */
void trees_row(const struct scene *scene, int ridge, int y, struct colour *row);

/* What the nearer ridge hides (NULL: none) need not be painted. */
void land_row(struct scene *scene, const struct ridge *ridge, const struct ridge *nearer, int y, struct colour *row);

/* The row that row y of the water mirrors; water_row finds it in scene->mirror. */
int water_mirror(const struct scene *scene, int y);
void water_row(struct scene *scene, int y, struct colour *row);
