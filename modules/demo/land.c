/* land.c - a row of one ridge: light, snow, and mist at its foot.
 * SPDX-License-Identifier: MIT */
#include "scene.h"

/* How much of the pixel is below the crest: on a cliff, the edge is softened
 * sideways, over as many rows as the crest climbs in a column. */
static int32_t covered(const struct scene *scene, const struct ridge *ridge, int x, int y)
{
    int32_t crest = ridge->crest[x], next = ridge->crest[x + 1 < scene->width ? x + 1 : x];
    int32_t soft = crest > next ? crest - next : next - crest, below = y * FINE + FINE / 2 - crest;

    if (soft < FINE)
        soft = FINE;
    if (below * 2 >= soft)
        return ONE;
    if (below * 2 <= -soft)
        return 0;
    return (int32_t)(ONE / 2 + (int64_t)below * ONE / soft);
}

/* Slopes that face the sun are lighter. 0 to ONE, half where it is flat. */
static int32_t lit(const struct scene *scene, const struct ridge *ridge, const int32_t *relief, int x)
{
    int apart = scene->unit / 160 + 1;      /* within SCENE_MARGIN */
    int sunward = scene->sun_x > scene->width / 2 ? apart : -apart;

    return clamp(ONE / 2 + (int64_t)(relief[x] - relief[x + sunward]) * ridge->rough, 0, ONE);
}

static struct colour snowed(const struct scene *scene, const struct ridge *ridge, struct colour bare, int32_t relief,
                            int32_t light, int y)
{
    int64_t above = ((int64_t)ridge->base - (int64_t)y * FINE) * ONE / ridge->rise;
    int32_t cover = rise(above + (int64_t)(relief - NOISE_ONE / 2) * 2, ridge->snow, ridge->snow + ONE / 36);
    struct colour shadow = colour_mix(ridge->body, scene->palette.snow, ONE * 30 / 100);

    return colour_mix(bare, colour_mix(shadow, scene->palette.snow, light), share_of(cover, ONE * 95 / 100));
}

static struct colour shade(const struct scene *scene, const struct ridge *ridge, const int32_t *relief, int x, int y)
{
    int32_t light = lit(scene, ridge, relief, x);
    struct colour c = colour_scale(ridge->body, ONE * 80 / 100 + light * 40 / 100);

    if (ridge->snow < ONE)
        c = snowed(scene, ridge, c, relief[x], light, y);
    c = colour_mix(c, ridge->foot, rise((int64_t)y * FINE, ridge->mist_top, ridge->mist_end));
    return colour_mix(c, scene->palette.glow, share_of(share_of(scene->glow[x], ridge->far), scene->shine));
}

/* Spurs run down to both sides: two slanted noises, the higher one is seen.
 * Returns the row, which goes on for SCENE_MARGIN before and after. */
static const int32_t *relief_row(struct scene *scene, const struct ridge *ridge, int y)
{
    const struct noise left = { ridge->seed ^ 0x51de, 5, NOISE_SHARP };
    const struct noise right = { ridge->seed ^ 0x0dd5, 5, NOISE_SHARP };
    int64_t step = scene_noise(scene, 1, ridge->grain);
    int64_t down = scene_noise(scene, y, ridge->spurs ? ridge->grain / 2 : ridge->grain);
    int64_t slant = scene_noise(scene, y, ridge->grain * ridge->slant / 16), margin = step * SCENE_MARGIN;
    int32_t *relief = scene->scratch[0], *other = scene->scratch[1];
    int wide = scene->width + 2 * SCENE_MARGIN;

    noise_row(&left, slant - margin, step, down, relief, wide);
    if (ridge->spurs) {
        noise_row(&right, -slant - margin, step, down, other, wide);
        for (int i = 0; i < wide; i++)
            relief[i] = relief[i] > other[i] ? relief[i] : other[i];
    }
    return relief + SCENE_MARGIN;
}

/* What is left of the ridge at this pixel; 0 where the nearer one hides it. */
static int32_t seen(const struct scene *scene, const struct ridge *ridge, const struct ridge *nearer, int x, int y)
{
    int32_t cover = covered(scene, ridge, x, y);

    return cover > 0 && nearer && covered(scene, nearer, x, y) == ONE ? 0 : cover;
}

/* Most rows of most ridges lie behind others: look before the costly relief. */
static int first_seen(const struct scene *scene, const struct ridge *ridge, const struct ridge *nearer, int y)
{
    int x = 0;

    while (x < scene->width && seen(scene, ridge, nearer, x, y) == 0)
        x++;
    return x;
}

void land_row(struct scene *scene, const struct ridge *ridge, const struct ridge *nearer, int y, struct colour *row)
{
    if ((y + 1) * FINE <= ridge->top)
        return;
    int first = first_seen(scene, ridge, nearer, y);
    if (first == scene->width)
        return;
    const int32_t *relief = relief_row(scene, ridge, y);
    for (int x = first; x < scene->width; x++) {
        int32_t cover = seen(scene, ridge, nearer, x, y);
        if (cover > 0)
            row[x] = colour_mix(row[x], shade(scene, ridge, relief, x, y), cover);
    }
}
