/* ridges.c - how does the land lie, and is there water before it?
 * SPDX-License-Identifier: MIT */
#include "scene.h"

/* The crest: fine noise under a slow swell, so that a range has its summit. */
static void raise_ridge(struct scene *scene, struct ridge *ridge, int cells, enum noise_shape shape, int octaves)
{
    const struct noise fine = { ridge->seed, octaves, shape }, swell = { ridge->seed ^ 0x5e11, 1, NOISE_SOFT };
    int32_t *height = scene->scratch[0], *slow = scene->scratch[1];

    noise_row(&fine, 0, scene_noise(scene, 1, cells), 0, height, scene->width);
    noise_row(&swell, 0, scene_noise(scene, 1, 20), 0, slow, scene->width);
    ridge->top = INT32_MAX;
    for (int x = 0; x < scene->width; x++) {
        int32_t envelope = NOISE_ONE * 45 / 100 + slow[x] * 11 / 10;
        int32_t share = height[x] * envelope >> 14;
        ridge->crest[x] = ridge->base - (int32_t)((int64_t)ridge->rise * share >> 14);
        if (ridge->crest[x] < ridge->top)
            ridge->top = ridge->crest[x];
    }
}

static struct colour land_colour(const struct palette *palette, int32_t far)
{
    return far > ONE / 2 ? colour_mix(palette->middle, palette->far, (far - ONE / 2) * 2)
                         : colour_mix(palette->near, palette->middle, far * 2);
}

/* The texture between crest and foot. */
static void texture(const struct scene *scene, struct chance *chance, struct ridge *ridge, bool craggy)
{
    bool dunes = scene->palette.land == PALETTE_DUNES;

    ridge->grain = dunes ? 16 * 2 : 16 * 4;
    ridge->slant = dunes ? 36 : craggy ? 12 : 5;
    if (chance_next(chance) % 2)
        ridge->slant = -ridge->slant;
    ridge->rough = craggy ? 26 : dunes ? 30 : 7;
    ridge->spurs = craggy;
    ridge->snow = craggy ? ONE * 42 / 100 : ONE;
}

static void mist(const struct scene *scene, struct ridge *ridge, bool front)
{
    ridge->foot = front ? colour_scale(ridge->body, ONE / 2)
                        : colour_mix(ridge->body, scene->palette.haze, ONE * 2 / 10 + ridge->far / 2);
    ridge->mist_top = ridge->base - ridge->rise * 7 / 10;
    ridge->mist_end = ridge->base + scene_part(scene, 4) * FINE;
}

static void place_ridge(struct scene *scene, struct chance *chance, int i)
{
    static const int rises[SCENE_RIDGES] = { 46, 34, 24, 20, 17, 15 };
    struct ridge *ridge = &scene->ridges[i];
    int last = scene->ridge_count - 1, foot = scene->water;
    bool peaks = scene->palette.land == PALETTE_PEAKS, dunes = scene->palette.land == PALETTE_DUNES;
    bool front = i == last, craggy = peaks && i < 2, sharp = dunes || (peaks && !front);

    if (scene->water == scene->height)
        foot = scene->horizon + (scene->height - scene->horizon) * i / last;
    ridge->seed = chance_next(chance);
    ridge->far = ONE - ONE * i / last;
    ridge->base = (front ? scene->height + scene_part(scene, 2) : foot) * FINE;
    ridge->rise = scene_chance(chance, scene->unit, rises[i] - 4, rises[i] + 4) * FINE *
                  (craggy ? 12 : front || dunes ? 14 : 8) / 10 + FINE;
    ridge->body = land_colour(&scene->palette, ridge->far);
    texture(scene, chance, ridge, craggy);
    mist(scene, ridge, front);
    raise_ridge(scene, ridge, chance_between(chance, 32, 44), sharp ? NOISE_SHARP : NOISE_SOFT, dunes ? 2 : 7);
}

void ridges_place(struct scene *scene, struct chance *chance)
{
    bool water = scene->palette.land != PALETTE_DUNES && chance_next(chance) % 5 < 3;

    scene->water = water ? scene->horizon + scene_part(scene, 2) : scene->height;
    scene->ridge_count = water ? chance_between(chance, 4, 5) : chance_between(chance, 5, SCENE_RIDGES);
    scene->behind = scene->ridge_count - 1;
    for (int i = 0; i < scene->ridge_count; i++)
        place_ridge(scene, chance, i);
}
